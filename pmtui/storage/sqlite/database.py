"""An open database file: its transactions, and what keeps them honest."""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Literal

from pmtui.storage.errors import StorageError, WentBack
from pmtui.storage.sqlite.bell import Bell
from pmtui.storage.sqlite.file import inode, is_folder
from pmtui.storage.sqlite.rows import insert_many

Kind = Literal["log", "ledger", "moments"]

BUSY_SECONDS = 30.0
"""So long one waits for others' locks."""
_READ_ACTIONS = frozenset(
    {
        sqlite3.SQLITE_SELECT,
        sqlite3.SQLITE_READ,
        sqlite3.SQLITE_FUNCTION,
        sqlite3.SQLITE_RECURSIVE,
        sqlite3.SQLITE_TRANSACTION,
    }
)
_READ_PRAGMAS = frozenset(
    {"application_id", "data_version", "journal_mode", "page_count", "query_only", "user_version"}
)


class Database:
    """An open database file of pmtui's, watched for being replaced underneath us.

    Attributes:
        path: the file.
        connection: in autocommit mode; transactions are explicit.
        writer: a cursor that is kept for statements of transactions: the connection itself makes one each time.
        identity: the UUID it was given when it was created.
        bell, rings: the file's, and whether it is rung after every commit: that of a log is.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection, kind: Kind) -> None:
        self.path = path
        self.connection = connection
        self.writer = connection.cursor()
        row = connection.execute("SELECT value FROM pmtui WHERE key = 'identity'").fetchone()
        if row is None or not isinstance(row[0], str):
            raise StorageError(f"{path}: has no identity; it was not made by pmtui")
        self.identity: str = row[0]
        self._transaction = _Transaction(self)  # the same one each time: they never overlap, and it keeps nothing
        self._file = str(path.absolute())
        self._inode = inode(self._file) or (-1, -1)
        self.bell = Bell(*self._inode)
        self.rings = kind == "log"
        self._wal_inode = inode(self._file + "-wal")  # there since the first read, and stays while we are connected

    def transaction(self) -> AbstractContextManager[sqlite3.Connection]:
        """A write transaction, begun at once: committed when the block ends, rolled back when it raises.

        Raises:
            WentBack: another file lies at the path by now; found at the latest before the commit.
            StorageError: the disk is full, the file locked or damaged.
        """
        return self._transaction

    @contextmanager
    def reading(self, *, together: bool = False) -> Iterator[sqlite3.Connection]:
        """Read; what was read is of the file that lies at the path.

        Args:
            together: several statements that must see the same commit.

        Raises:
            WentBack: another file lies at the path by now.
            StorageError: the file is locked or damaged.
        """
        with self.explained():
            if together and not self.connection.in_transaction:
                self.connection.execute("BEGIN")
                try:
                    yield self.connection
                finally:
                    self.connection.execute("ROLLBACK")
            else:
                yield self.connection
        self.still_there(writing=False)

    def still_there(self, *, writing: bool) -> None:
        """SQLite goes on with unlinked files without a word, and what it commits there is gone.

        Raises:
            WentBack: another file lies at the path by now.
        """
        if inode(self._file) != self._inode:
            raise WentBack(f"{self.path} was replaced or removed while it was open; restart to work on the new file")
        if writing and inode(self._file + "-wal") != self._wal_inode:
            raise WentBack(f"{self.path}-wal was replaced or removed while it was open; restart to see what is left")

    def see_only(
        self, views: Mapping[str, str], tables: Mapping[str, tuple[str, Sequence[Sequence[Any]]]] | None = None
    ) -> None:
        """Let tables be what a SELECT over `main` gives, for this connection, which only reads the file.

        Args:
            views: the SELECT for each table.
            tables: further ones, in memory, that they may read as `temp.NAME`: columns and rows.

        Raises:
            StorageError: SQLite refuses a SELECT.
        """
        with self.explained():
            self.connection.set_authorizer(None)
            self.connection.execute("PRAGMA query_only = OFF")
            for name, (columns, rows) in (tables or {}).items():
                self.connection.execute(f"CREATE TEMP TABLE {name}({columns})")
                if rows:
                    insert_many(self.connection, f"INSERT INTO temp.{name}", rows)
            for name, select in views.items():
                self.connection.execute(f"DROP VIEW IF EXISTS temp.{name}")
                self.connection.execute(f"CREATE TEMP VIEW {name} AS {select}")
            only_read(self.connection)

    @contextmanager
    def explained(self) -> Iterator[None]:
        """Turn SQLite's errors into one line that names the file."""
        try:
            yield
        except sqlite3.Error as error:
            raise StorageError(explain(self.path, error)) from error

    def close(self) -> None:
        """Close the file; the last one to close it also tidies its write-ahead log away."""
        self.connection.close()
        self.bell.close()


class _Transaction:
    """The block of one write transaction. A class, because a generator costs several times as much."""

    __slots__ = ("_connection", "_database", "_execute")

    def __init__(self, database: Database) -> None:
        self._database = database
        self._connection = database.connection
        self._execute = database.writer.execute

    def __enter__(self) -> sqlite3.Connection:
        try:
            self._execute("BEGIN IMMEDIATE")
        except sqlite3.Error as error:
            self._give_up(error)
            raise
        return self._connection

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:
            self._give_up(error)
            return
        try:
            self._database.still_there(writing=True)  # last thing: an aggregate may have taken its time
            self._execute("COMMIT")
        except BaseException as failed:
            self._give_up(failed)
            raise
        if self._database.rings:
            self._database.bell.ring()

    def _give_up(self, error: BaseException) -> None:
        """Roll back, and tell in one line what SQLite says of a file, or that it is another file by now."""
        connection = self._database.connection
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        if isinstance(error, sqlite3.Error):
            self._database.still_there(writing=True)
            raise StorageError(explain(self._database.path, error)) from error


def only_read(connection: sqlite3.Connection) -> None:
    """Never write from now on, and run no code that the file carries."""
    connection.execute("PRAGMA query_only = ON")
    connection.set_authorizer(_only_reading)


def _only_reading(action: int, name: str | None, value: str | None, *_more: str | None) -> int:
    allowed = action in _READ_ACTIONS or (
        action == sqlite3.SQLITE_PRAGMA and value is None and name is not None and name.lower() in _READ_PRAGMAS
    )
    return sqlite3.SQLITE_OK if allowed else sqlite3.SQLITE_DENY


def explain(path: Path, error: sqlite3.Error) -> str:
    """One line for what SQLite says."""
    text = str(error)
    if "not a database" in text or "file is encrypted" in text:
        return f"{path}: not a database"
    if "disk is full" in text:
        return f"{path}: the disk is full; nothing was changed"
    if "database is locked" in text:
        return f"{path}: locked by another program for more than {BUSY_SECONDS:.0f} s"
    if ("unable to open" in text or "disk I/O error" in text) and is_folder(path):
        return f"{path}: a folder, not a database"
    if "unable to open" in text:
        return f"{path}: cannot be opened; is the folder there, and may you read and write it?"
    if "readonly" in text or "not authorized" in text:
        return f"{path}: may not be written"
    return f"{path}: {text}"
