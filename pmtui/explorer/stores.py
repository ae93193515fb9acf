"""Logs and ledgers in memory that keep a fingerprint of what they hold, and notice what no save may do."""

import random
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

import msgspec

from pmtui.explorer.parts import Touched
from pmtui.model import json
from pmtui.model.manager import TIMERS
from pmtui.storage.ledger import Instance, Save, Timer
from pmtui.storage.log import Draft, Receipt, Row, Sender
from pmtui.storage.memory.events import Events
from pmtui.storage.memory.ledger import LedgerRecord, MemoryLedger
from pmtui.storage.memory.log import LogState, MemoryLog, MemoryLogTransaction

KEPT = 10_000
"""So many of the things that can be met again are remembered, before all are forgotten: they take much room."""


class Numbers(dict[Any, int]):
    """A random 128-bit number for each thing that is asked for, always the same one.

    States are compared by the XOR of their parts' numbers: it changes by what changed, and two different states
    have the same one with a chance of about 2**-128.
    """

    def __init__(self) -> None:
        super().__init__()
        self._random = random.Random(0)  # noqa: S311  (no secret: the same run gives the same numbers)

    def __missing__(self, key: Any) -> int:
        number = self[key] = self._random.getrandbits(128)
        return number


class WatchedLogState(LogState, frozen=True):
    """What a log holds, and its fingerprints.

    Attributes:
        full: of all its events and receipts.
        live: of its events, as far as anything can still depend on them.
        arrived: how many events from outside have arrived since the beginning.
    """

    full: int = 0
    live: int = 0
    arrived: int = 0


class WatchedLog(MemoryLog):
    """A log in memory whose state knows its fingerprints.

    Args:
        name: the context's name.
        rows: events to begin with.
        numbers: of the parts.
        live: whether anything depends on its events: a manager or an invariant reads it, or an aggregate.
        exact: whether an event's place, id and metadata count too, and not only its stream's types and data.
        touched: told what is read and appended.
        shared: whether the same events may come to be there in different ways, so that it pays to know them again.

    Attributes:
        base: the position that it begins with.
        opened: whether a transaction was begun; for others to set back.
    """

    state: WatchedLogState

    def __init__(
        self,
        name: str,
        rows: Iterable[Row],
        numbers: Numbers,
        touched: Touched,
        *,
        live: bool,
        exact: bool,
        shared: bool,
    ) -> None:
        super().__init__(name, rows, f"log of {name}")
        self.state = WatchedLogState(self.state.events)
        self.base = self.state.events.head
        self.opened = False
        self.numbers = numbers
        self.live = live
        self.exact = exact
        self.touched = touched
        self._shared = shared
        self._grown: dict[tuple[object, ...], tuple[Events, Events]] = {}

    def transaction(self) -> MemoryLogTransaction:
        """See `MemoryLog.transaction`."""
        self.opened = True
        return _WatchedTransaction(self)

    def arrive(self, row: Row) -> None:
        """An event from outside is appended, at the next position and version."""
        now = self.state
        version = now.events.versions([row.stream]).get(row.stream, 0) + 1
        draft = Draft(*row._replace(version=version)[1:])
        number = self.number(now.events.head + 1, draft)
        self.state = msgspec.structs.replace(
            now,
            events=self.grown(now.events, [draft]),
            full=now.full ^ number,
            live=now.live ^ number,
            arrived=now.arrived + 1,
        )

    def grown(self, events: Events, drafts: Sequence[Draft]) -> Events:
        """Events with these drafts after them; where they are shared, the very same object for the same ones."""
        if not self._shared:
            return events.appended(drafts)
        same = id(events), *drafts
        known = self._grown.get(same)
        if known is None:
            if len(self._grown) == KEPT:
                self._grown.clear()
            known = self._grown[same] = events, events.appended(drafts)  # both are kept, so that no id is used again
        return known[1]

    def number(self, position: int, draft: tuple[Any, ...]) -> int:
        """Of one event: a draft is (id, stream, version, type, data, metadata, recorded_at)."""
        if self.exact:
            return self.numbers[self.name, position, draft]
        return self.numbers[self.name, draft[1], draft[2], draft[3], draft[4], draft[6]]


