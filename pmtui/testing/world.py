"""The world around one manager: logs and a ledger in memory, and what happens in them."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import NamedTuple

from pmtui.handling.clock import VirtualClock, written
from pmtui.handling.drive import run
from pmtui.handling.errors import EventFailed
from pmtui.handling.runner import Runner
from pmtui.model import instant, json
from pmtui.model.actions import Action
from pmtui.model.app import App, Manager
from pmtui.model.event import Command, Event, NewEvent
from pmtui.storage.ledger import Instance
from pmtui.storage.log import Draft, Row
from pmtui.storage.memory.ledger import LedgerRecord, MemoryLedger
from pmtui.storage.memory.log import LogState, MemoryLog
from pmtui.testing.recording import recorded
from pmtui.testing.told import Told

_OURS = str(Path(__file__).parent.parent)

_TOLD = "{}"
"""The metadata of events that the test tells; those that the manager's actions append say what caused them."""


class Handled(NamedTuple):
    """One event that the manager has met.

    Attributes:
        where: the event, `orders@3`.
        type: what happened.
        correlation: its instance, empty if none could be named.
        outcome: `handled` or `ignored`.
    """

    where: str
    type: str
    correlation: str
    outcome: str


class Reaction(NamedTuple):
    """What follows: the events that the manager met (a told event that it does not handle is not among them), and all
    that it asked for, in order."""

    handled: tuple[Handled, ...]
    asked: tuple[Action, ...]


class World(NamedTuple):
    """Everything durable, as it was at one moment. It never changes.

    Attributes:
        app, manager: whose world it is.
        at: the time, in microseconds since 1970.
        logs: what each context's log holds.
        ledger: what the manager's ledger holds.
    """

    app: App
    manager: Manager
    at: int
    logs: Mapping[str, LogState]
    ledger: LedgerRecord

    @classmethod
    def new(cls, app: App, manager: Manager, at: int) -> "World":
        """A world in which nothing has happened."""
        return cls(app, manager, at, {name: LogState() for name in app.contexts}, LedgerRecord())

    def instance(self, correlation: str) -> Instance | None:
        """One instance; None if nothing has ever happened to it."""
        return run(self._ledger().instances([correlation])).get(correlation)

    def happens(self, told: Told) -> tuple["World", Reaction]:
        """The world after an event, and what followed from it (and from timers that came due before it).

        Raises:
            EventFailed: as in production, with a note that names the line.
        """
        __tracebackhide__ = True
        moment = written(self.at) if told.at is None else instant.write(told.at)
        return self._goes_on(VirtualClock(self.at), {told.context: (told, moment)})

    def passes(self, upto: int) -> tuple["World", Reaction]:
        """The world at a later time, and what followed from the timers that came due.

        Raises:
            EventFailed: as in production, with a note that names the line.
        """
        __tracebackhide__ = True
        return self._goes_on(VirtualClock(upto), {})

    def _goes_on(self, clock: VirtualClock, news: Mapping[str, tuple[Told, str]]) -> tuple["World", Reaction]:
        __tracebackhide__ = True
        logs = {name: _Context(name, state) for name, state in self.logs.items()}
        for name, (told, moment) in news.items():
            run(_append(logs[name], told, moment))
        ledger = self._ledger()
        asked: list[Action] = []
        runner = Runner(
            _deaf(self.app),
            recorded(self.manager, asked),
            logs=logs,
            ledger=ledger,
            clock=clock,
            receivers={name: context.receiver for name, context in self.app.contexts.items()},
        )
        try:
            handled = run(_all_turns(runner, ledger, written(clock.at)))
        except EventFailed as failed:
            failed.add_note(f"at {failed.place or self._handler_of(failed.where, logs, ledger)}")
            if failed.__cause__ is not None:
                failed.__cause__.__traceback__ = _own_frames(failed.__cause__.__traceback__)
            failed.__traceback__ = None
            raise
        after = self._replace(at=clock.at, logs={name: log.state for name, log in logs.items()}, ledger=ledger.state)
        return after, Reaction(tuple(handled), tuple(asked))

    def _ledger(self) -> MemoryLedger:
        ledger = MemoryLedger(self.app.name, self.manager.name, identity=self.manager.name)
        ledger.state = self.ledger
        return ledger

    def _handler_of(self, where: str, logs: Mapping[str, MemoryLog], ledger: MemoryLedger) -> str:
        """Where the handler of an event is, for a failure that is in no line of it."""
        source, _, position = where.partition("@")
        reader = logs.get(source, ledger.timers)
        (row,) = run(reader.page(int(position) - 1, 1))
        handler = self.manager.handlers[source, row.type]
        return f"{handler.file}:{handler.line}"


class _Context(MemoryLog):
    """A context's log of which the manager reads only what the test tells."""

    def __init__(self, name: str, state: LogState) -> None:
        super().__init__(name, identity=name)
        self.state = state

    async def page(self, after: int, limit: int) -> Sequence[Row]:
        rows = await super().page(after, await self.head())
        return [row for row in rows if row.metadata == _TOLD][:limit]


def _own_frames(trace: TracebackType | None) -> TracebackType | None:
    """A traceback from the user's code on; none if it never got there."""
    while trace is not None and trace.tb_frame.f_code.co_filename.startswith(_OURS):
        trace = trace.tb_next
    return trace


def _deaf(app: App) -> App:
    """The app without its other managers, and with aggregates that accept every command and decide on nothing."""
    alone = App(app.name, app.contexts)
    alone.aggregates.update(dict.fromkeys(app.aggregates, _decides_nothing))
    return alone


def _decides_nothing(_history: Sequence[Event], _command: Command) -> Iterable[NewEvent]:
    return ()


async def _append(log: MemoryLog, told: Told, moment: str) -> None:
    async with log.transaction() as transaction:
        version = (await transaction.versions([told.stream])).get(told.stream, 0) + 1
        name = f"{log.name}-{transaction.head + 1}"
        data = json.encode(told.data)
        await transaction.append([Draft(name, told.stream, version, told.type, data, _TOLD, moment)])


async def _all_turns(runner: Runner, ledger: MemoryLedger, at: str) -> list[Handled]:
    """Handle everything that there is, one event a turn."""
    await runner.start(0, at)
    met: list[Handled] = []
    while True:
        ended = True
        async for _ in runner.take():
            ended = False
        if ended or runner.turn is None:
            await ledger.note(runner.state.epoch, "stopped", "", at, clean=True)
            return met
        met.extend(Handled(d.where, d.row.type, d.correlation, d.outcome) for d in runner.turn.decisions)
