"""How logs and ledgers stand, in a few numbers: they only grow, so that is enough to know them again later."""

from collections.abc import Mapping, Sequence
from sqlite3 import Connection
from typing import Any

import msgspec

_TRIES = 20


class SenderMark(msgspec.Struct, frozen=True, array_like=True):
    """A sender that a log knew, by its number there, and the key of its last receipt; 0 where there was none."""

    id: int
    position: int
    ordinal: int


class LogMark(msgspec.Struct, frozen=True, array_like=True):
    """How a log stood; by default, one that was not there.

    Attributes:
        head: the highest position given out; None if none ever was.
        repeats: the last id among its repeats.
        senders: those that it knew; receipts of one are taken in the order of their keys.
        pins: its pins, whole.
    """

    head: int | None = None
    repeats: int = 0
    senders: tuple[SenderMark, ...] = ()
    pins: tuple[tuple[str, str, int, int, str], ...] = ()


class LedgerMark(msgspec.Struct, frozen=True, array_like=True):
    """How a ledger stood; by default, one that was not there.

    Attributes:
        row: its own row, by column; empty if it had none.
        journal: the last id in its journal.
        timers: the highest position in its timers log; None if there was none.
        next_due: when its earliest pending timer was due, in microseconds since 1970.
    """

    row: dict[str, Any] = {}
    journal: int = 0
    timers: int | None = None
    next_due: int | None = None

    @property
    def turn(self) -> int:
        """The number of the last turn saved."""
        found: int = self.row.get("turn", 0)
        return found

    @property
    def handled(self) -> int:
        """How many events it had journalled, handled or ignored."""
        found: int = self.row.get("handled", 0) + self.row.get("ignored", 0)
        return found


Marks = tuple[Mapping[str, LogMark], Mapping[str, LedgerMark]]


def marks_of(logs: Mapping[str, Connection], ledgers: Mapping[str, Connection]) -> Marks | None:
    """How logs and ledgers stand, all at one instant; None if others go on changing them meanwhile."""
    every = [*logs.values(), *ledgers.values()]
    before = _versions(every)
    for _ in range(_TRIES):
        found = (
            {name: _log_mark(connection) for name, connection in logs.items()},
            {name: _ledger_mark(connection) for name, connection in ledgers.items()},
        )
        after = _versions(every)
        if before == after:
            return found
        before = after
    return None


def _versions(connections: Sequence[Connection]) -> list[int]:
    return [each.execute("PRAGMA data_version").fetchone()[0] for each in connections]


def _head(connection: Connection) -> int | None:
    row = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'events'").fetchone()
    return None if row is None else row[0]


def _log_mark(connection: Connection) -> LogMark:
    last = "SELECT {} FROM receipts WHERE sender = senders.id ORDER BY position DESC, ordinal DESC LIMIT 1"
    senders = connection.execute(
        f"SELECT id, coalesce(({last.format('position')}), 0), coalesce(({last.format('ordinal')}), 0) FROM senders"
    ).fetchall()
    return LogMark(
        _head(connection),
        connection.execute("SELECT coalesce(max(id), 0) FROM repeats").fetchone()[0],
        tuple(SenderMark(*row) for row in senders),
        tuple(connection.execute("SELECT app, manager, turn, epoch, runs FROM pins").fetchall()),
    )


def _ledger_mark(connection: Connection) -> LedgerMark:
    cursor = connection.execute("SELECT * FROM ledger")
    row = cursor.fetchone()
    names = [column[0] for column in cursor.description]
    return LedgerMark(
        {} if row is None else dict(zip(names, row, strict=True)),
        connection.execute("SELECT coalesce(max(id), 0) FROM journal").fetchone()[0],
        _head(connection),
        connection.execute("SELECT min(due) FROM pending WHERE fired IS NULL").fetchone()[0],
    )
