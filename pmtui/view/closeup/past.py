"""An instance's past: its journalled events, found a slice of the journal at a time, for there is no index."""

from dataclasses import dataclass, replace

from pmtui.model.manager import TIMERS
from pmtui.storage.ledger import Instance
from pmtui.storage.sqlite.ledger import instances_of
from pmtui.view.closeup.chain import COLUMNS, Handled, handled, handled_of, span_of, stored
from pmtui.view.closeup.replay import Journalled
from pmtui.view.closeup.subject import EventAt, event_at
from pmtui.view.logpage import name_in
from pmtui.view.reader import Reader

SLICE = 20_000
"""Rows of a journal that are looked through at once, some 10 ms."""

MOST_EVENTS = 2_000
"""Events of one instance that are handled again; of a longer one the first."""


@dataclass(frozen=True, slots=True)
class Past:
    """An instance as the ledger has it, and its journal as far as it was looked through.

    Attributes:
        instance: as it was when the search began; None if it was never heard of.
        next, last: ids of the journal still to be looked through; the last one saved by then.
        first: the id that the search began at.
        found: its events so far.
    """

    instance: Instance | None
    next: int
    last: int
    first: int
    found: tuple[Handled, ...]

    @property
    def done(self) -> bool:
        """Whether there is nothing more to look through."""
        return self.next > self.last or len(self.found) >= MOST_EVENTS


def correlation_of(reader: Reader, manager: str, at: EventAt) -> str:
    """The instance that an event belongs to, as the journal says, or else as its data does; empty if neither can."""
    found = handled(reader, manager, at.source, at.position)
    if found is not None:
        return found.correlation
    row = stored(reader, event_at(at.source, at.position, manager))
    key = reader.app.managers[manager].cls.correlate
    if row is None:
        return ""
    if at.source == TIMERS:
        return row.stream
    return name_in(row.data, key) if isinstance(key, str) else ""


def begin(reader: Reader, manager: str, correlation: str) -> Past:
    """Find an instance, and where its journal begins."""
    ledger = reader.ledger(manager)
    if ledger is None:
        return Past(None, 0, -1, 0, ())
    with ledger.database.reading(together=True) as connection:
        instance = instances_of(connection, [correlation]).get(correlation)
        first, last = span_of(connection)
    if instance is not None and instance.started:
        source, _, position = instance.started.rpartition("@")
        start = handled(reader, manager, source, int(position)) if position.isdecimal() else None
        first = first if start is None else start.id
    return Past(instance, first, last, first, ())


def go_on(reader: Reader, manager: str, correlation: str, past: Past) -> Past:
    """One more slice looked through."""
    ledger = reader.ledger(manager)
    upto = min(past.last, past.next + SLICE - 1)
    found = past.found
    if ledger is not None:
        with ledger.database.explained():
            rows = ledger.database.connection.execute(
                f"SELECT {COLUMNS} FROM journal WHERE id BETWEEN ? AND ? AND correlation = ? ORDER BY id LIMIT ?",
                (past.next, upto, correlation, MOST_EVENTS - len(past.found)),
            ).fetchall()
        found += tuple(handled_of(row) for row in rows)
    return replace(past, next=upto + 1, found=found)


def journalled(reader: Reader, manager: str, past: Past) -> list[Journalled]:
    """The events that were found, with their rows."""
    return [
        Journalled(h.source, h.position, h.turn, h.outcome, h.actions,
                   stored(reader, event_at(h.source, h.position, manager)))
        for h in past.found
    ]  # fmt: skip
