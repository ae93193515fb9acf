"""Files that are not what they should be: one clear line each, and no harm done."""

import hashlib
import os
import shutil
import sqlite3
import stat
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path

import pytest
from storage_kit import AT, append, draft, drafts, in_transaction, moved, rows, run, save

from pmtui.storage.errors import NotMade, StorageError
from pmtui.storage.sqlite.ledger import SqliteLedger
from pmtui.storage.sqlite.log import SqliteLog
from pmtui.storage.sqlite.opening import APPLICATION_ID


@pytest.fixture
def path(tmp_path):
    """A log of two events that nobody has open."""
    path = tmp_path / "orders.db"
    log = SqliteLog.open("orders", path, create=True)
    append(log, *drafts(2))
    log.close()
    return path


def tamper(path, *statements):
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(statement)


def refused(path, *, kind=SqliteLog, create=False, read_only=False) -> str:
    """The one line with which a file is refused."""
    arguments = ("orders", path) if kind is SqliteLog else (path, "shop", "fulfilment")
    with pytest.raises(StorageError) as caught:
        kind.open(*arguments, create=create, read_only=read_only).close()
    line = str(caught.value)
    assert "\n" not in line
    assert line.isprintable()
    return line


def content(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize("create", [False, True])
def test_not_a_database(tmp_path, create):
    path = tmp_path / "orders.db"
    path.write_text("Dear diary, today I learned about event sourcing. " * 40)
    before = content(path)
    assert refused(path, create=create) == f"{path}: not a database"
    assert content(path) == before


@pytest.mark.parametrize("create", [False, True])
def test_a_database_of_something_else_is_left_alone(tmp_path, create):
    path = tmp_path / "orders.db"
    tamper(path, "CREATE TABLE bookmarks(url)")
    before = content(path)
    assert refused(path, create=create) == f"{path}: a database of something else, not a pmtui log"
    assert content(path) == before


def test_an_empty_file_is_not_a_log_until_one_is_made_in_it(tmp_path):
    path = tmp_path / "orders.db"
    path.touch()
    assert "no log yet" in refused(path)


def test_a_ledger_where_a_log_was_expected_and_the_other_way_round(tmp_path, path):
    ledger = tmp_path / "fulfilment.db"
    SqliteLedger.open(ledger, "shop", "fulfilment", create=True).close()
    assert refused(ledger) == f"{ledger}: a pmtui ledger, where a log was expected"
    assert refused(path, kind=SqliteLedger) == f"{path}: a pmtui log, where a ledger was expected"


def test_the_ledger_of_another_manager(tmp_path):
    path = tmp_path / "fulfilment.db"
    with closing(SqliteLedger.open(path, "shop", "\x1b[31mrefunds", create=True)) as ledger:
        run(ledger.start(1, AT))
    line = refused(path, kind=SqliteLedger)
    assert "refunds" in line
    assert "not of shop/fulfilment" in line


def test_a_newer_schema_is_told_to_use_a_newer_pmtui_and_an_older_one_is_not(path):
    tamper(path, "PRAGMA user_version = 99")
    assert refused(path) == f"{path}: schema version 99, this pmtui knows 1; use a newer pmtui"
    tamper(path, "PRAGMA user_version = 0")
    assert "use a newer" not in refused(path)


def test_a_missing_file_is_not_made_by_reading(tmp_path):
    path = tmp_path / "orders.db"
    assert refused(path) == f"{path}: no such log"
    assert refused(path, kind=SqliteLedger) == f"{path}: no such ledger"
    assert not path.exists()


@pytest.mark.parametrize("create", [False, True])
def test_a_folder_and_a_file_within_a_file(tmp_path, path, create):
    assert refused(tmp_path, create=create) == f"{tmp_path}: a folder, not a database"
    assert str(path) in refused(path / "orders.db", create=create)
    refused(tmp_path / ("x" * 300), create=create)


def test_a_folder_that_may_not_be_entered():
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    file = folder / "closed" / "orders.db"
    file.parent.mkdir(mode=0)
    code = """if True:
        import sys
        from pathlib import Path
        from pmtui.storage.errors import StorageError
        from pmtui.storage.sqlite.log import SqliteLog
        for create in (False, True):
            try:
                SqliteLog.open("orders", Path(sys.argv[1]), create=create)
            except StorageError as error:
                print(error)
    """
    # Root may enter any folder, so it becomes somebody else once everything is imported.
    become = "import os, aiosqlite, msgspec, pmtui.storage.sqlite.log; os.getuid() or os.setuid(65534)\n"
    try:
        done = subprocess.run(
            [sys.executable, "-c", become + code, str(file)], capture_output=True, text=True, check=True
        )
    finally:
        file.parent.chmod(stat.S_IRWXU)
        shutil.rmtree(folder)
    lines = done.stdout.splitlines()
    assert len(lines) == 2, done.stdout
    assert all(str(file) in line for line in lines)


def test_names_with_what_a_uri_gives_a_meaning_to(tmp_path):
    path = tmp_path / "a?mode=memory#%41 ü.db"
    with closing(SqliteLog.open("orders", path, create=True)) as log:
        append(log, draft())
    assert path.exists()
    with closing(SqliteLog.open("orders", path)) as log:
        assert len(rows(log)) == 1


# Reading only


def test_an_open_for_reading_can_read(path):
    with closing(SqliteLog.open("orders", path, read_only=True)) as log:
        assert len(rows(log)) == run(log.head()) == 2
        assert run(log.pin("shop", "fulfilment")) is None


def test_an_open_for_reading_sees_what_others_commit(path):
    with (
        closing(SqliteLog.open("orders", path, read_only=True)) as reader,
        closing(SqliteLog.open("o", path)) as writer,
    ):
        append(writer, draft("order-2"))
        assert run(reader.head()) == 3


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM events",
        "INSERT INTO pins VALUES ('a', 'b', 1, 1, '[]')",
        "CREATE TABLE mine(a)",
        "CREATE TEMP TABLE mine(a)",
        "DROP TABLE events",
        "PRAGMA query_only = OFF",
        "PRAGMA user_version = 7",
        "PRAGMA journal_mode = DELETE",
        "PRAGMA wal_checkpoint(TRUNCATE)",
        "PRAGMA writable_schema = ON",
        "VACUUM",
        "VACUUM INTO '{folder}/stolen.db'",
        "ATTACH '{folder}/other.db' AS other",
        "SELECT load_extension('{folder}/evil.so')",
    ],
)
def test_an_open_for_reading_can_do_nothing_else(path, tmp_path, statement):
    before = content(path)
    with closing(SqliteLog.open("orders", path, read_only=True)) as log:
        with pytest.raises(sqlite3.Error, match=r"not authorized|readonly|prohibited|denied"):
            log.database.connection.execute(statement.format(folder=tmp_path))
        with pytest.raises(StorageError, match="may not be written"):
            append(log, draft("order-3"))
        assert len(rows(log)) == 2
    assert content(path) == before
    assert not [each for each in tmp_path.iterdir() if not each.name.startswith("orders.db")]


