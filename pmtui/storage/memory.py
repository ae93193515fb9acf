"""Logs and ledgers in memory, for tests and for exploring: what they hold is one immutable `state`.

A write makes a new state that shares everything it did not change with the old one, so taking a snapshot is reading
`state` and going back is assigning it. No coroutine here ever suspends: all of them run without an event loop.
"""

import uuid
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from operator import itemgetter
from types import TracebackType
from typing import Any, NamedTuple, TypeVar

import msgspec

from pmtui.storage.errors import StorageError, Superseded
from pmtui.storage.ledger import Counters, Cursor, Instance, JournalRow, LedgerState, Save, Timer
from pmtui.storage.log import Draft, LogTransaction, Pin, Receipt, Repeat, Row, Sender
from pmtui.storage.persistent import Grown, Map

_S = TypeVar("_S", bound=msgspec.Struct)


def _with(struct: _S, **changes: Any) -> _S:
    return msgspec.structs.replace(struct, **changes)


_position: Callable[[Row], int] = itemgetter(0)


class Events(msgspec.Struct, frozen=True):
    """The events of a log: by position, and each stream's by version; `head` was the last position given out."""

    head: int = 0
    rows: Grown[Row] = Grown()
    streams: Map[str, tuple[Row, ...]] = Map()

    def page(self, after: int, limit: int) -> Sequence[Row]:
        """Up to `limit` events above a position."""
        return self.rows.after(after, _position, limit)

    def versions(self, streams: Iterable[str]) -> dict[str, int]:
        """The last version of each of the streams that has events."""
        return {stream: self.streams[stream][-1].version for stream in streams if stream in self.streams}

    def plus(self, rows: Iterable[Row]) -> "Events":
        """With these events too, whose positions are above the head and rise.

        Raises:
            StorageError: a (stream, version) is taken or a position is not above the one before it.
        """
        head = self.head
        new: list[Row] = []
        streams: dict[str, tuple[Row, ...]] = {}
        for row in rows:
            if row.position <= head:
                raise StorageError(f"position {row.position} is not above {head}")
            head = row.position
            here = streams.get(row.stream) or self.streams.get(row.stream, ())
            place = len(here)
            if place and here[-1].version >= row.version:
                place = bisect_right(here, row.version, key=lambda other: other.version)
                if place and here[place - 1].version == row.version:
                    raise StorageError(f"version {row.version} of stream {row.stream} was written by somebody else")
            streams[row.stream] = (*here[:place], row, *here[place:])
            new.append(row)
        if not new:
            return self
        return Events(head, self.rows.plus(new), self.streams.plus(streams))

    def appended(self, drafts: Iterable[Draft]) -> "Events":
        """With these drafts at the next positions."""
        return self.plus([Row(position, *draft) for position, draft in enumerate(drafts, self.head + 1)])


class Received(msgspec.Struct, frozen=True):
    """A sender's receipts by position, in the order of their ordinals, and the highest position that has any."""

    receipts: Map[int, tuple[Receipt, ...]] = Map()
    highest: int = 0

    def between(self, first: int, last: int | None) -> list[Receipt]:
        """Those for positions from `first` to `last`, or to the end, in order."""
        last = self.highest if last is None else min(last, self.highest)
        known = self.receipts
        if last - first < 16:  # few positions are looked up, many are sorted
            return [each for position in range(first, last + 1) for each in known.get(position, ())]
        return [each for position in sorted(known) if first <= position <= last for each in known[position]]

    def plus(self, receipts: Iterable[Receipt]) -> "Received":
        """With these too; for a key that has one already, the first stays."""
        changes: dict[int, tuple[Receipt, ...]] = {}
        for receipt in receipts:
            here = changes.get(receipt.position) or self.receipts.get(receipt.position, ())
            if all(each.ordinal != receipt.ordinal for each in here):
                changes[receipt.position] = tuple(sorted((*here, receipt), key=lambda each: each.ordinal))
        return Received(self.receipts.plus(changes), max(self.highest, *changes)) if changes else self

    def above(self, position: int) -> "Received":
        """Without those at or below a position."""
        left = {place: each for place, each in self.receipts.items() if place > position}
        return Received(Map(left), max(left, default=0))


