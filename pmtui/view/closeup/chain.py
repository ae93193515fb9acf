"""Finding what belongs together: an event's row, what a manager's journal says of it, an action's receipts.

Nothing here needs an index that the files do not have. All of it runs in the database thread, in a few short
statements each.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from sqlite3 import Connection
from typing import Any

from pmtui.model import json
from pmtui.model.manager import TIMERS
from pmtui.storage.ledger import Taken
from pmtui.storage.log import Row
from pmtui.storage.sqlite.database import Database
from pmtui.storage.sqlite.events import page_of
from pmtui.view.closeup.subject import ActionOf, EventAt
from pmtui.view.journal import actions_told
from pmtui.view.reader import Reader

_PROBED = 200_000
"""Rows of other sources that are passed over to find one event's, before it is given up (some 30 ms)."""

_LONGEST_CHAIN = 20


@dataclass(frozen=True, slots=True)
class Handled:
    """What a journal says of one event; `actions` with what became of them by the save."""

    id: int
    turn: int
    source: str
    position: int
    correlation: str
    outcome: str
    recorded_at: str
    actions: tuple[Taken, ...]


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a target knows of an action: `kept` is false where its receipt was removed as done with."""

    context: str
    stream: str
    fingerprint: str
    first: int
    added: int
    kept: bool = True


@dataclass(frozen=True, slots=True)
class Again:
    """One more time that an action was applied: the events it added then, and the first one of the time before."""

    context: str
    first: int
    added: int
    original: int


COLUMNS = "id, turn, source, position, correlation, outcome, recorded_at, actions"


def stored(reader: Reader, at: EventAt) -> Row | None:
    """The event as it is stored; None if it is not there."""
    database = _database(reader, at)
    if database is None:
        return None
    with database.explained():
        rows = page_of(database.connection, at.position - 1, 1)
    return rows[0] if rows and rows[0].position == at.position else None


def added_by(reader: Reader, context: str, first: int, added: int) -> list[Row]:
    """The events that an action added, the first 20 of them."""
    log = reader.log(context) if first and added else None
    if log is None:
        return []
    with log.database.explained():
        rows = page_of(log.database.connection, first - 1, min(added, 20))
    return [row for row in rows if row.position < first + added]


def _database(reader: Reader, at: EventAt) -> Database | None:
    known = at.manager in reader.app.managers if at.source == TIMERS else at.source in reader.app.contexts
    return reader.database_of(at.manager, at.source) if known else None


def cause(reader: Reader, row: Row) -> ActionOf | None:
    """The action of this app that appended an event; None where its metadata names none."""
    try:
        metadata = json.decode_object(row.metadata)
    except ValueError:
        return None
    found = tuple(metadata.get(name) for name in ("manager", "source", "position", "ordinal"))
    match found:
        case (str(manager), str(source), int(position), int(ordinal)) if metadata.get("app") == reader.app.name:
            return ActionOf(manager, source, position, ordinal)
    return None


def causes(reader: Reader, row: Row) -> list[tuple[ActionOf, Row | None]]:
    """The actions and events that led to an event, the nearest first; an event that is not there any more is None."""
    found: list[tuple[ActionOf, Row | None]] = []
    current: Row | None = row
    while current is not None and len(found) < _LONGEST_CHAIN and (action := cause(reader, current)) is not None:
        current = stored(reader, action.event)
        found.append((action, current))
    return found


def span_of(connection: Connection) -> tuple[int, int]:
    """The first and the last id of a journal; the last is -1 where it is empty."""
    # Each by itself: SQLite looks at both ends for one of them, and through the whole table for two at once.
    first, last = connection.execute("SELECT (SELECT min(id) FROM journal), (SELECT max(id) FROM journal)").fetchone()
    return (0, -1) if last is None else (first, last)


def handled(reader: Reader, manager: str, source: str, position: int) -> Handled | None:
    """What a manager's journal says of an event; None if it is not there.

    A source's events are journalled in their order, so its rows are searched by halves.
    """
    ledger = reader.ledger(manager)
    if ledger is None:
        return None
    with ledger.database.explained():
        connection = ledger.database.connection
        low, high = span_of(connection)
        left = _PROBED
        while low <= high and left > 0:
            middle = (low + high) // 2
            near = connection.execute(
                "SELECT id, position FROM journal WHERE id BETWEEN ? AND ? AND source = ? ORDER BY id LIMIT 1",
                (middle, min(high, middle + left), source),
            ).fetchone()
            left -= min(high - middle, left) if near is None else near[0] - middle
            if near is None or near[1] > position:
                high = middle - 1
            elif near[1] < position:
                low = near[0] + 1
            else:
                row = connection.execute(f"SELECT {COLUMNS} FROM journal WHERE id = ?", (near[0],)).fetchone()
                return None if row is None else handled_of(row)
    return None


def handled_of(row: Sequence[Any]) -> Handled:
    """A journal's row, selected by `COLUMNS`; its actions are left out if they are not what pmtui wrote."""
    id_, turn, source, position, correlation, outcome, recorded_at, actions = row
    taken = tuple(actions_told(actions))
    return Handled(id_, turn, source, position, correlation, outcome, recorded_at, taken)


def receipts(reader: Reader, action: ActionOf, context: str) -> tuple[Receipt | None, list[Again]]:
    """What a target knows of an action: its receipt, and when it was applied again, in order."""
    log = reader.log(context) if context in reader.app.contexts else None
    if log is None:
        return None, []
    found: Receipt | None = None
    again: list[Again] = []
    key = (action.position, action.ordinal)
    with log.database.explained():
        connection = log.database.connection
        senders = connection.execute(
            "SELECT id, floor FROM senders WHERE app = ? AND manager = ? AND source = ?",
            (reader.app.name, action.manager, action.source),
        ).fetchall()
        for sender, floor in senders:
            row = connection.execute(
                "SELECT stream, hex(fingerprint), first, added FROM receipts "
                "WHERE sender = ? AND position = ? AND ordinal = ?",
                (sender, *key),
            ).fetchone()
            if row is not None:
                found = Receipt(context, *row)
            elif found is None and floor >= action.position:
                found = Receipt(context, "", "", 0, 0, kept=False)
            again += [
                Again(context, *each)
                for each in connection.execute(
                    "SELECT first, added, original FROM repeats WHERE sender = ? AND position = ? AND ordinal = ? "
                    "ORDER BY id LIMIT 100",
                    (sender, *key),
                )
            ]
    return found, again