def test_reading_changes_no_byte_of_the_file_also_while_commits_lie_beside_it(path):
    with closing(SqliteLog.open("orders", path)) as writer:
        append(writer, draft("order-2"))
        code = (
            "import sys; from pathlib import Path; from pmtui.storage.sqlite.log import SqliteLog\n"
            "log = SqliteLog.open('orders', Path(sys.argv[1]), read_only=True)\n"
            "print(log.database.connection.execute('SELECT count(*) FROM events').fetchone()[0]); log.close()"
        )
        before = subprocess.run(["cksum", path], capture_output=True, check=True).stdout
        done = subprocess.run([sys.executable, "-c", code, path], capture_output=True, text=True, check=True)
        assert done.stdout == "3\n"
        assert subprocess.run(["cksum", path], capture_output=True, check=True).stdout == before


# Files that somebody made to do harm

ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i, i, i, i, i, i, i, i FROM n"
HOSTILE = {
    "a view in the place of the events": ["DROP TABLE events", f"CREATE VIEW events AS {ENDLESS}"],
    "a view in the place of what says what the file is": [
        "DROP TABLE pmtui",
        "CREATE VIEW pmtui AS SELECT 'kind' AS key, 'log' AS value",
    ],
    "a virtual table": ["DROP TABLE events", "CREATE VIRTUAL TABLE events USING fts5(position)"],
    "a table that is missing": ["DROP TABLE senders"],
    "a trigger": ["CREATE TRIGGER t AFTER INSERT ON events BEGIN DELETE FROM receipts; END"],
    "an unknown kind": ["UPDATE pmtui SET value = char(27) || '[31mlog' WHERE key = 'kind'"],
    "no identity": ["DELETE FROM pmtui WHERE key = 'identity'"],
    "an identity that is no text": ["UPDATE pmtui SET value = x'00ff' WHERE key = 'identity'"],
    "another application's id": [f"PRAGMA application_id = {APPLICATION_ID + 1}"],
}


