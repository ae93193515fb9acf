"""A context's log in memory."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from types import TracebackType

import msgspec
from msgspec.structs import replace

from pmtui.storage.errors import StorageError
from pmtui.storage.log import Draft, LogTransaction, Pin, Receipt, Repeat, Row, Sender
from pmtui.storage.memory.events import Events
from pmtui.storage.persistent import Map


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


NONE = Received()
"""No receipts."""


class Share(msgspec.Struct, frozen=True):
    """What a log keeps of one manager: the turn that it last acted in, and by sender its receipts and floors."""

    pin: Pin | None = None
    received: Mapping[Sender, Received] = {}
    floors: Mapping[Sender, int] = {}
    repeats: tuple[tuple[Sender, Repeat], ...] = ()


NOTHING = Share()
"""What a log keeps of a manager that never acted there."""


class LogState(msgspec.Struct, frozen=True):
    """All that a log holds; the shares by app and manager."""

    events: Events = Events()
    shares: Mapping[tuple[str, str], Share] = {}


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
        return self.state.shares.get((app, manager), NOTHING).pin

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
        self._shares = state.shares

    def committed(self) -> LogState:
        """The log's state with all that this transaction did."""
        return LogState(self._events, self._shares)

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
        return self._shares.get((app, manager), NOTHING).pin

    async def set_pin(self, app: str, manager: str, pin: Pin) -> None:
        """See `LogTransaction.set_pin`."""
        owner = app, manager
        self._shares = {**self._shares, owner: replace(self._shares.get(owner, NOTHING), pin=pin)}

    async def receipts(self, sender: Sender, first: int, last: int | None) -> list[Receipt]:
        """See `LogTransaction.receipts`."""
        own = self._share(sender).received.get(sender)
        return [] if own is None else own.between(first, last)

    async def floor(self, sender: Sender) -> int:
        """See `LogTransaction.floor`."""
        return self._share(sender).floors.get(sender, 0)

    async def record(self, sender: Sender, receipts: Sequence[Receipt]) -> None:
        """See `LogTransaction.record`."""
        share = self._share(sender)
        received = {**share.received, sender: share.received.get(sender, NONE).plus(receipts)}
        self._keep(sender, replace(share, received=received))

    async def repeated(self, sender: Sender, repeats: Iterable[Repeat]) -> None:
        """See `LogTransaction.repeated`."""
        share = self._share(sender)
        self._keep(sender, replace(share, repeats=(*share.repeats, *((sender, each) for each in repeats))))

    async def scavenge(self, sender: Sender, upto: int) -> None:
        """See `LogTransaction.scavenge`."""
        share = self._share(sender)
        received = {**share.received, sender: share.received.get(sender, NONE).above(upto)}
        floors = {**share.floors, sender: max(upto, share.floors.get(sender, 0))}
        self._keep(sender, replace(share, received=received, floors=floors))

    def _share(self, sender: Sender) -> Share:
        return self._shares.get((sender.app, sender.manager), NOTHING)

    def _keep(self, sender: Sender, share: Share) -> None:
        self._shares = {**self._shares, (sender.app, sender.manager): share}

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