class LogState(msgspec.Struct, frozen=True):
    """All that a log holds."""

    events: Events = Events()
    receipts: Mapping[Sender, Received] = {}
    floors: Mapping[Sender, int] = {}
    repeats: tuple[tuple[Sender, Repeat], ...] = ()
    pins: Mapping[tuple[str, str], Pin] = {}


class MemoryLog:
    """A context's log in memory; see `Log` for what may be relied on.

    Args:
        name: the context's name.
        rows: events to begin with, at their own positions, gaps included.
        identity: the log's UUID; a new one if it is left out.

    Attributes:
        name: the context's name.
        state: everything it holds; assign one that was read before to go back to it.
    """

    def __init__(self, name: str, rows: Iterable[Row] = (), identity: str = "") -> None:
        self.name = name
        self.state = LogState(Events().plus(rows))
        self._identity = identity or str(uuid.uuid4())

    async def identity(self) -> str:
        """See `LogReader.identity`."""
        return self._identity

    async def head(self) -> int:
        """See `LogReader.head`."""
        return self.state.events.head

    async def page(self, after: int, limit: int) -> Sequence[Row]:
        """See `LogReader.page`."""
        return self.state.events.page(after, limit)

    async def pin(self, app: str, manager: str) -> Pin | None:
        """See `Log.pin`."""
        return self.state.pins.get((app, manager))

    def transaction(self) -> AbstractAsyncContextManager[LogTransaction]:
        """See `Log.transaction`; of two that overlap, the one that commits second gets a StorageError."""
        return MemoryLogTransaction(self)


class MemoryLogTransaction:
    """See `LogTransaction`: what the log will hold when its own block ends; until then nobody else sees it."""

    def __init__(self, log: MemoryLog) -> None:
        self._log = log
        self._began = state = log.state
        self.head = state.events.head
        self._events = state.events
        self._receipts = state.receipts
        self._floors = state.floors
        self._repeats = state.repeats
        self._pins = state.pins

    def committed(self) -> LogState:
        """The log's state with all that this transaction did."""
        return LogState(self._events, self._receipts, self._floors, self._repeats, self._pins)

    async def __aenter__(self) -> "MemoryLogTransaction":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            return
        if self._log.state is not self._began:
            raise StorageError(f"{self._log.name}: written by somebody else at the same time")
        self._log.state = self.committed()

    async def pin(self, app: str, manager: str) -> Pin | None:
        """See `LogTransaction.pin`."""
        return self._pins.get((app, manager))

    async def set_pin(self, app: str, manager: str, pin: Pin) -> None:
        """See `LogTransaction.set_pin`."""
        self._pins = {**self._pins, (app, manager): pin}

    async def receipts(self, sender: Sender, first: int, last: int | None) -> list[Receipt]:
        """See `LogTransaction.receipts`."""
        own = self._receipts.get(sender)
        return [] if own is None else own.between(first, last)

    async def floor(self, sender: Sender) -> int:
        """See `LogTransaction.floor`."""
        return self._floors.get(sender, 0)

    async def record(self, sender: Sender, receipts: Sequence[Receipt]) -> None:
        """See `LogTransaction.record`."""
        own = self._receipts.get(sender) or Received()
        self._receipts = {**self._receipts, sender: own.plus(receipts)}

    async def repeated(self, sender: Sender, repeats: Iterable[Repeat]) -> None:
        """See `LogTransaction.repeated`."""
        self._repeats = (*self._repeats, *((sender, each) for each in repeats))

    async def scavenge(self, sender: Sender, upto: int) -> None:
        """See `LogTransaction.scavenge`."""
        own = self._receipts.get(sender) or Received()
        self._receipts = {**self._receipts, sender: own.above(upto)}
        self._floors = {**self._floors, sender: max(upto, self._floors.get(sender, 0))}

    async def history(self, stream: str) -> list[Row]:
        """See `LogTransaction.history`."""
        return list(self._events.streams.get(stream, ()))

    async def versions(self, streams: Iterable[str]) -> dict[str, int]:
        """See `LogTransaction.versions`."""
        return self._events.versions(streams)

    async def append(self, drafts: Sequence[Draft]) -> int:
        """See `LogTransaction.append`."""
        first = self._events.head + 1
        self._events = self._events.appended(drafts)
        return first


