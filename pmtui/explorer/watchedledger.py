"""Ledgers in memory that keep a fingerprint of what they hold, and notice what no save may do."""

from collections.abc import Mapping
from typing import Literal

import msgspec

from pmtui.explorer.watchedlog import Numbers, WatchedLog
from pmtui.model import json
from pmtui.model.manager import TIMERS
from pmtui.storage.ledger import Instance, Save, Timer
from pmtui.storage.log import Row
from pmtui.storage.memory.events import Events
from pmtui.storage.memory.ledger import LedgerRecord, MemoryLedger


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
