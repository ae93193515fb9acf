"""Our side: a runner over files in a folder."""

import asyncio
import gc
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pmtui.handling.clock import WallClock
from pmtui.handling.drive import run
from pmtui.handling.runner import LARGEST_TURN, Runner
from pmtui.model import instant
from pmtui.model.app import App
from pmtui.storage.sqlite.ledger import SqliteLedger
from pmtui.storage.sqlite.log import SqliteLog
from pmtui.storage.sqlite.thread import DatabaseThread
from pmtui.workers.main import collect_garbage_seldom


class Ours:
    """The only manager of an app, with all its files open and nothing handled yet."""

    def __init__(self, app: App, folder: Path) -> None:
        (manager,) = app.managers.values()
        self.logs = {name: SqliteLog.open(name, folder / f"{name}.db", create=True) for name in app.contexts}
        self.ledger = SqliteLedger.open(folder / "ledger.db", app.name, manager.name, create=True)
        self.runner = Runner(
            app,
            manager,
            logs=self.logs,
            ledger=self.ledger,
            clock=WallClock(),
            receivers=dict.fromkeys(app.contexts, "exact"),
        )
        self.hops = 0

    def start(self) -> None:
        """Find the place to go on from."""
        run(self.runner.start(1, instant.write(instant.now())))

    def turn(self, limit: int) -> bool:
        """A turn, all its points; whether there was one."""
        return run(self._turn(limit))

    async def _turn(self, limit: int) -> bool:
        found = False
        async for _ in self.runner.take(limit):
            found = True
        return found

    def catch_up(self, limit: int = LARGEST_TURN) -> float:
        """Handle all there is, without a thread; the seconds it took."""
        began = time.perf_counter()
        while self.turn(limit):
            pass
        return time.perf_counter() - began

    def catch_up_through_thread(self, limit: int = LARGEST_TURN) -> float:
        """Handle all there is, one hop to the database's thread a turn, as a worker does; the seconds it took."""
        return asyncio.run(self._through_thread(limit))

    async def _through_thread(self, limit: int) -> float:
        thread = await DatabaseThread.start()
        began = time.perf_counter()
        while await thread.run(lambda: self.turn(limit)):
            self.hops += 1
        took = time.perf_counter() - began
        await thread.stop()
        return took

    def close(self) -> None:
        """Close all files."""
        for log in self.logs.values():
            log.close()
        self.ledger.close()


@contextmanager
def _as_in_a_worker() -> Iterator[None]:
    """Collect garbage as seldom as a worker does; afterwards, for the other sides, as Python does by itself."""
    before = gc.get_threshold()
    collect_garbage_seldom()
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


def rate(app: App, folder: Path, events: int, limit: int = LARGEST_TURN, *, thread: bool = False) -> float:
    """Events a second, catching up with `orders.db` in a folder."""
    ours = Ours(app, folder)
    ours.start()
    with _as_in_a_worker():
        took = ours.catch_up_through_thread(limit) if thread else ours.catch_up(limit)
    handled = ours.runner.counters.handled
    ours.close()
    if handled != events:
        raise AssertionError(f"{handled} of {events} events were handled")
    return events / took
