"""Logs and ledgers in memory that keep a fingerprint of what they hold, and notice what no save may do."""

import random
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

import msgspec

from pmtui.storage.ledger import Instance, Save
from pmtui.storage.log import Draft, Receipt, Row, Sender
from pmtui.storage.memory import LedgerRecord, LogState, MemoryLedger, MemoryLog, MemoryLogTransaction


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
    """What a log holds, and its fingerprint."""

    full: int = 0


class WatchedLog(MemoryLog):
    """A log in memory whose state knows its fingerprint.

    Args:
        name: the context's name.
        rows: events to begin with.
        numbers: of the parts.
        read: whether a manager reads it: then the place of an event counts, otherwise only its stream does.
    """

    state: WatchedLogState

    def __init__(self, name: str, rows: Iterable[Row], numbers: Numbers, *, read: bool) -> None:
        super().__init__(name, rows, f"log of {name}")
        self.state = WatchedLogState(self.state.events)
        self.numbers = numbers
        self.read = read

    def begin(self) -> MemoryLogTransaction:
        """See `MemoryLog.begin`."""
        return _WatchedTransaction(self)


class _WatchedTransaction(MemoryLogTransaction):
    def __init__(self, log: WatchedLog) -> None:
        super().__init__(log.state)
        self._log = log
        self._full = log.state.full

    def committed(self) -> LogState:
        return WatchedLogState(self._events, self._receipts, self._floors, self._repeats, self._pins, full=self._full)

    async def record(self, sender: Sender, receipts: Sequence[Receipt]) -> None:
        numbers, name = self._log.numbers, self._log.name
        own = self._receipts.get(sender)
        for new in receipts:
            if own is None or all(each.ordinal != new.ordinal for each in own.receipts.get(new.position, ())):
                self._full ^= numbers[name, sender.manager, sender.source, new.position, new.ordinal, new.fingerprint]
        await super().record(sender, receipts)

    async def scavenge(self, sender: Sender, upto: int) -> None:
        raise NotImplementedError("a worker that takes one turn never has so many receipts")

    async def append(self, drafts: Sequence[Draft]) -> int:
        first = await super().append(drafts)
        numbers, name = self._log.numbers, self._log.name
        for position, draft in enumerate(drafts, first):
            if self._log.read:
                self._full ^= numbers[name, position, *draft]
            else:
                self._full ^= numbers[name, *draft[1:5], draft.recorded_at]
        return first


class WatchedRecord(LedgerRecord, frozen=True):
    """What a ledger holds, and the fingerprint of its instances, timers and cursors."""

    full: int = 0


class Fault(Exception):
    """A save did what none may do; `kind` as in `Violation`."""

    def __init__(self, kind: Literal["cursor", "gap"], sentence: str) -> None:
        super().__init__(sentence)
        self.kind = kind


class WatchedLedger(MemoryLedger):
    """A ledger in memory whose state knows its fingerprint.

    Args:
        app, manager: whose it is.
        logs: the logs it has cursors in.
        types: the event types that the manager handles, by source.
        numbers: of the parts.
    """

    state: WatchedRecord

    def __init__(
        self,
        app: str,
        manager: str,
        logs: Mapping[str, MemoryLog],
        types: Mapping[str, frozenset[str]],
        numbers: Numbers,
    ) -> None:
        super().__init__(app, manager, f"ledger of {manager}")
        self.state = WatchedRecord()
        self._manager = manager
        self._logs = logs
        self._types = types
        self._numbers = numbers

    async def save(self, save: Save) -> None:
        """See `Ledger.save`.

        Raises:
            Fault: a cursor went back, or passed an event that the same save does not give an end.
        """
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
        before_ = self.state
        await super().save(save)
        change = 0
        for source, (before, after) in save.cursors.items():
            change ^= self._cursor(source, before.position) ^ self._cursor(source, after.position)
        for old, _ in save.instances:
            name = old.correlation
            change ^= self._number(before_.instances.get(name)) ^ self._number(self.state.instances.get(name))
        self.state = msgspec.structs.replace(self.state, full=self.state.full ^ change)

    async def fire(self, epoch: int, upto: int, limit: int) -> list[tuple[str, str, int]]:
        """See `Ledger.fire`."""
        before = self.state
        fired = await super().fire(epoch, upto, limit)
        change = 0
        for name in {name for name, _, _ in fired}:
            change ^= self._number(before.instances.get(name)) ^ self._number(self.state.instances.get(name))
        for row in self.state.timers.page(before.timers.head, len(fired)):
            change ^= self._numbers[self._manager, *row]
        self.state = msgspec.structs.replace(self.state, full=self.state.full ^ change)
        return fired

    def unread(self, source: str, after: int, upto: int | None = None) -> list[Row]:
        """The events of a source that the manager handles, above a position and up to another, or to the end."""
        events = self.state.timers if source == "timers" else self._logs[source].state.events
        types = self._types[source]
        rows = events.page(after, events.head)
        return [row for row in rows if row.type in types and (upto is None or row.position <= upto)]

    def _cursor(self, source: str, position: int) -> int:
        return self._numbers[self._manager, source, position] if position else 0

    def _number(self, instance: Instance | None) -> int:
        if instance is None:
            return 0
        timers = tuple((t.type, t.due, t.data, t.fired) for t in instance.timers.values())
        return self._numbers[self._manager, instance.correlation, instance.status, instance.state, timers]
