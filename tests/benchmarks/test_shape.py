"""What makes it fast, as shape: hops, plans of queries, imports, memory. No seconds: machines differ."""

import asyncio
import contextlib
import json
import os
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from statements import Statements

from benchmarks.apps import full, simple
from benchmarks.ours import Ours
from benchmarks.seeds import seed
from benchmarks.worker import APPS, ledger_of, memory, until_handled, worker
from pmtui.cli.main import group
from pmtui.handling import runner as running
from pmtui.handling.clock import VirtualClock
from pmtui.handling.drive import run
from pmtui.model.point import Point
from pmtui.storage.folder import DataFolder
from pmtui.storage.sqlite.thread import DatabaseThread
from pmtui.view.journal import journal_page
from pmtui.view.logpage import log_page
from pmtui.view.reader import Reader
from pmtui.view.status import status_of
from pmtui.view.story import tell
from pmtui.workers.breakpoints.breakpoint import at_point
from pmtui.workers.control import Control
from pmtui.workers.outbox import Outbox
from pmtui.workers.protocol import Begin, Stop
from pmtui.workers.worker import Worker

SECONDS = 30.0


class _Counted(DatabaseThread):
    """Counts its hops, and looks after each how many turns the ledger has saved."""

    ledger: Path
    turns: list[int]

    async def run(self, function: Callable[[], Any]) -> Any:
        result = await super().run(function)
        self.turns.append(_turn_of(self.ledger))
        return result


def _turn_of(ledger: Path) -> int:
    if not ledger.exists():
        return 0
    with closing(sqlite3.connect(ledger)) as connection, contextlib.suppress(sqlite3.OperationalError):
        row = connection.execute("SELECT turn FROM ledger").fetchone()
        return 0 if row is None else row[0]
    return 0


async def _hops(folder: Path, turns: int, paused_at: str = "") -> list[int]:
    """A worker, here in this process, until it has saved so many turns: the turns saved after each hop."""
    begin = Begin(f"{APPS}:simple", "shipping", str(folder), virtual=False, receivers={})
    control = Control(begin)
    control.breakpoints = (at_point(Point.parse(paused_at), "pause"),) if paused_at else ()
    reading, writing = os.pipe()
    thread = await _Counted.start()
    thread.ledger, thread.turns = ledger_of(simple, folder), []
    work = Worker(begin, control, Outbox(writing, asyncio.get_running_loop()), thread)
    task = asyncio.create_task(work.run())
    async with asyncio.timeout(SECONDS):
        while turns not in thread.turns:
            os.set_blocking(reading, False)
            with contextlib.suppress(BlockingIOError):
                os.read(reading, 2**20)
            await asyncio.sleep(0.001)
        control.hear(Stop())
        await task
    await work.close()
    await thread.stop()
    os.close(reading)
    os.close(writing)
    return thread.turns


async def test_a_turn_of_five_hundred_events_is_one_hop(tmp_path: Path) -> None:
    seed(tmp_path / "orders.db", 5_000)

    turns = await _hops(tmp_path, 10)

    assert [turns.count(number) for number in range(1, 10)] == [1] * 9


async def test_with_a_breakpoint_an_event_is_at_most_one_hop(tmp_path: Path) -> None:
    seed(tmp_path / "orders.db", 20)

    turns = await _hops(tmp_path, 20, paused_at="shipping:orders@20:saved")

    assert max(turns.count(number) for number in range(1, 20)) <= 1


def test_nothing_that_a_worker_issues_reads_a_whole_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "_SCAVENGE_EVERY", 300)
    statements = Statements()

    with statements.collected(monkeypatch):
        seed(tmp_path / "orders.db", 1_200, orders=100)
        _handle_all(tmp_path)

    assert len(statements.issued) > 50
    assert statements.full_scans() == set()


def test_nothing_that_a_screen_issues_reads_a_whole_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seed(tmp_path / "orders.db", 1_200, orders=100)
    _handle_all(tmp_path)
    statements = Statements()

    with statements.collected(monkeypatch):
        _look_at_all(tmp_path)

    assert len(statements.issued) > 20
    assert statements.full_scans() == set()


def test_nothing_that_a_command_issues_reads_a_whole_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seed(tmp_path / "orders.db", 1_200, orders=100)
    _handle_all(tmp_path)
    file = tmp_path / "events.jsonl"
    file.write_text("".join(json.dumps(_cloud_event(number)) + "\n" for number in range(1_000)))
    statements = Statements()

    with statements.collected(monkeypatch):
        _command("status", f"{APPS}:full", "--data", str(tmp_path))
        _command("tail", str(tmp_path / "payments.db"))
        _command("append", str(tmp_path / "orders.db"), "order-x", "OrderPlaced", '{"order": "x"}')
        _command("import", str(tmp_path / "imported.db"), str(file))
        _command("import", str(tmp_path / "imported.db"), str(file))
        _command("export", str(tmp_path / "imported.db"))

    assert len(statements.issued) > 20
    assert statements.full_scans() == set()


