"""One run of all managers in memory, after any crashes, that real workers can be put through too."""

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


class Kill(NamedTuple):
    """One manager working alone until it dies at a point.

    Attributes:
        manager: whose worker.
        point: where, as text.
        waits: whether first it is dry, and then its next timer comes due.
    """

    manager: str
    point: str
    waits: bool = False


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
    """Takes a story, then runs the managers one after another, an event a turn, the oldest first, until all are dry.

    Args:
        app: whose managers.
        logs: the events from outside.
        receivers: by context.
        story: who is killed first, and where.

    Attributes:
        drains: what was done after the story, in order.
        points: all that were reached then, in order.
        killed: whether every point of the story was reached.
    """

    def __init__(
        self,
        app: App,
        logs: Mapping[str, Sequence[Row]],
        receivers: Mapping[str, Receiver],
        story: Sequence[Kill] = (),
    ) -> None:
        self.drains: list[Drain] = []
        self.points: list[str] = []
        self._app = app
        self._receivers = receivers
        self._logs = {name: MemoryLog(name, logs.get(name, ())) for name in app.contexts}
        self._ledgers = {name: MemoryLedger(app.name, name) for name in app.managers}
        self.killed = all(self._kill(each) for each in story)
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

    def _kill(self, kill: Kill) -> bool:
        """Let a manager work up to a point; whether it came there."""
        runner, clock = self._worker(kill.manager)
        if kill.waits and runner.next_due is not None:
            clock.reached(runner.next_due)
        while points := self._turn(runner, kill.point):
            if points[-1] == kill.point:
                return True
        return False

    def _drain(self, manager: str) -> None:
        before, timers = len(self.points), 0
        runner, clock = self._worker(manager)
        while True:
            points = self._turn(runner)
            self.points += points
            if not points:
                if runner.next_due is None or timers == _TIMERS:
                    break
                timers += 1
                clock.reached(runner.next_due)
        if len(self.points) > before:
            self.drains.append(Drain(manager, timers))

    def _turn(self, runner: Runner, end: str = "") -> list[str]:
        """The points of a turn, if there is one, up to one where it ends."""
        points: list[str] = []
        turn = runner.take(1)
        while not points or points[-1] != end:
            try:
                points.append(str(run(anext(turn))))
            except StopAsyncIteration:
                break
        return points

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
