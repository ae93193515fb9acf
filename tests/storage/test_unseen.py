"""Who reads unseen takes nothing away from who writes."""

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from pmtui.storage.errors import NotMade
from pmtui.storage.sqlite.file import log_stamp
from pmtui.storage.sqlite.log import SqliteLog

ROWS = 2_000
"""So many that their writer's cache cannot hold them: they are in its log before they are committed."""
INSERT = (
    "INSERT INTO events(id, stream, version, type, data, metadata, recorded_at) VALUES (?, ?, 1, 'T', '{}', '{}', '')"
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "orders.db"
    SqliteLog.open("orders", path, create=True).close()
    return path


@pytest.fixture
def writer(path: Path) -> Iterator[sqlite3.Connection]:
    """One in the midst of the first transaction of its write-ahead log."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA cache_size = 2")
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(INSERT, [(f"{n}" * 50, f"s{n}") for n in range(ROWS)])
        assert Path(f"{path}-wal").stat().st_size > 0
        yield connection


def seen(path: Path) -> int:
    with closing(SqliteLog.open("orders", path, read_only=True, unseen=True)) as log:
        return log.database.connection.execute("SELECT count(*) FROM events").fetchone()[0]


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def test_a_log_whose_first_commit_is_under_way_stays_and_so_does_what_is_committed(
    path: Path, writer: sqlite3.Connection
) -> None:
    before = log_stamp(path)
    assert seen(path) == 0
    assert log_stamp(path) == before is not None
    writer.execute("COMMIT")
    assert seen(path) == ROWS
    with closing(SqliteLog.open("orders", path)) as log:
        assert log.database.connection.execute("SELECT count(*) FROM events").fetchone()[0] == ROWS


def test_it_stays_when_the_process_that_looked_ends(path: Path, writer: sqlite3.Connection) -> None:
    code = (
        "import sys; from pathlib import Path; from pmtui.storage.sqlite.log import SqliteLog\n"
        "log = SqliteLog.open('orders', Path(sys.argv[1]), read_only=True, unseen=True)"
    )
    subprocess.run([sys.executable, "-c", code, str(path)], check=True)
    assert Path(f"{path}-wal").stat().st_size > 0


def test_a_file_that_is_just_being_made_can_be_looked_at(tmp_path: Path) -> None:
    path = tmp_path / "orders.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as maker:
        maker.execute("PRAGMA journal_mode = WAL")
        maker.execute("PRAGMA cache_size = 2")
        maker.execute("BEGIN IMMEDIATE")
        maker.execute("CREATE TABLE events(id TEXT)")
        maker.executemany("INSERT INTO events VALUES (?)", [("x" * 100,) for _ in range(ROWS)])
        assert Path(f"{path}-wal").stat().st_size > 0
        with pytest.raises(NotMade):
            seen(path)
        assert Path(f"{path}-wal").stat().st_size > 0


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="counts open files in /proc")
def test_looking_at_it_again_and_again_opens_nothing_more(path: Path, writer: sqlite3.Connection) -> None:
    seen(path)
    before = open_files()
    for _ in range(5):
        seen(path)
    assert open_files() == before


def test_a_log_of_garbage_is_left_alone(path: Path) -> None:
    garbage = Path(f"{path}-wal")
    garbage.write_bytes(b"\x00nonsense" * 5_000)
    with suppress(NotMade):
        assert seen(path) == 0
    assert garbage.read_bytes() == b"\x00nonsense" * 5_000
