"""One run of all managers in memory, with one crash or none, that real workers can be put through too."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from pmtui.handling.clock import VirtualClock
from pmtui.handling.drive import run
from pmtui.handling.runner import Runner
from pmtui.model.app import App, Receiver
from pmtui.storage.log import Row
from pmtui.storage.memory.ledger import MemoryLedger
from pmtui.storage.memory.log import MemoryLog

_TIMERS = 200
"""So many times a manager waits for its next timer before the next manager has its turn."""


class Drain(NamedTuple):
    """One manager working alone until it is dry, and then on through so many of its timers."""

    manager: str
    timers: int


class End(NamedTuple):
    """What is durable at an end.

    Attributes:
        streams: each stream's events, (type, data), by (context, stream).
        instances: status and state, by (manager, correlation id).
    """

    streams: Mapping[tuple[str, str], Sequence[tuple[str, str]]]
    instances: Mapping[tuple[str, str], tuple[str, str]]


def streams_of(logs: Mapping[str, Sequence[Row]]) -> dict[tuple[str, str], list[tuple[str, str]]]:
    """Each stream's events."""
    streams: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for name, rows in logs.items():
        for row in rows:
            streams.setdefault((name, row.stream), []).append((row.type, row.data))
    return streams


class Rehearsal:
    """Runs the managers one after another, an event a turn, the oldest first, until all are dry.

    Args:
        app: whose managers.
        logs: the events from outside.
        receivers: by context.
        crash: the point to crash at, once; none if it is empty.

    Attributes:
        drains: what was done, in order.
        points: all that were reached, in order.
        crashed: whether the crash's point was reached.
    """

    def __init__(
        self, app: App, logs: Mapping[str, Sequence[Row]], receivers: Mapping[str, Receiver], crash: str = ""
    ) -> None:
        self.drains: list[Drain] = []
        self.points: list[str] = []
        self.crashed = False
        self._app = app
        self._receivers = receivers
        self._crash = crash
        self._logs = {name: MemoryLog(name, logs.get(name, ())) for name in app.contexts}
        self._ledgers = {name: MemoryLedger(app.name, name) for name in app.managers}
        before = -1
        while before != len(self.points):
            before = len(self.points)
            for manager in app.managers:
                self._drain(manager)

    def end(self) -> End:
        """What it came to."""
        instances = {
            (name, each.correlation): (each.status, each.state)
            for name, ledger in self._ledgers.items()
            for each in ledger.state.instances.values()
        }
        return End(streams_of({name: log.state.events.rows for name, log in self._logs.items()}), instances)

    def _drain(self, manager: str) -> None:
        before, timers = len(self.points), 0
        runner, clock = self._worker(manager)
        while True:
            points = len(self.points)
            if not self._turn(runner):
                runner, clock = self._worker(manager)
            elif points == len(self.points):
                if runner.next_due is None or timers == _TIMERS:
                    break
                timers += 1
                clock.reached(runner.next_due)
        if len(self.points) > before:
            self.drains.append(Drain(manager, timers))

    def _turn(self, runner: Runner) -> bool:
        """A turn, if there is one; False if a crash ended it."""
        turn = runner.take(1)
        while True:
            try:
                point = str(run(anext(turn)))
            except StopAsyncIteration:
                return True
            self.points.append(point)
            if point == self._crash and not self.crashed:
                self.crashed = True
                return False

    def _worker(self, manager: str) -> tuple[Runner, VirtualClock]:
        clock = VirtualClock()
        runner = Runner(
            self._app,
            self._app.managers[manager],
            logs=self._logs,
            ledger=self._ledgers[manager],
            clock=clock,
            receivers=self._receivers,
        )
        run(runner.start(0, ""))
        return runner, clock
