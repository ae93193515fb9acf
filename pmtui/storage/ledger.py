"""What a manager's ledger must do, whatever it is kept in."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, NamedTuple, Protocol

import msgspec

from pmtui.storage.log import LogReader

Status = Literal["running", "completed", "missing"]
Outcome = Literal["performed", "suppressed", "doubled", "refused", "asked", "scheduled", "cancelled", "completed"]
"""What became of an action: performed; suppressed by its receipt; doubled (applied again, events were added); refused
(applied again, the aggregate added none); asked (saved before acting; its receipt tells whether it happened); the last
three are the ledger's own actions."""


class Taken(msgspec.Struct, frozen=True, array_like=True):
    """One action as the journal keeps it.

    Attributes:
        kind: `append`, `send`, `schedule`, `cancel` or `complete`.
        context, stream, type: where it went and the event's, command's or timer's type.
        ordinal: its number among all actions of its event, from 0.
        outcome: what became of it.
        first, added: first position and number of the events it added (of the original's, where it was suppressed).
        original: where it was doubled, the position of the event it repeats.
        due: of a timer, when.
    """

    kind: str
    context: str
    stream: str
    type: str
    ordinal: int
    outcome: Outcome
    first: int = 0
    added: int = 0
    original: int = 0
    due: str = ""


class Timer(msgspec.Struct, frozen=True):
    """A timer of an instance; `due` in microseconds since 1970, `fired` its position in the timers log or None."""

    type: str
    due: int
    recorded_at: str
    data: str
    metadata: str
    fired: int | None = None


class Instance(msgspec.Struct, frozen=True):
    """One running process as the ledger keeps it.

    Attributes:
        correlation: its name.
        status: `running`, `completed` (a tombstone, so that a late start revives nothing) or `missing` (never started).
        state: JSON text.
        started: the event that started it, `orders@3`.
        missed: how many of its events were ignored because it had not been started.
        timers: those scheduled and not handled yet, by type.
    """

    correlation: str
    status: Status
    state: str
    started: str
    missed: int
    timers: Mapping[str, Timer]


class JournalRow(NamedTuple):
    """One handled or ignored event; `actions` is the JSON text of a list of `Taken`."""

    turn: int
    source: str
    position: int
    type: str
    stream: str
    correlation: str
    outcome: str
    recorded_at: str
    handled_at: str
    actions: str


class Counters(msgspec.Struct, frozen=True):
    """Totals since the ledger began; `late` counts events ignored because their instance's start came after them."""

    handled: int = 0
    ignored: int = 0
    performed: int = 0
    suppressed: int = 0
    crashes: int = 0
    late: int = 0

    def __add__(self, other: "Counters") -> "Counters":
        return Counters(
            self.handled + other.handled,
            self.ignored + other.ignored,
            self.performed + other.performed,
            self.suppressed + other.suppressed,
            self.crashes + other.crashes,
            self.late + other.late,
        )

    def __sub__(self, other: "Counters") -> "Counters":
        return self + Counters(*(-each for each in msgspec.structs.astuple(other)))


class Cursor(msgspec.Struct, frozen=True):
    """The last position of a source that is done with, and the identity of the log it counts in."""

    position: int
    identity: str


class LedgerState(msgspec.Struct, frozen=True):
    """All of a ledger that a starting worker must know.

    Attributes:
        identity: the ledger's UUID.
        epoch: raised by every worker that starts.
        turn: the number of the last turn saved, 0 for none.
        clock: microseconds since 1970 of the latest event or timer handled, 0 for none.
        clean: whether the last worker ended by itself and not by a crash.
        cursors: by source.
        targets: by context, the last position that was appended there by a saved turn.
        next_due: when the earliest pending timer is due, in microseconds since 1970.
        counters: the totals.
    """

    identity: str
    epoch: int
    turn: int
    clock: int
    clean: bool
    cursors: Mapping[str, Cursor]
    targets: Mapping[str, Cursor]
    next_due: int | None
    counters: Counters


class Save(msgspec.Struct, frozen=True):
    """What one turn changes in the ledger, all in one transaction.

    Attributes:
        epoch, turn: whose save it is and the turn's number; refused unless the ledger is at this epoch and at the turn
            before (or at this same turn, where `turn` did not advance: only cursors or counters move).
        advances: whether the turn's number goes up.
        clock: as in `LedgerState`.
        cursors: source to (from, to); compared and set.
        instances: those changed, each whole, with its timers.
        journal: rows to add.
        targets: last positions appended.
        counters: what to add to the totals.
    """

    epoch: int
    turn: int
    advances: bool
    clock: int
    cursors: Mapping[str, tuple[Cursor, Cursor]]
    instances: Sequence[tuple[Instance, Instance]]
    journal: Sequence[JournalRow]
    targets: Mapping[str, Cursor]
    counters: Counters


_lines = msgspec.json.Encoder().encode_lines
_taken = msgspec.json.Decoder(list[Taken]).decode


def texts_of(events: Iterable[Sequence[Taken | tuple[object, ...]]]) -> list[str]:
    """The actions of each of some events as the journal keeps them; each may also be a tuple of all its attributes."""
    return _lines(events).decode().split("\n")[:-1]  # JSON has no line breaks of its own


def actions_of(text: str) -> list[Taken]:
    """The actions of a journal row. Raises ValueError if the text is not what pmtui wrote."""
    return _taken(text)


class Ledger(Protocol):
    """A manager's own database: cursors, instances, timers, journal, counters, epoch."""

    @property
    def timers(self) -> LogReader:
        """The log of timers that came due."""

    async def load(self) -> LedgerState:
        """What it says now; writes nothing."""

    async def start(self, pid: int, at: str) -> LedgerState:
        """Raise the epoch for a worker that starts, count a crash if the last one did not end by itself."""

    async def note(self, epoch: int, state: str, reason: str, at: str, *, clean: bool) -> None:
        """Say how a worker ended, for `status`: `stopped` or `failed` with its reason. Ignored from an older epoch."""

    async def instances(self, correlations: Iterable[str]) -> dict[str, Instance]:
        """Those of the named instances that have ever been heard of."""

    async def fire(self, epoch: int, upto: int, limit: int) -> list[tuple[str, str, int]]:
        """Move pending timers due at or before `upto` (microseconds since 1970) into the timers log, by due time.

        Returns (correlation, type, position in the timers log) of each, at most `limit`.

        Raises:
            Superseded: the epoch is no longer this one.
        """

    async def next_due(self) -> int | None:
        """When the earliest pending timer is due, in microseconds since 1970."""

    async def save(self, save: Save) -> None:
        """Apply a turn's changes, or none of them.

        Raises:
            Superseded: the epoch, the turn or a cursor is not what the save expects.
        """
