"""A context's log in a SQLite file."""

from collections.abc import Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from sqlite3 import Connection, Cursor
from types import TracebackType

import msgspec

from pmtui.storage.log import Draft, LogTransaction, Pin, Receipt, Repeat, Row, Run, Sender
from pmtui.storage.sqlite.database import Database
from pmtui.storage.sqlite.events import COLUMNS, EVENTS, SqliteReader, head_of, insert_events, versions_of
from pmtui.storage.sqlite.opening import open_database
from pmtui.storage.sqlite.rows import insert_many

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

_runs = msgspec.json.Decoder(tuple[Run, ...]).decode


class _Known:
    """What a log holds of one sender: its number, its floor and the highest position that has a receipt, or more."""

    __slots__ = ("floor", "last", "number")

    def __init__(self, number: int, floor: int, last: int) -> None:
        self.number = number
        self.floor = floor
        self.last = last


class _Remembered:
    """What the transactions on a log have learnt, for as long as nobody else writes to the file.

    Attributes:
        seen: SQLite's number for what others have committed, and how many rows we have changed ourselves.
        head: the highest position ever given out.
        pins: those asked for, by app and manager.
        senders: those asked for.
    """

    __slots__ = ("head", "pins", "seen", "senders")

    def __init__(self, seen: tuple[int, int], head: int) -> None:
        self.seen = seen
        self.head = head
        self.pins: dict[tuple[str, str], Pin | None] = {}
        self.senders: dict[Sender, _Known] = {}


class SqliteLog(SqliteReader):
    """A context's log; see `Log` for what may be relied on."""

    def __init__(self, name: str, database: Database) -> None:
        super().__init__(name, database)
        self._remembered: _Remembered | None = None
        self._block = _Block(self)  # the same one each time: transactions of one connection never overlap

    @classmethod
    def open(
        cls, name: str, path: Path, *, create: bool = False, read_only: bool = False, unseen: bool = False
    ) -> "SqliteLog":
        """Open the log at a path; see `open_database`.

        Raises:
            StorageError: it is not there (and `create` is off), or is something else.
        """
        return cls(name, open_database(path, "log", SCHEMA, create=create, read_only=read_only, unseen=unseen))

    async def pin(self, app: str, manager: str) -> Pin | None:
        """See `Log.pin`."""
        with self.database.reading() as connection:
            return _pin(connection, app, manager)

    def transaction(self) -> AbstractAsyncContextManager[LogTransaction]:
        """See `Log.transaction`."""
        return self._block

    def begin(self, connection: Connection) -> "SqliteLogTransaction":
        """Go on in a transaction that was just begun on this log, with what is remembered if it still holds."""
        writer = self.database.writer
        seen = (writer.execute("PRAGMA data_version").fetchone()[0], connection.total_changes)
        if self._remembered is None or self._remembered.seen != seen:
            self._remembered = _Remembered(seen, head_of(connection))
        return SqliteLogTransaction(connection, writer, self._remembered)

    def ended(self, *, committed: bool) -> None:
        """The transaction is over: what it changed is remembered, or nothing is."""
        if not committed or self._remembered is None:
            self._remembered = None
        else:
            self._remembered.seen = (self._remembered.seen[0], self.database.connection.total_changes)

    def close(self) -> None:
        """Close the file."""
        self.database.close()


def _pin(connection: Connection, app: str, manager: str) -> Pin | None:
    row = connection.execute(
        "SELECT turn, epoch, runs FROM pins WHERE app = ? AND manager = ?", (app, manager)
    ).fetchone()
    return None if row is None else Pin(row[0], row[1], _runs(row[2]))


class _Block:
    """The block of a transaction of a log."""

    __slots__ = ("_log", "_transaction")

    def __init__(self, log: SqliteLog) -> None:
        self._log = log
        self._transaction = log.database.transaction()

    async def __aenter__(self) -> "SqliteLogTransaction":
        connection = self._transaction.__enter__()
        try:
            return self._log.begin(connection)
        except BaseException as error:
            self._transaction.__exit__(type(error), error, error.__traceback__)
            raise

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        committed = False
        try:
            self._transaction.__exit__(kind, error, trace)
            committed = error is None
        finally:
            self._log.ended(committed=committed)