class _WatchedTransaction(MemoryLogTransaction):
    _log: WatchedLog
    _full = _live = 0  # by what the fingerprints change

    def committed(self) -> LogState:
        now = self._log.state
        return WatchedLogState(self._events, self._shares, now.full ^ self._full, now.live ^ self._live, now.arrived)

    async def record(self, sender: Sender, receipts: Sequence[Receipt]) -> None:
        numbers, name = self._log.numbers, self._log.name
        own = self._share(sender).received.get(sender)
        for new in receipts:
            here = None if own is None else own.receipts.get(new.position)
            if not here or all(each.ordinal != new.ordinal for each in here):
                self._full ^= numbers[name, sender.manager, sender.source, new.position, new.ordinal, new.fingerprint]
        await super().record(sender, receipts)

    async def history(self, stream: str) -> list[Row]:
        self._log.touched.read(self._log.name, stream)
        return await super().history(stream)

    async def append(self, drafts: Sequence[Draft]) -> int:
        log, before, change = self._log, self._events, 0
        self._events = log.grown(before, drafts)
        for row in self._events.rows[len(before.rows) :]:
            change ^= log.number(row.position, row[1:])
            log.touched.appended(log.name, row)
        self._full ^= change
        if log.live:
            self._live ^= change
        return before.head + 1


class WatchedRecord(LedgerRecord, frozen=True):
    """What a ledger holds, and its fingerprint.

    Attributes:
        full: of the instances with their timers.
        passed: the position of the last event that the cursor has passed and the manager handles, by source.
    """

    full: int = 0
    passed: Mapping[str, int] = {}


class Fault(Exception):
    """A save did what none may do; `kind` as in `Violation`."""

    def __init__(self, kind: Literal["cursor", "gap"], sentence: str) -> None:
        super().__init__(sentence)
        self.kind = kind


class _Come:
    """How far a manager had come in a log when that was last asked."""

    def __init__(self, source: str, log: WatchedLog) -> None:
        self.source = source
        self.log = log
        self.events: Events | None = None
        self.passed = 0
        self.number = 0


