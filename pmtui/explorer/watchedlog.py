"""Logs in memory that keep a fingerprint of what they hold."""

import random
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from pmtui.explorer.parts import Touched
from pmtui.storage.log import Draft, Receipt, Row, Sender
from pmtui.storage.memory.events import Events
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
