"""A small world of its own: all logs of an app and the ledgers of some of its managers, in memory."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

from pmtui.explorer.cold import Cold
from pmtui.explorer.parts import Touched
from pmtui.explorer.plans import Plan
from pmtui.explorer.remembering import RememberingDecider
from pmtui.explorer.snapshot import Content, Snapshot, logs_moved
from pmtui.explorer.watchedledger import WatchedLedger, WatchedRecord, by_timer
from pmtui.explorer.watchedlog import Numbers, WatchedLog, WatchedLogState
from pmtui.handling.clock import Clock
from pmtui.handling.decision import Act
from pmtui.handling.runner import Runner
from pmtui.handling.sources import Order
from pmtui.model.app import App, Receiver
from pmtui.model.manager import TIMERS
from pmtui.storage.log import Pin, Row, Sender
from pmtui.storage.memory.log import NOTHING, Received

_PAGE = 8
# A named tuple made of a plain one: half the cost of calling its class.
_snapshot: Callable[[tuple[Any, ...]], Snapshot] = partial(tuple.__new__, Snapshot)


class _Kept(NamedTuple):
    """What is kept of a manager: the name that its logs have for it, its ledger, and the numbers of its sources."""

    name: str
    owner: tuple[str, str]
    ledger: WatchedLedger
    read: Sequence[int]


class World:
    """Logs and ledgers, a snapshot of them, and cold workers on them.

    Args:
        app: whose contexts and managers.
        logs: the events that are there from the beginning, by context.
        managers: the names of those that work here.
        receivers: by context.
        deciders: who asks each manager's handlers; one of the worker's own where it is left out.
        touched: told what is read and appended.
        arriving: the contexts whose events are not there from the beginning but arrive one by one.
        whole: whether everything in the logs matters, also what nobody reads and receipts that are done with.
        exact: the contexts where places, ids and metadata of events matter, and so the order across streams.
        timed: whether the time by the events handled matters, because timers go by it.
        numbers: of the parts of fingerprints; only those of worlds that share them can be compared.

    Attributes:
        shared: whether anything else changes while all that concerns one manager is the same.
    """

    def __init__(
        self,
        app: App,
        logs: Mapping[str, Sequence[Row]],
        managers: Iterable[str],
        receivers: Mapping[str, Receiver],
        deciders: Mapping[str, RememberingDecider],
        touched: Touched,
        *,
        arriving: Collection[str] = (),
        whole: bool = False,
        exact: Collection[str] = (),
        timed: bool = False,
        numbers: Numbers | None = None,
    ) -> None:
        self.app = app
        self.managers = {name: app.managers[name] for name in managers}
        self.arrivals = {name: logs.get(name, ()) for name in arriving}
        self.shared = len(self.managers) > 1 or bool(self.arrivals)
        self._numbers = numbers = Numbers() if numbers is None else numbers
        read = {source for manager in self.managers.values() for source in manager.sources}
        self.logs = {
            name: WatchedLog(
                name,
                () if name in self.arrivals else logs.get(name, ()),
                numbers,
                touched,
                live=whole or name in read or name in app.aggregates or name in exact,
                exact=name in exact,
                shared=self.shared,
            )
            for name in app.contexts
        }
        self.ledgers: dict[str, WatchedLedger] = {}
        for name, manager in self.managers.items():
            types = {source: manager.types(source) for source in manager.sources}
            self.ledgers[name] = WatchedLedger(app.name, name, self.logs, types, numbers, exact=TIMERS in exact)
        self._sources = {name: manager.sources for name, manager in self.managers.items()}
        self._owners = {name: (app.name, name) for name in self.managers}
        self._senders = {
            (name, source): Sender(
                app.name,
                name,
                source,
                f"{'ledger' if source == TIMERS else 'log'} of {name if source == TIMERS else source}",
            )
            for name, manager in self.managers.items()
            for source in manager.sources
        }
        self._receivers = receivers
        self._deciders = deciders
        self._owned = list(self.logs.values())
        self._stores: list[Any] = [*self._owned, *self.ledgers.values()]
        self._places = {name: place for place, name in enumerate(self.logs)}
        self._kept = [
            _Kept(
                name,
                self._owners[name],
                self.ledgers[name],
                [self._places[source] for source in manager.sources if source in self._places],
            )
            for name, manager in self.managers.items()
        ]
        self._cold: dict[str, Cold] = {}
        self.timed = timed
        self._whole = whole
        self._logs = logs

    def mixed(self, later: Snapshot, earlier: Snapshot, contexts: Collection[str], manager: str) -> Snapshot:
        """Some contexts' logs from one snapshot, all else from another before it; a manager's turn lies between."""
        logs = [(later if name in contexts else earlier).logs[place] for place, name in enumerate(self.logs)]
        self.put(logs, earlier.ledgers)
        return self.snapshot(earlier, manager)

    def snapshot(self, since: Snapshot | None = None, manager: str = "") -> Snapshot:
        """What is durable now.

        Args:
            since: an earlier one, after which nothing came but this:
            manager: a turn of this manager; where it is empty, events from outside.
        """
        logs = tuple([log.state for log in self._owned])
        ledgers = tuple([kept.ledger.state for kept in self._kept])
        parts = []
        for place, kept in enumerate(self._kept):
            if since is None or kept.name == manager:
                parts.append((_read(kept, ledgers[place]), self._unsaved(kept, ledgers[place])))
            elif _grown(kept, since.logs, logs):
                parts.append((_read(kept, ledgers[place]), since.parts[place][1]))
            else:
                parts.append(since.parts[place])
        return self._snapshot(logs, ledgers, parts)

    def moved(self, before: Snapshot, after: Snapshot, now: Snapshot, manager: str) -> Snapshot:
        """What becomes of a snapshot by what a manager's turn has made of another one, where it must do the same."""
        own = list(self.managers).index(manager)
        logs = logs_moved(before, after, now, self._owners[manager])
        ledgers = (*now.ledgers[:own], after.ledgers[own], *now.ledgers[own + 1 :])
        parts = list(now.parts)
        parts[own] = after.parts[own]
        there = False
        for place, kept in enumerate(self._kept):
            if place != own and _grown(kept, now.logs, logs):
                if not there:
                    there = True
                    self.put(logs, ledgers)
                parts[place] = _read(kept, ledgers[place]), parts[place][1]
        return self._snapshot(logs, ledgers, parts)

    def _snapshot(
        self,
        logs: tuple[WatchedLogState, ...],
        ledgers: tuple[WatchedRecord, ...],
        parts: Sequence[tuple[int, int]],
    ) -> Snapshot:
        live = full = own = unsaved = 0
        for log in logs:
            live ^= log.live
            full ^= log.full
        for read, rest in parts:
            own ^= read
            unsaved ^= rest
        for context in self.arrivals:
            unsaved ^= self._numbers[context, logs[self._places[context]].arrived]
        key = (full if self._whole else live) ^ own ^ unsaved
        return _snapshot((logs, ledgers, tuple(parts), key, full ^ own))

    def restore(self, snapshot: Snapshot) -> None:
        """Go to what was durable then."""
        self.put(snapshot.logs, snapshot.ledgers)

    def put(self, logs: Iterable[WatchedLogState], ledgers: Iterable[WatchedRecord]) -> None:
        """Have these states, in the order of a snapshot."""
        for store, there in zip(self._stores, (*logs, *ledgers), strict=True):
            store.state = there

    def content(self) -> Content:
        """What all logs say, whatever the order across streams and the times."""
        return frozenset(
            (log.name, row.stream, row.version, row.type, row.data)
            for log in self._owned
            for row in log.state.events.rows
        )

    def _unsaved(self, kept: _Kept, state: WatchedRecord) -> int:
        """The number of what a turn that is not saved has left: its pin, and the receipts above the durable cursors.

        For those below, no redelivery ever asks. With it the time, where timers go by it.
        """
        key = 0
        pinned: Pin | None = None
        manager, owner = kept.name, kept.owner
        turn, passed = state.turn, state.passed
        for log in self._owned:
            share = log.state.shares.get(owner)
            if share is None:
                continue
            if pinned is None and share.pin is not None and share.pin.turn > turn:
                pinned = share.pin
            for sender, own in share.received.items():
                last = passed.get(sender.source, 0)
                if own.highest > last:
                    key ^= self._received(log.name, sender, own, last)
        if pinned is not None:
            key ^= self._numbers[manager, tuple([(run.source, run.count) for run in pinned.runs])]
        if self.timed and state.pending:
            key ^= self._numbers[manager, state.clock]
        return key

    def _received(self, log: str, sender: Sender, own: Received, last: int) -> int:
        """The number of a log's receipts of one sender above a position."""
        number, manager, source = 0, sender.manager, sender.source
        places = {row.position: n for n, row in enumerate(self.ledgers[manager].unread(source, last, own.highest))}
        for receipt in own.between(last + 1, None):
            place = places.get(receipt.position, receipt.position)
            number ^= self._numbers[manager, source, place, log, receipt.ordinal, receipt.fingerprint]
        return number

    def has_receipt(self, manager: str, act: Act) -> bool:
        """Whether the target has a receipt of an action."""
        share = self.logs[act.context].state.shares.get(self._owners[manager], NOTHING)
        own = share.received.get(self._senders[manager, act.source])
        return own is not None and any(each.ordinal == act.ordinal for each in own.receipts.get(act.position, ()))

    def interrupted(self, manager: str) -> Pin | None:
        """The turn of a manager that is beyond its ledger, and will be repeated."""
        turn, owner = self.ledgers[manager].state.turn, self._owners[manager]
        for log in self._owned:
            pin = log.state.shares.get(owner, NOTHING).pin
            if pin is not None and pin.turn > turn:
                return pin
        return None

    def ready(self, manager: str, most: int) -> dict[str, int]:
        """How many events each source has for a manager; `most` stands for more."""
        ledger = self.ledgers[manager]
        passed = ledger.state.passed
        return {s: ledger.waiting(s, passed.get(s, 0), most) for s in self._sources[manager]}

    def fires(self, manager: str, *, dry: bool) -> bool:
        """Whether a timer of a manager may come due next.

        One that another timer caused waits until the manager's sources are dry, or it could go on for ever.
        """
        state = self.ledgers[manager].state
        if not state.pending:
            return False
        _, correlation, type_ = min(state.pending)
        return dry or not by_timer(state.instances[correlation].timers[type_])

    def goes_on(self) -> bool:
        """Whether anything can still happen: a turn to repeat, an event, a timer, an event from outside."""
        for manager in self.managers:
            if self.interrupted(manager) is not None or any(self.ready(manager, 1).values()):
                return True
            if self.fires(manager, dry=True):
                return True
        return bool(self.arriving())

    def arriving(self) -> list[str]:
        """The contexts in which an event from outside can arrive now."""
        return [name for name, rows in self.arrivals.items() if self.logs[name].state.arrived < len(rows)]

    def events(self) -> dict[str, tuple[int, ...]]:
        """The positions of the events from outside that are there or have arrived, by context."""
        found = {}
        for name, rows in self._logs.items():
            arrived = self.logs[name].state.arrived if name in self.arrivals else len(rows)
            if rows[:arrived]:
                found[name] = tuple(row.position for row in rows[:arrived])
        return found

    def arrive(self, context: str) -> None:
        """The next event from outside arrives in a context."""
        log = self.logs[context]
        log.arrive(self.arrivals[context][log.state.arrived])

    def due(self, manager: str) -> int | None:
        """When the next timer of a manager is due."""
        pending = self.ledgers[manager].state.pending
        return min(pending)[0] if pending else None

    def runner(self, manager: str, order: Order, clock: Clock) -> Runner:
        """A worker that goes by an order and a clock, to be started."""
        return Runner(
            self.app,
            self.managers[manager],
            logs=self.logs,
            ledger=self.ledgers[manager],
            clock=clock,
            receivers=self._receivers,
            order=order,
            decider=self._deciders.get(manager),
            page=_PAGE,
        )

    def start(self, manager: str, plan: Plan) -> Runner:
        """A worker that has just started, to take the next turn as planned; the one before it is of no use then."""
        cold = self._cold.get(manager)
        if cold is None:
            cold = self._cold[manager] = Cold(partial(self.runner, manager), timed=self.timed)
        runner = cold.start(plan, self.due(manager) if plan.fires else None)
        for log in self._owned:
            log.opened = False
        return runner


def _read(kept: _Kept, state: WatchedRecord) -> int:
    """The number of what a manager's ledger says and of how far it has come."""
    return state.full ^ kept.ledger.progress()


def _grown(kept: _Kept, before: Sequence[WatchedLogState], after: Sequence[WatchedLogState]) -> bool:
    """Whether events have come to a manager's sources."""
    return any(after[source].events is not before[source].events for source in kept.read)
