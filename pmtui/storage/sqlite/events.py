"""The `events` table, of a log or of a ledger's timers."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from sqlite3 import Connection, Cursor, IntegrityError, OperationalError
from typing import Any

from pmtui.storage.errors import StorageError
from pmtui.storage.log import Draft, Row
from pmtui.storage.sqlite.database import Database
from pmtui.storage.sqlite.rows import insert_many, placeholders

EVENTS = """
CREATE TABLE events(
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL,
    stream TEXT NOT NULL,
    version INTEGER NOT NULL,
    type TEXT NOT NULL,
    data TEXT NOT NULL,
    metadata TEXT NOT NULL,
    recorded_at TEXT NOT NULL
);
CREATE UNIQUE INDEX events_by_stream ON events(stream, version);
"""
"""The table of a log, as people may read it with any SQLite tool; a ledger has one for its timers."""

COLUMNS = "position, id, stream, version, type, data, metadata, recorded_at"
_INSERT_EVENTS = "INSERT INTO events(id, stream, version, type, data, metadata, recorded_at)"
_row: Callable[[Any], Row] = partial(tuple.__new__, Row)
"""`Row._make` without a Python call a row; what comes from SQLite has as many columns as were asked for."""


def head_of(connection: Connection) -> int:
    """The highest position ever given out in the `events` table, 0 for none."""
    # Both, as SQLite itself does: `sqlite_sequence` remembers deleted positions, but anybody can empty it.
    head: int = connection.execute(
        "SELECT max(coalesce((SELECT max(seq) FROM sqlite_sequence WHERE name = 'events'), 0), "
        "coalesce((SELECT max(position) FROM events), 0))"
    ).fetchone()[0]
    return head


def page_of(connection: Connection, after: int, limit: int) -> list[Row]:
    """Up to `limit` rows of `events` above a position, in order, by one statement.

    Text that is not UTF-8, which only somebody else can have put there, is read with replacement characters rather
    than making the page unreadable.
    """
    sql = f"SELECT {COLUMNS} FROM events WHERE position > ? ORDER BY position LIMIT ?"
    try:
        return list(map(_row, connection.execute(sql, (after, limit))))
    except OperationalError as error:
        if "UTF-8" not in str(error):
            raise
    normal = connection.text_factory
    connection.text_factory = lambda raw: raw.decode(errors="replace")
    try:
        return [Row._make(row) for row in connection.execute(sql, (after, limit))]
    finally:
        connection.text_factory = normal


def append_to(connection: Connection, drafts: Sequence[Draft]) -> int:
    """Append events inside the open transaction; the position of the first."""
    first = head_of(connection) + 1
    insert_events(connection, drafts)
    return first


def skip_positions(connection: Connection, count: int) -> None:
    """Leave positions out for good, inside the open transaction: the next event comes after them."""
    last = head_of(connection) + count
    if connection.execute("UPDATE sqlite_sequence SET seq = ? WHERE name = 'events'", (last,)).rowcount == 0:
        connection.execute("INSERT INTO sqlite_sequence (name, seq) VALUES ('events', ?)", (last,))


def insert_events(connection: Connection | Cursor, drafts: Sequence[Draft]) -> None:
    """Append events inside the open transaction.

    Raises:
        StorageError: a (stream, version) is taken.
    """
    try:
        insert_many(connection, _INSERT_EVENTS, drafts)
    except IntegrityError as error:
        raise StorageError(f"a stream was written by somebody else at the same time: {error}") from None


def versions_of(connection: Connection, streams: Iterable[str]) -> dict[str, int]:
    """The last version of each of the streams that has events."""
    names = list(streams)
    found: dict[str, int] = {}
    for start in range(0, len(names), 500):
        some = names[start : start + 500]
        found.update(
            connection.execute(
                f"SELECT stream, max(version) FROM events WHERE stream IN ({placeholders(some)}) GROUP BY stream", some
            )
        )
    return found


class SqliteReader:
    """Reads the `events` table of a database."""

    def __init__(self, name: str, database: Database) -> None:
        self.name = name
        self.database = database

    async def identity(self) -> str:
        """See `LogReader.identity`."""
        return self.database.identity

    async def head(self) -> int:
        """See `LogReader.head`."""
        with self.database.reading() as connection:
            return head_of(connection)

    async def page(self, after: int, limit: int) -> Sequence[Row]:
        """See `LogReader.page`."""
        with self.database.reading() as connection:
            return page_of(connection, after, limit)