class Owner(NamedTuple):
    """What a ledger notes about its worker, for `status`."""

    pid: int | None = None
    state: str = "new"
    reason: str = ""
    since: str = ""


class LedgerRecord(msgspec.Struct, frozen=True):
    """All that a ledger holds; `pending` are (due, correlation, type) of the timers that have not fired."""

    epoch: int = 0
    turn: int = 0
    clock: int = 0
    clean: bool = True
    owner: Owner = Owner()
    counters: Counters = Counters()
    cursors: Mapping[str, Cursor] = {}
    targets: Mapping[str, Cursor] = {}
    instances: Map[str, Instance] = Map()
    pending: frozenset[tuple[int, str, str]] = frozenset()
    journal: Grown[JournalRow] = Grown()
    timers: Events = Events()


class MemoryLedger:
    """A manager's ledger in memory; see `Ledger` for what may be relied on.

    Args:
        app: the app's name.
        manager: the manager's name.
        identity: the ledger's UUID; a new one if it is left out.

    Attributes:
        state: everything it holds; assign one that was read before to go back to it.
    """

    def __init__(self, app: str, manager: str, identity: str = "") -> None:
        self.identity = identity or str(uuid.uuid4())
        self.state = LedgerRecord()
        self._owner = (app, manager)
        self._timers = MemoryTimers(self)

    @property
    def timers(self) -> "MemoryTimers":
        """See `Ledger.timers`."""
        return self._timers

    async def load(self) -> LedgerState:
        """See `Ledger.load`."""
        now = self.state
        return LedgerState(
            identity=self.identity,
            epoch=now.epoch,
            turn=now.turn,
            clock=now.clock,
            clean=now.clean,
            cursors=now.cursors,
            targets=now.targets,
            next_due=_earliest(now),
            counters=now.counters,
        )

    async def start(self, pid: int, at: str) -> LedgerState:
        """See `Ledger.start`."""
        now = self.state
        crashes = now.counters.crashes + (not now.clean)
        self.state = _with(
            now,
            epoch=now.epoch + 1,
            clean=False,
            counters=_with(now.counters, crashes=crashes),
            owner=Owner(pid, "running", "", at),
        )
        return await self.load()

    async def note(self, epoch: int, state: str, reason: str, at: str, *, clean: bool) -> None:
        """See `Ledger.note`."""
        if epoch and epoch == self.state.epoch:
            self.state = _with(self.state, clean=clean, owner=Owner(self.state.owner.pid, state, reason, at))

    async def instances(self, correlations: Iterable[str]) -> dict[str, Instance]:
        """See `Ledger.instances`."""
        known = self.state.instances
        return {each: known[each] for each in correlations if each in known}

    async def next_due(self) -> int | None:
        """See `Ledger.next_due`."""
        return _earliest(self.state)

    async def fire(self, epoch: int, upto: int, limit: int) -> list[tuple[str, str, int]]:
        """See `Ledger.fire`."""
        now = self.state
        if not epoch or epoch != now.epoch:
            raise Superseded("another worker has taken over")
        due = sorted(each for each in now.pending if each[0] <= upto)[:limit]
        versions = now.timers.versions({correlation for _, correlation, _ in due})
        instances: dict[str, Instance] = {}
        drafts: list[Draft] = []
        fired: list[tuple[str, str, int]] = []
        for position, (moment, correlation, type_) in enumerate(due, now.timers.head + 1):
            instance = instances.get(correlation) or now.instances[correlation]
            timer = instance.timers[type_]
            versions[correlation] = version = versions.get(correlation, 0) + 1
            name = f"{'/'.join(self._owner)}/timers/{correlation}/{type_}/{moment}"
            drafts.append(Draft(name, correlation, version, type_, timer.data, timer.metadata, timer.recorded_at))
            instances[correlation] = _with(instance, timers={**instance.timers, type_: _with(timer, fired=position)})
            fired.append((correlation, type_, position))
        self.state = _with(
            now,
            pending=now.pending.difference(due),
            instances=now.instances.plus(instances),
            timers=now.timers.appended(drafts),
        )
        return fired

    async def save(self, save: Save) -> None:
        """See `Ledger.save`."""
        now = self.state
        if not save.epoch or (save.epoch, save.turn - save.advances) != (now.epoch, now.turn):
            raise Superseded("another worker has taken over")
        cursors = dict(now.cursors)
        for source, (before, after) in save.cursors.items():
            if cursors.get(source, Cursor(0, before.identity)) != before:  # one that was never saved counts as 0
                raise Superseded(f"the cursor in {source} was moved by another worker")
            cursors[source] = after
        added = (
            _with(save.counters, crashes=0) if save.counters.crashes else save.counters
        )  # the next start counts them
        instances: dict[str, Instance] = {}
        pending = now.pending
        for old, new in save.instances:
            instances[new.correlation], pending = _write(now.instances.get(new.correlation), pending, old, new)
        self.state = _with(
            now,
            turn=save.turn,
            clock=max(now.clock, save.clock),
            counters=now.counters + added,
            cursors=cursors,
            targets={**now.targets, **save.targets} if save.targets else now.targets,
            instances=now.instances.plus(instances) if instances else now.instances,
            pending=pending,
            journal=now.journal.plus(save.journal) if save.journal else now.journal,
        )


