"""A small world of its own: all logs of an app and the ledgers of some of its managers, in memory."""

from collections.abc import Iterable, Mapping, Sequence

from pmtui.explorer.remembering import RememberingDecider
from pmtui.explorer.stores import Numbers, WatchedLedger, WatchedLog, WatchedLogState, WatchedRecord
from pmtui.handling.clock import Clock
from pmtui.handling.drive import run
from pmtui.handling.runner import Runner
from pmtui.handling.sources import Order
from pmtui.model.app import App, Receiver
from pmtui.storage.log import Pin, Row

Snapshot = tuple[WatchedLogState | WatchedRecord, ...]
"""Everything that is durable in a world: the states of its logs and ledgers."""


class World:
    """Logs and ledgers, a snapshot of them, and cold workers on them.

    Args:
        app: whose contexts and managers.
        logs: the events that are there from the beginning, by context.
        managers: the names of those that work here.
        receivers: by context.
        deciders: who asks each manager's handlers; one of the worker's own where it is left out.
    """

    def __init__(
        self,
        app: App,
        logs: Mapping[str, Sequence[Row]],
        managers: Iterable[str],
        receivers: Mapping[str, Receiver],
        deciders: Mapping[str, RememberingDecider],
    ) -> None:
        self.app = app
        self.managers = {name: app.managers[name] for name in managers}
        numbers = self._numbers = Numbers()
        read = {source for manager in self.managers.values() for source in manager.sources}
        self.logs = {name: WatchedLog(name, logs.get(name, ()), numbers, read=name in read) for name in app.contexts}
        self.ledgers: dict[str, WatchedLedger] = {}
        for name, manager in self.managers.items():
            types = {source: manager.types(source) for source in manager.sources}
            self.ledgers[name] = WatchedLedger(app.name, name, self.logs, types, numbers)
        self._receivers = receivers
        self._deciders = deciders
        self._owned = list(self.logs.values())
        self._kept = list(self.ledgers.values())

    def snapshot(self) -> Snapshot:
        """What is durable now."""
        return (*[log.state for log in self._owned], *[ledger.state for ledger in self._kept])

    def restore(self, snapshot: Snapshot) -> None:
        """Go to what was durable then."""
        states = iter(snapshot)
        for log in self._owned:
            log.state = next(states)  # type: ignore[assignment]  # a snapshot has them in this order
        for ledger in self._kept:
            ledger.state = next(states)  # type: ignore[assignment]

    def key(self) -> int:
        """The fingerprint of what is durable now, as far as it matters for what can still happen."""
        key = 0
        for log in self._owned:
            key ^= log.state.full
        for name, ledger in self.ledgers.items():
            key ^= ledger.state.full
            pin = self.interrupted(name)
            if pin is not None:
                key ^= self._numbers[name, pin.runs]
        return key

    def interrupted(self, manager: str) -> Pin | None:
        """The turn of a manager that is beyond its ledger, and will be repeated."""
        turn = self.ledgers[manager].state.turn
        for log in self._owned:
            pin = log.state.pins.get((self.app.name, manager))
            if pin is not None and pin.turn > turn:
                return pin
        return None

    def ready(self, manager: str) -> list[str]:
        """The sources that have an event for a manager."""
        ledger = self.ledgers[manager]
        cursors = ledger.state.cursors
        found = []
        for source in self.managers[manager].sources:
            cursor = cursors.get(source)
            if ledger.unread(source, cursor.position if cursor else 0):
                found.append(source)
        return found

    def due(self, manager: str) -> int | None:
        """When the next timer of a manager is due."""
        pending = self.ledgers[manager].state.pending
        return min(pending)[0] if pending else None

    def runner(self, manager: str, order: Order, clock: Clock) -> Runner:
        """A worker that has just started."""
        runner = Runner(
            self.app,
            self.managers[manager],
            logs=self.logs,
            ledger=self.ledgers[manager],
            clock=clock,
            receivers=self._receivers,
            order=order,
            decider=self._deciders.get(manager),
        )
        run(runner.start(0, ""))
        return runner


class StillClock:
    """A clock for exploring: timers fire when the explorer says so, and events have the time of their cause.

    Args:
        fires: timers due at or before this instant fire (microseconds since 1970); None: none does.
    """

    def __init__(self, fires: int | None = None) -> None:
        self._fires = -1 << 62 if fires is None else fires

    def horizon(self, upcoming: int | None) -> int:  # noqa: ARG002  (events bring no time with them)
        """The instant up to which timers fire."""
        return self._fires

    def stamp(self) -> None:
        """Each event has the time of its cause."""

    def reached(self, moment: int) -> None:
        """Nothing: time stands still."""


def scripted(sources: Sequence[str]) -> Order:
    """Take events from these sources, in this order; wait where one has none."""

    def order(ready: Mapping[str, object], taken: int) -> str | None:
        name = sources[taken] if taken < len(sources) else None
        return name if name in ready else None

    return order
