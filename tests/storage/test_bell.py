"""The bell: a commit to a log wakes whoever waits for it."""

import json
import os
import select
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from threading import Thread

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pmtui.handling.drive import run
from pmtui.model import instant
from pmtui.storage.outside import OutsideEvent, append_outside
from pmtui.storage.sqlite import bell, listener
from pmtui.storage.sqlite.ledger import SqliteLedger
from pmtui.storage.sqlite.listener import Listener
from pmtui.storage.sqlite.log import SqliteLog

EVENT = OutsideEvent("order-1", "OrderPlaced", "{}")
NOW = instant.write(instant.now())


@pytest.fixture(autouse=True)
def bells(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of bells of our own; its path must be short."""
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        path = Path(folder) / "bells"
        monkeypatch.setattr(bell, "BELLS", str(path))
        monkeypatch.setattr(listener, "BELLS", str(path))
        yield path


@pytest.fixture
def log(tmp_path: Path) -> Iterator[SqliteLog]:
    with closing(SqliteLog.open("orders", tmp_path / "orders.db", create=True)) as log:
        yield log


def rung(listener: Listener, seconds: float = 0.0) -> bool:
    return bool(select.select(listener.descriptors, [], [], seconds)[0])


def listening(*logs: SqliteLog) -> Listener:
    return Listener(log.database.bell for log in logs)


def test_a_commit_by_another_process_rings_once_it_can_be_read(log: SqliteLog, bells: Path) -> None:
    code = (
        "import sys; from pmtui.storage.sqlite import bell; bell.BELLS = sys.argv[1]\n"
        "from pmtui.cli.main import group\n"
        "group.main(['append', sys.argv[2], 'order-1', 'OrderPlaced', '{}'], standalone_mode=False)"
    )
    with closing(listening(log)) as ears:
        other = subprocess.Popen([sys.executable, "-c", code, str(bells), str(log.database.path)])
        assert rung(ears, 30)
        assert run(log.head()) == 1
        assert other.wait(30) == 0


def test_only_what_was_committed_rings_and_only_for_its_log(log: SqliteLog, tmp_path: Path) -> None:
    with (
        closing(SqliteLog.open("other", tmp_path / "other.db", create=True)) as other,
        closing(listening(log)) as ears,
    ):
        append_outside(other, EVENT, NOW)
        with suppress(ZeroDivisionError), log.database.transaction():
            raise ZeroDivisionError
        assert not rung(ears)
        append_outside(log, EVENT, NOW)
        assert rung(ears)


def test_a_ring_before_the_wait_ends_it_at_once_and_only_once(log: SqliteLog) -> None:
    with closing(listening(log)) as ears:
        append_outside(log, EVENT, NOW)
        ears.wait(3600)
        assert not rung(ears)


def test_a_wait_in_another_thread_is_ended_by_waking_it(log: SqliteLog) -> None:
    with closing(listening(log)) as ears:
        waiting = Thread(target=ears.wait, args=[3600])
        waiting.start()
        ears.wake()
        waiting.join(30)
        assert not waiting.is_alive()
    ears.wake()


@settings(max_examples=25, deadline=None)
@given(steps=st.lists(st.sampled_from(["append", "clear", "other listens", "other leaves"]), max_size=10))
def test_what_is_committed_after_the_rings_were_cleared_rings_again(steps: list[str]) -> None:
    """So whoever clears, then looks, then sleeps, sleeps on no event."""
    with tempfile.TemporaryDirectory() as folder:
        log = SqliteLog.open("orders", Path(folder) / "orders.db", create=True)
        others: list[Listener] = []
        cleared = 0
        with closing(log), closing(listening(log)) as ears:
            for step in steps:
                match step:
                    case "append":
                        append_outside(log, EVENT, NOW)
                    case "clear":
                        ears.clear()
                        cleared = run(log.head())
                    case "other listens":
                        others.append(listening(log))
                    case "other leaves" if others:
                        others.pop().close()
                assert rung(ears) == (run(log.head()) > cleared)
            for other in others:
                other.close()


def test_a_log_is_known_by_its_file_however_it_is_named(log: SqliteLog, tmp_path: Path) -> None:
    (tmp_path / "link.db").symlink_to(log.database.path)
    with (
        closing(SqliteLog.open("orders", tmp_path / "link.db")) as same,
        closing(listening(log)) as ears,
    ):
        append_outside(same, EVENT, NOW)
        assert rung(ears)


def test_ringing_never_waits_for_a_listener_that_is_asleep(log: SqliteLog) -> None:
    with closing(listening(log)) as ears:
        ringing = Thread(target=lambda: [log.database.bell.ring() for _ in range(20_000)], daemon=True)
        ringing.start()
        ringing.join(30)
        assert not ringing.is_alive()
        assert rung(ears)
        ears.clear()
        assert not rung(ears)


def test_nothing_is_left_when_the_last_listener_leaves(log: SqliteLog, bells: Path) -> None:
    one, two = listening(log), listening(log)
    one.close()
    append_outside(log, EVENT, NOW)
    assert rung(two)
    two.close()
    assert list(bells.iterdir()) == []
    append_outside(log, EVENT, NOW)


def test_what_a_killed_listener_left_disturbs_nobody_and_is_swept(
    log: SqliteLog, bells: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = (
        "import os, signal, sys; from pmtui.storage.sqlite import bell; bell.BELLS = sys.argv[1]\n"
        "from pmtui.storage.sqlite.listener import Listener\n"
        "ears = Listener([bell.Bell(1, 1), bell.Bell(1, int(sys.argv[2]))])\n"
        "assert len(ears.descriptors) == 2\n"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    killed = subprocess.run([sys.executable, "-c", code, str(bells), "2"], check=False)
    assert killed.returncode == -9
    assert len(list(bells.glob("*/*"))) == 2
    with closing(listening(log)) as ears:
        append_outside(log, EVENT, NOW)
        assert rung(ears)
        assert len(list(bells.glob("*/*"))) == 3, "one that refuses may be in the making"
        monkeypatch.setattr(listener, "_NEW", -1.0)
        with closing(listening(log)):
            assert len(list(bells.glob("*/*"))) == 2
        append_outside(log, EVENT, NOW)
        assert rung(ears), "those that live stay"
    assert list(bells.iterdir()) == []


@pytest.mark.parametrize("what", ["open to others", "a link", "a file"])
def test_a_folder_that_others_could_write_to_is_not_used(log: SqliteLog, bells: Path, what: str) -> None:
    match what:
        case "open to others":
            bells.mkdir()
            bells.chmod(0o777)
        case "a link":
            (bells.parent / "elsewhere").mkdir(mode=0o700)
            bells.symlink_to("elsewhere")
        case "a file":
            bells.touch(mode=0o600)
    with closing(listening(log)) as ears:
        assert ears.descriptors == []
        append_outside(log, EVENT, NOW)
        ears.clear()


def test_a_folder_that_others_could_write_to_is_not_rung_in(log: SqliteLog, bells: Path) -> None:
    with closing(listening(log)) as ears:
        bells.chmod(0o777)
        append_outside(log, EVENT, NOW)
        assert not rung(ears)


COMMITS = """
import collections, json, pathlib, sys
from pmtui.storage.outside import OutsideEvent, append_outside
from pmtui.storage.sqlite.log import SqliteLog
log = SqliteLog.open("orders", pathlib.Path(sys.argv[1]))
event = OutsideEvent("order-1", "OrderPlaced", "{}")
seen = collections.Counter()
listening = [True]
sys.addaudithook(lambda name, _: seen.update([name]) if listening[0] and name.startswith(("os.", "socket.")) else None)
for _ in range(5):
    append_outside(log, event, "2026-01-01T00:00:00Z")
listening[0] = False
print(json.dumps([seen, "socket" in sys.modules]))
"""


def test_where_nobody_waits_a_commit_costs_one_look_for_a_folder(log: SqliteLog) -> None:
    done = subprocess.run(
        [sys.executable, "-c", COMMITS, str(log.database.path)], capture_output=True, text=True, check=True
    )
    seen, sockets = json.loads(done.stdout)
    assert seen == {"os.listdir": 5}
    assert not sockets


def test_a_ledgers_commits_do_not_ring(tmp_path: Path) -> None:
    with closing(SqliteLedger.open(tmp_path / "ledger.db", "shop", "fulfilment", create=True)) as ledger:
        ears = Listener([ledger.database.bell])
        run(ledger.start(os.getpid(), NOW))
        assert not rung(ears)
        ears.close()