@pytest.mark.parametrize("read_only", [True, False], ids=["reading", "writing"])
@pytest.mark.parametrize("what", HOSTILE)
def test_a_file_with_other_things_in_it_is_refused_and_none_of_it_runs(path, what, read_only):
    tamper(path, *HOSTILE[what])
    refused(path, read_only=read_only)


def test_a_view_of_ones_own_is_no_harm(path):
    tamper(path, "CREATE VIEW latest AS SELECT * FROM events ORDER BY position DESC", "CREATE INDEX mine ON events(id)")
    with closing(SqliteLog.open("orders", path)) as log:
        assert append(log, draft("order-2")) == 3


@pytest.mark.parametrize("read_only", [True, False])
def test_text_that_is_not_utf8_is_shown_with_replacements_and_the_rest_as_it_was(path, read_only):
    tamper(path, "UPDATE events SET data = CAST(x'7b22ff227d' AS TEXT) WHERE position = 1")
    with closing(SqliteLog.open("orders", path, read_only=read_only)) as log:
        assert [row.data for row in rows(log)] == ['{"\ufffd"}', "{}"]
        assert rows(log, after=1)[0].data == "{}"


def test_a_history_that_cannot_be_read_is_one_line_and_changes_nothing(path):
    tamper(path, "UPDATE events SET data = CAST(x'ff' AS TEXT) WHERE position = 1")
    with closing(SqliteLog.open("orders", path)) as log:
        with pytest.raises(StorageError, match=r"orders\.db: "):
            in_transaction(log, "history", "order-1")
        assert append(log, draft("order-2")) == 3


def test_a_text_as_large_as_memory_is_not_computed(path):
    tamper(path, "UPDATE events SET position = 5 WHERE position = 2")
    with closing(SqliteLog.open("orders", path)) as log, pytest.raises(sqlite3.Error, match="too big"):
        log.database.connection.execute("SELECT length(zeroblob(900000000))").fetchone()


def test_a_damaged_file_is_one_line(path):
    log = SqliteLog.open("orders", path)
    append(log, *drafts(500, "order-2"))
    log.close()
    raw = bytearray(path.read_bytes())
    raw[4096:] = os.urandom(len(raw) - 4096)
    path.write_bytes(raw)
    with pytest.raises(StorageError, match=r"orders\.db: ") as caught, closing(SqliteLog.open("orders", path)) as log:
        rows(log)
    assert "\n" not in str(caught.value)


def test_a_ledger_that_cannot_be_read_is_one_line(tmp_path):
    path = tmp_path / "fulfilment.db"
    with closing(SqliteLedger.open(path, "shop", "fulfilment", create=True)) as ledger:
        run(ledger.start(1, AT))
        run(ledger.save(save(cursors=moved("orders", 0, 1))))
    tamper(path, "UPDATE ledger SET app = CAST(x'ff' AS TEXT)")
    refused(path, kind=SqliteLedger)


@pytest.mark.parametrize("made", ["", "PRAGMA journal_mode = WAL"], ids=["created", "turned to a write-ahead log"])
def test_a_file_that_is_only_being_made_is_told_from_one_of_something_else(tmp_path, made):
    path = tmp_path / "orders.db"
    path.touch()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(made)
    with pytest.raises(NotMade, match="no log yet, an empty file"):
        SqliteLog.open("orders", path, read_only=True)
    SqliteLog.open("orders", path, create=True).close()
    SqliteLog.open("orders", path, read_only=True).close()
