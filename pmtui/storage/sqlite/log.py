"""A context's log in a SQLite file."""

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from sqlite3 import Connection, IntegrityError, OperationalError

import msgspec

from pmtui.storage.errors import StorageError
from pmtui.storage.log import Draft, LogTransaction, Pin, Receipt, Repeat, Row, Run, Sender
from pmtui.storage.sqlite.connection import Database, insert_many, open_database, placeholders

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

SCHEMA = (
    EVENTS
    + """
CREATE TABLE senders(
    id INTEGER PRIMARY KEY,
    app TEXT NOT NULL,
    manager TEXT NOT NULL,
    source TEXT NOT NULL,
    identity TEXT NOT NULL,
    floor INTEGER NOT NULL DEFAULT 0,
    UNIQUE(app, manager, source, identity)
);
CREATE TABLE receipts(
    sender INTEGER NOT NULL,
    position INTEGER NOT NULL,
    ordinal INTEGER NOT NULL,
    stream TEXT NOT NULL,
    fingerprint BLOB NOT NULL,
    first INTEGER NOT NULL,
    added INTEGER NOT NULL,
    PRIMARY KEY(sender, position, ordinal)
) WITHOUT ROWID;
CREATE TABLE repeats(
    id INTEGER PRIMARY KEY,
    sender INTEGER NOT NULL,
    position INTEGER NOT NULL,
    ordinal INTEGER NOT NULL,
    stream TEXT NOT NULL,
    first INTEGER NOT NULL,
    added INTEGER NOT NULL,
    original INTEGER NOT NULL
);
CREATE TABLE pins(
    app TEXT NOT NULL,
    manager TEXT NOT NULL,
    turn INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    runs TEXT NOT NULL,
    PRIMARY KEY(app, manager)
) WITHOUT ROWID;
"""
)

COLUMNS = "position, id, stream, version, type, data, metadata, recorded_at"
_INSERT_EVENTS = "INSERT INTO events(id, stream, version, type, data, metadata, recorded_at)"
_runs = msgspec.json.Decoder(tuple[Run, ...]).decode


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
        return [Row._make(row) for row in connection.execute(sql, (after, limit))]
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
    try:
        insert_many(connection, _INSERT_EVENTS, drafts)
    except IntegrityError as error:
        raise StorageError(f"a stream was written by somebody else at the same time: {error}") from None
    return first


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


class SqliteLog(SqliteReader):
    """A context's log; see `Log` for what may be relied on."""

    @classmethod
    def open(cls, name: str, path: Path, *, create: bool = False, read_only: bool = False) -> "SqliteLog":
        """Open the log at a path.

        Raises:
            StorageError: it is not there (and `create` is off), or is something else.
        """
        return cls(name, open_database(path, "log", SCHEMA, create=create, read_only=read_only))

    async def pin(self, app: str, manager: str) -> Pin | None:
        """See `Log.pin`."""
        with self.database.reading() as connection:
            return _pin(connection, app, manager)

    def transaction(self) -> AbstractAsyncContextManager[LogTransaction]:
        """See `Log.transaction`."""
        return self._transaction()

    @asynccontextmanager
    async def _transaction(self) -> AsyncIterator[LogTransaction]:
        with self.database.transaction() as connection:
            yield SqliteLogTransaction(connection)

    def close(self) -> None:
        """Close the file."""
        self.database.close()


def _pin(connection: Connection, app: str, manager: str) -> Pin | None:
    row = connection.execute(
        "SELECT turn, epoch, runs FROM pins WHERE app = ? AND manager = ?", (app, manager)
    ).fetchone()
    return None if row is None else Pin(row[0], row[1], _runs(row[2]))


class SqliteLogTransaction:
    """See `LogTransaction`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._senders: dict[Sender, int] = {}
        self.head = head_of(connection)

    async def pin(self, app: str, manager: str) -> Pin | None:
        """See `LogTransaction.pin`."""
        return _pin(self._connection, app, manager)

    async def set_pin(self, app: str, manager: str, pin: Pin) -> None:
        """See `LogTransaction.set_pin`."""
        self._connection.execute(
            "INSERT INTO pins VALUES (?, ?, ?, ?, ?) "
            "ON CONFLICT DO UPDATE SET turn = excluded.turn, epoch = excluded.epoch, runs = excluded.runs",
            (app, manager, pin.turn, pin.epoch, msgspec.json.encode(pin.runs).decode()),
        )

    async def receipts(self, sender: Sender, first: int, last: int | None) -> list[Receipt]:
        """See `LogTransaction.receipts`."""
        rows = self._connection.execute(
            "SELECT position, ordinal, stream, fingerprint, first, added FROM receipts "
            "WHERE sender = ? AND position BETWEEN ? AND ?",
            (self._sender(sender), first, 2**63 - 1 if last is None else last),
        )
        return [Receipt._make(row) for row in rows]

    async def floor(self, sender: Sender) -> int:
        """See `LogTransaction.floor`."""
        floor: int = self._connection.execute(
            "SELECT floor FROM senders WHERE id = ?", (self._sender(sender),)
        ).fetchone()[0]
        return floor

    async def record(self, sender: Sender, receipts: Iterable[Receipt]) -> None:
        """See `LogTransaction.record`."""
        number = self._sender(sender)
        rows = [(number, *receipt) for receipt in receipts]
        insert_many(self._connection, "INSERT OR IGNORE INTO receipts", rows)

    async def repeated(self, sender: Sender, repeats: Iterable[Repeat]) -> None:
        """See `LogTransaction.repeated`."""
        number = self._sender(sender)
        insert_many(
            self._connection,
            "INSERT INTO repeats(sender, position, ordinal, stream, first, added, original)",
            [(number, *repeat) for repeat in repeats],
        )

    async def scavenge(self, sender: Sender, upto: int) -> None:
        """See `LogTransaction.scavenge`."""
        number = self._sender(sender)
        self._connection.execute("DELETE FROM receipts WHERE sender = ? AND position <= ?", (number, upto))
        self._connection.execute("UPDATE senders SET floor = max(floor, ?) WHERE id = ?", (upto, number))

    async def history(self, stream: str) -> list[Row]:
        """See `LogTransaction.history`."""
        rows = self._connection.execute(f"SELECT {COLUMNS} FROM events WHERE stream = ? ORDER BY version", (stream,))
        return [Row._make(row) for row in rows]

    async def versions(self, streams: Iterable[str]) -> dict[str, int]:
        """See `LogTransaction.versions`."""
        return versions_of(self._connection, streams)

    async def append(self, drafts: Sequence[Draft]) -> int:
        """See `LogTransaction.append`."""
        return append_to(self._connection, drafts)

    def _sender(self, sender: Sender) -> int:
        number = self._senders.get(sender)
        if number is None:
            number = self._senders[sender] = self._sender_row(sender)
        return number

    def _sender_row(self, sender: Sender) -> int:
        key = (sender.app, sender.manager, sender.source, sender.identity)
        row = self._connection.execute(
            "SELECT id FROM senders WHERE app = ? AND manager = ? AND source = ? AND identity = ?", key
        ).fetchone()
        if row is not None:
            return int(row[0])
        cursor = self._connection.execute(
            "INSERT INTO senders(app, manager, source, identity) VALUES (?, ?, ?, ?)", key
        )
        return int(cursor.lastrowid or 0)