class SqliteLogTransaction:
    """See `LogTransaction`."""

    def __init__(self, connection: Connection, writer: Cursor, remembered: _Remembered) -> None:
        self._connection = connection
        self._writer = writer
        self._remembered = remembered
        self.head = remembered.head

    async def pin(self, app: str, manager: str) -> Pin | None:
        """See `LogTransaction.pin`."""
        pins, key = self._remembered.pins, (app, manager)
        if key not in pins:
            pins[key] = _pin(self._connection, app, manager)
        return pins[key]

    async def set_pin(self, app: str, manager: str, pin: Pin) -> None:
        """See `LogTransaction.set_pin`."""
        self._writer.execute(
            "INSERT INTO pins VALUES (?, ?, ?, ?, ?) "
            "ON CONFLICT DO UPDATE SET turn = excluded.turn, epoch = excluded.epoch, runs = excluded.runs",
            (app, manager, pin.turn, pin.epoch, msgspec.json.encode(pin.runs).decode()),
        )
        self._remembered.pins[app, manager] = pin

    async def receipts(self, sender: Sender, first: int, last: int | None) -> list[Receipt]:
        """See `LogTransaction.receipts`."""
        known = self._sender(sender)
        if first > known.last:
            return []
        rows = self._connection.execute(
            "SELECT position, ordinal, stream, fingerprint, first, added FROM receipts "
            "WHERE sender = ? AND position BETWEEN ? AND ?",
            (known.number, first, 2**63 - 1 if last is None else last),
        )
        return [Receipt._make(row) for row in rows]

    async def floor(self, sender: Sender) -> int:
        """See `LogTransaction.floor`."""
        return self._sender(sender).floor

    async def record(self, sender: Sender, receipts: Sequence[Receipt]) -> None:
        """See `LogTransaction.record`."""
        if not receipts:
            return
        known = self._sender(sender)
        number = known.number
        insert_many(self._writer, "INSERT OR IGNORE INTO receipts", [(number, *receipt) for receipt in receipts])
        known.last = max(known.last, max(receipts).position)

    async def repeated(self, sender: Sender, repeats: Iterable[Repeat]) -> None:
        """See `LogTransaction.repeated`."""
        number = self._sender(sender).number
        insert_many(
            self._connection,
            "INSERT INTO repeats(sender, position, ordinal, stream, first, added, original)",
            [(number, *repeat) for repeat in repeats],
        )

    async def scavenge(self, sender: Sender, upto: int) -> None:
        """See `LogTransaction.scavenge`."""
        known = self._sender(sender)
        self._connection.execute("DELETE FROM receipts WHERE sender = ? AND position <= ?", (known.number, upto))
        self._connection.execute("UPDATE senders SET floor = max(floor, ?) WHERE id = ?", (upto, known.number))
        known.floor = max(known.floor, upto)

    async def history(self, stream: str) -> list[Row]:
        """See `LogTransaction.history`."""
        rows = self._connection.execute(f"SELECT {COLUMNS} FROM events WHERE stream = ? ORDER BY version", (stream,))
        return [Row._make(row) for row in rows]

    async def versions(self, streams: Iterable[str]) -> dict[str, int]:
        """See `LogTransaction.versions`."""
        return versions_of(self._connection, streams)

    async def append(self, drafts: Sequence[Draft]) -> int:
        """See `LogTransaction.append`."""
        first = self._remembered.head + 1
        insert_events(self._writer, drafts)
        self._remembered.head += len(drafts)
        return first

    def _sender(self, sender: Sender) -> _Known:
        known = self._remembered.senders.get(sender)
        if known is None:
            known = self._remembered.senders[sender] = self._sender_row(sender)
        return known

    def _sender_row(self, sender: Sender) -> _Known:
        key = (sender.app, sender.manager, sender.source, sender.identity)
        row = self._connection.execute(
            "SELECT id, floor, coalesce((SELECT max(position) FROM receipts WHERE sender = senders.id), 0) "
            "FROM senders WHERE app = ? AND manager = ? AND source = ? AND identity = ?",
            key,
        ).fetchone()
        if row is not None:
            return _Known(*row)
        cursor = self._connection.execute(
            "INSERT INTO senders(app, manager, source, identity) VALUES (?, ?, ?, ?)", key
        )
        return _Known(int(cursor.lastrowid or 0), 0, 0)