class WatchedLedger(MemoryLedger):
    """A ledger in memory whose state knows its fingerprint.

    Args:
        app, manager: whose it is.
        logs: the logs it has cursors in.
        types: the event types that the manager handles, by source.
        numbers: of the parts.
        exact: whether positions, ids and metadata of timers matter.
    """

    state: WatchedRecord

    def __init__(
        self,
        app: str,
        manager: str,
        logs: Mapping[str, WatchedLog],
        types: Mapping[str, frozenset[str]],
        numbers: Numbers,
        *,
        exact: bool,
    ) -> None:
        super().__init__(app, manager, f"ledger of {manager}")
        self.state = WatchedRecord()
        self._manager = manager
        self._logs = logs
        self._types = types
        self._numbers = numbers
        self._exact = exact
        self._waiting: tuple[Events, Mapping[str, Instance], int, int] | None = None
        self._comes = [_Come(source, logs[source]) for source in types if source != TIMERS]
        self._timed = TIMERS in types

    async def save(self, save: Save) -> None:
        """See `Ledger.save`.

        Raises:
            Fault: a cursor went back, or passed an event that the same save does not give an end.
        """
        passed = self._passed(save)
        before = self.state.instances
        await super().save(save)
        now = self.state
        change = 0
        for old, _ in save.instances:
            name = old.correlation
            change ^= self._number(before.get(name)) ^ self._number(now.instances.get(name))
        # A worker that is not killed in a turn has ended by itself: nothing is to be fenced off from the next one.
        self.state = msgspec.structs.replace(
            now, full=now.full ^ change, passed={**now.passed, **passed} if passed else now.passed, clean=True
        )

    def _passed(self, save: Save) -> dict[str, int]:
        """How far each cursor comes, in events that the manager handles."""
        last: dict[str, int] = {}
        for source, (before, after) in save.cursors.items():
            if after.position < before.position:
                raise Fault("cursor", f"the cursor in {source} goes back from {before.position} to {after.position}")
            passed = [row.position for row in self.unread(source, before.position, after.position)]
            ended = [row.position for row in save.journal if row.source == source]
            if passed != ended:
                raise Fault(
                    "gap",
                    f"the cursor in {source} goes from {before.position} to {after.position}, past the events "
                    f"{passed or 'none'}, of which {ended or 'none'} were handled or ignored",
                )
            if passed:
                last[source] = passed[-1]
        return last

    async def fire(self, epoch: int, upto: int, limit: int) -> list[tuple[str, str, int]]:
        """See `Ledger.fire`."""
        before = self.state.instances
        fired = await super().fire(epoch, upto, limit)
        now, change = self.state, 0
        for name in {name for name, _, _ in fired}:
            change ^= self._number(before.get(name)) ^ self._number(now.instances.get(name))
        self.state = msgspec.structs.replace(now, full=now.full ^ change)
        return fired

    def unread(self, source: str, after: int, upto: int | None = None) -> list[Row]:
        """The events of a source that the manager handles, above a position and up to another, or to the end."""
        events = self.state.timers if source == TIMERS else self._logs[source].state.events
        types = self._types[source]
        rows = events.page(after, events.head if upto is None else upto - after)
        return [row for row in rows if row.type in types and (upto is None or row.position <= upto)]

    def waiting(self, source: str, after: int, most: int) -> int:
        """How many events of a source the manager handles, above a position; `most` stands for more."""
        events = self.state.timers if source == TIMERS else self._logs[source].state.events
        types = self._types[source]
        found = 0
        while found < most and (rows := events.page(after, most)):
            after = rows[-1].position
            found += sum(row.type in types for row in rows)
        return min(found, most)

    def progress(self) -> int:
        """The number of how far the manager has come in its sources: what it passed there, and what lies before it.

        Of events that were not there at the beginning only their order counts, not their positions.
        """
        now, number = self.state, 0
        for come in self._comes:
            events, passed = come.log.state.events, now.passed.get(come.source, 0)
            if come.events is not events or come.passed != passed:
                come.events, come.passed = events, passed
                come.number = self._come(come.source, come.log, passed)
            number ^= come.number
        if self._timed and now.timers.head:
            number ^= self._fired(now, now.passed.get(TIMERS, 0))
        return number

    def _come(self, source: str, log: WatchedLog, passed: int) -> int:
        """The number of how far the manager has come in a log."""
        base = log.base
        if log.state.events.head == base:
            return self._numbers[self._manager, source, passed]
        names = tuple([(row.stream, row.version) for row in self.unread(source, max(passed, base))])
        return self._numbers[self._manager, source, min(passed, base), names]

    def _fired(self, now: "WatchedRecord", passed: int) -> int:
        known = self._waiting
        if known is not None and known[0] is now.timers and known[1] is now.instances and known[2] == passed:
            return known[3]
        names = tuple(
            (
                row if self._exact else (row.stream, row.type, row.recorded_at, row.data),
                self._current(now.instances[row.stream], row),
            )
            for row in self.unread(TIMERS, passed)
        )
        number = self._numbers[self._manager, names] if names else 0
        self._waiting = now.timers, now.instances, passed, number
        return number

    @staticmethod
    def _current(instance: Instance, row: Row) -> bool:
        """Whether a timer that fired is still waited for."""
        timer = instance.timers.get(row.type)
        return timer is not None and timer.fired == row.position

    def _number(self, instance: Instance | None) -> int:
        if instance is None:
            return 0
        timers = (
            tuple(sorted((t.type, t.due, t.data, t.fired is not None, by_timer(t)) for t in instance.timers.values()))
            if instance.timers
            else ()
        )
        return self._numbers[self._manager, instance.correlation, instance.status, instance.state, timers]


def by_timer(timer: Timer) -> bool:
    """Whether a timer was scheduled because of another one."""
    return bool(json.decode_object(timer.metadata)["source"] == TIMERS)
