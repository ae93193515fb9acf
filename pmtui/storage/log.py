"""What a context's log must do, whatever it is kept in.

Every method is a coroutine, but handling relies on none of them needing an event loop: they wait for nothing but the
storage itself.
"""

from collections.abc import Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import NamedTuple, Protocol

import msgspec


class Row(NamedTuple):
    """One event as stored: `data` and `metadata` are JSON text, `recorded_at` is the text as it was written."""

    position: int
    id: str
    stream: str
    version: int
    type: str
    data: str
    metadata: str
    recorded_at: str


class Draft(NamedTuple):
    """One event about to be appended; the log gives it the next position."""

    id: str
    stream: str
    version: int
    type: str
    data: str
    metadata: str
    recorded_at: str


class Sender(msgspec.Struct, frozen=True):
    """Who acts: an app's manager because of one source log, known by its identity and not only by its name."""

    app: str
    manager: str
    source: str
    identity: str


class Receipt(NamedTuple):
    """That an action was applied, stored in the action's own transaction.

    Attributes:
        position, ordinal: with the sender, the action's key.
        stream: the aggregate it went to, for the high-water receiver.
        fingerprint: of what was asked, so that a redelivery which asks for something else is noticed.
        first, added: the first position and the number of the events it appended; `first` is 0 where there were none.
    """

    position: int
    ordinal: int
    stream: str
    fingerprint: bytes
    first: int
    added: int


class Repeat(NamedTuple):
    """One action that was applied once more although its receipt was there: `first` and `added` as in `Receipt`, and
    `original`, the position of the first event of the application before it (0 where there was none)."""

    position: int
    ordinal: int
    stream: str
    first: int
    added: int
    original: int


class Run(msgspec.Struct, frozen=True, array_like=True):
    """Consecutive handled events of one source: `count` of them, from position `first` to `last`."""

    source: str
    first: int
    last: int
    count: int


class Pin(msgspec.Struct, frozen=True):
    """The turn that a manager last acted in: its number, the epoch of who acted, and the turn's events in order."""

    turn: int
    epoch: int
    runs: tuple[Run, ...]


class LogReader(Protocol):
    """Reading a log forward, by position."""

    @property
    def name(self) -> str:
        """The context's name."""

    async def identity(self) -> str:
        """The UUID that the log was given when it was created; a copy keeps it, a new log never has it."""

    async def head(self) -> int:
        """The highest position ever given out, 0 for none; also when its event was deleted since."""

    async def page(self, after: int, limit: int) -> Sequence[Row]:
        """Up to `limit` events above `after`, in order, read by one statement.

        Nothing at or below the last of them can become visible later (guarantee 1).

        Raises:
            WentBack: the file behind the log is no longer the one that was opened.
        """


class LogTransaction(Protocol):
    """What can be done inside one write transaction of a log; nothing of it is visible before it commits."""

    @property
    def head(self) -> int:
        """The highest position given out before this transaction."""

    async def pin(self, app: str, manager: str) -> Pin | None:
        """The turn this manager last acted in here."""

    async def set_pin(self, app: str, manager: str, pin: Pin) -> None:
        """Replace it."""

    async def receipts(self, sender: Sender, first: int, last: int | None) -> list[Receipt]:
        """The sender's receipts for positions from `first` to `last`, or to the end; each key once."""

    async def floor(self, sender: Sender) -> int:
        """The position up to which the sender's receipts were removed as done with; 0 for none."""

    async def record(self, sender: Sender, receipts: Sequence[Receipt]) -> None:
        """Store receipts; for a key that has one already, the first stays."""

    async def repeated(self, sender: Sender, repeats: Iterable[Repeat]) -> None:
        """Note actions that were applied once more."""

    async def scavenge(self, sender: Sender, upto: int) -> None:
        """Remove the sender's receipts at or below a position and raise its floor to it."""

    async def history(self, stream: str) -> list[Row]:
        """A stream's events by version, those appended in this transaction included."""

    async def versions(self, streams: Iterable[str]) -> dict[str, int]:
        """The version of the last event of each stream that has one."""

    async def append(self, drafts: Sequence[Draft]) -> int:
        """Append events; returns the first one's position, the others follow without a gap.

        Raises:
            StorageError: a (stream, version) is taken; the transaction must be given up.
        """


class Log(LogReader, Protocol):
    """A log that can also be written."""

    async def pin(self, app: str, manager: str) -> Pin | None:
        """The turn this manager last acted in here."""

    def transaction(self) -> AbstractAsyncContextManager[LogTransaction]:
        """A write transaction: committed when its block ends, rolled back when the block raises.

        Raises:
            WentBack: the file behind the log is no longer the one that was opened.
        """