def _handle_all(folder: Path) -> None:
    """Turns of every kind: with each receiver, a timer that fires, small and large, one interrupted and repeated."""
    for limit, receiver in ((1, "exact"), (7, "high-water"), (100, "none"), (500, "exact")):
        ours = Ours(full, folder)
        ours.ledger.close()
        ours.ledger = type(ours.ledger).open(ledger_of(full, folder), "full", "fulfilment", create=True)
        clock = VirtualClock()
        ours.runner = running.Runner(
            full,
            full.managers["fulfilment"],
            logs=ours.logs,
            ledger=ours.ledger,
            clock=clock,
            receivers=dict.fromkeys(full.contexts, receiver),
        )
        ours.start()
        for _ in range(3):
            assert ours.turn(limit)
        if limit == 500:
            while ours.turn(limit):
                pass
            clock.reached(2**53)
            while ours.turn(limit):
                pass
        interrupted = ours.runner.take(limit)
        with contextlib.suppress(StopAsyncIteration):
            for _ in range(3):
                run(anext(interrupted))
        ours.close()


def _look_at_all(folder: Path) -> None:
    """What a screen, `status` and a post-mortem read."""
    data = DataFolder(folder)
    reader = Reader(full, data)
    manager = full.managers["fulfilment"]
    status_of(reader, manager)
    tell(reader, manager.name, "act-then-save")
    tell(reader, manager.name, "save-then-act")
    page = journal_page(reader, manager.name, 20, None, (), None)
    journal_page(reader, manager.name, 20, page.entries[0].key, (), None)
    for context in full.contexts:
        reader.writers(context)
        reader.doubled(context)
        log_page(reader, context, 20, None, None)
        log_page(reader, context, 20, 500, None)
        log_page(reader, context, 20, None, 500)
    reader.instances(manager.name)
    reader.pending_timers(manager.name)
    reader.close()


def _command(*arguments: str) -> None:
    """Run a command in this process; what it says does not matter here."""
    with Path(os.devnull).open("w") as out, contextlib.redirect_stdout(out):
        group.main(list(arguments), "pmtui", standalone_mode=False)


def _cloud_event(number: int) -> dict[str, object]:
    event = {"specversion": "1.0", "id": f"e{number}", "source": "/orders", "type": "OrderPlaced"}
    return event | {"subject": f"order-{number % 10}", "time": "2026-01-01T00:00:00Z", "data": {"order": str(number)}}


def test_a_worker_never_imports_textual(tmp_path: Path) -> None:
    (tmp_path / "told.py").write_text(
        "import sys\n"
        "from pmtui import App, Append, ProcessManager, handles\n"
        "told = App('told', contexts=['orders', 'answers'])\n"
        "@told.manager\n"
        "class Tells(ProcessManager):\n"
        "    correlate = 'order'\n"
        "    @handles('orders', 'OrderPlaced', starts=True)\n"
        "    def tell(self, event, state):\n"
        "        yield Append('answers', 'told', 'Told', {'modules': [n.split('.')[0] for n in sys.modules]})\n"
    )
    scope: dict[str, Any] = {}
    exec((tmp_path / "told.py").read_text(), scope)
    seed(tmp_path / "orders.db", 1)

    with worker(scope["told"], tmp_path, wait=False, file=tmp_path / "told.py") as process:
        until_handled(process, ledger_of(scope["told"], tmp_path), 1)

    with closing(sqlite3.connect(tmp_path / "answers.db")) as connection:
        modules = json.loads(connection.execute("SELECT data FROM events").fetchone()[0])["modules"]
    assert "pmtui" in modules
    assert "textual" not in modules
    assert "click" not in modules


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads memory from /proc")
def test_a_workers_memory_is_flat_over_two_hundred_thousand_events(tmp_path: Path) -> None:
    seed(tmp_path / "orders.db", 200_000, orders=2_000)

    with worker(simple, tmp_path, wait=False) as process:
        until_handled(process, ledger_of(simple, tmp_path), 50_000, 0.005)
        early = memory(process.pid, "VmRSS")
        until_handled(process, ledger_of(simple, tmp_path), 200_000, 0.005)
        time.sleep(0.05)
        most = memory(process.pid)

    assert early is not None
    assert most is not None
    assert most < early * 1.15
    assert most < 60