class MemoryTimers:
    """The log of a ledger's timers that came due."""

    name = "timers"

    def __init__(self, ledger: MemoryLedger) -> None:
        self._ledger = ledger

    async def identity(self) -> str:
        """See `LogReader.identity`."""
        return self._ledger.identity

    async def head(self) -> int:
        """See `LogReader.head`."""
        return self._ledger.state.timers.head

    async def page(self, after: int, limit: int) -> Sequence[Row]:
        """See `LogReader.page`."""
        return self._ledger.state.timers.page(after, limit)


def _earliest(state: LedgerRecord) -> int | None:
    return min(state.pending)[0] if state.pending else None


def _write(
    kept: Instance | None, pending: frozenset[tuple[int, str, str]], before: Instance, after: Instance
) -> tuple[Instance, frozenset[tuple[int, str, str]]]:
    """The instance as it is stored now, and the timers that have not fired.

    Only the timers that the turn changed are touched: another may have fired.
    """
    if before.timers is after.timers and (kept is None or kept.timers is after.timers):
        return after, pending
    name = after.correlation
    waiting = set(pending)
    timers: dict[str, Timer] = dict(kept.timers) if kept is not None else {}
    for type_, timer in before.timers.items():
        if after.timers.get(type_) != timer:
            gone = timers.pop(type_, None)
            if gone is not None:
                waiting.discard((gone.due, name, type_))
    for type_, timer in after.timers.items():
        if before.timers.get(type_) != timer:
            replaced = timers.get(type_)
            if replaced is not None:
                waiting.discard((replaced.due, name, type_))
            timers[type_] = timer
            if timer.fired is None:
                waiting.add((timer.due, name, type_))
    return _with(after, timers=timers), frozenset(waiting)
