"""The one place that opens a database file, and what it insists on."""

import os
import sqlite3
import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import Any, Literal

from pmtui.storage.errors import StorageError, WentBack

APPLICATION_ID = 0x706D7475  # "pmtu"
SCHEMA_VERSION = 1
Kind = Literal["log", "ledger"]

_BUSY_SECONDS = 10.0
_CHUNKS = (512, 128, 32, 8, 1)
_READ_ACTIONS = frozenset(
    {
        sqlite3.SQLITE_SELECT,
        sqlite3.SQLITE_READ,
        sqlite3.SQLITE_FUNCTION,
        sqlite3.SQLITE_RECURSIVE,
        sqlite3.SQLITE_TRANSACTION,
        sqlite3.SQLITE_PRAGMA,
    }
)


class Database:
    """An open database file of pmtui's, watched for being replaced underneath us.

    Attributes:
        path: the file.
        connection: in autocommit mode; transactions are explicit.
        identity: the UUID it was given when it was created.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection, *, read_only: bool) -> None:
        self.path = path
        self.connection = connection
        self.read_only = read_only
        self._inode = _inode(path)
        row = connection.execute("SELECT value FROM pmtui WHERE key = 'identity'").fetchone()
        self.identity: str = row[0]

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """A write transaction, begun at once: committed when the block ends, rolled back when it raises.

        Raises:
            WentBack: another file lies at the path by now.
            StorageError: the disk is full, the file locked or damaged.
        """
        if _inode(self.path) != self._inode:
            raise WentBack(f"{self.path} was replaced or removed while it was open; restart to work on the new file")
        with self.explained():
            self.connection.execute("BEGIN IMMEDIATE")
            try:
                yield self.connection
                self.connection.execute("COMMIT")
            except BaseException:
                if self.connection.in_transaction:
                    self.connection.execute("ROLLBACK")
                raise

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


def open_database(path: Path, kind: Kind, schema: str, *, create: bool = False, read_only: bool = False) -> Database:
    """Open a log or ledger.

    Args:
        path: the file.
        kind: what it must be.
        schema: the statements that make a new one.
        create: whether to make one where there is none.
        read_only: never write, not even a checkpoint; foreign code in the file is not run.

    Raises:
        StorageError: there is no such file, it is no database, or one of something else or of a newer pmtui.
    """
    if not create and not path.exists():
        raise StorageError(f"{path}: no such {kind}")
    if create:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StorageError(f"{path.parent}: {error.strerror}") from None
    mode = "ro" if read_only else "rwc" if create else "rw"
    uri = f"{path.absolute().as_uri()}?mode={mode}"
    try:
        connection = sqlite3.connect(
            uri, uri=True, isolation_level=None, timeout=_BUSY_SECONDS, check_same_thread=False, cached_statements=256
        )
    except sqlite3.Error as error:
        raise StorageError(explain(path, error)) from None
    try:
        _harden(connection)
        if create:
            _create(connection, kind, schema)
        _check(path, connection, kind)
        if read_only:
            connection.execute("PRAGMA query_only = ON")
            connection.set_authorizer(_only_reading)
        else:
            connection.execute("PRAGMA synchronous = FULL")
        return Database(path, connection, read_only=read_only)
    except sqlite3.Error as error:
        connection.close()
        raise StorageError(explain(path, error)) from error
    except BaseException:
        connection.close()
        raise


def _inode(path: Path) -> tuple[int, int] | None:
    try:
        found = os.stat(path)  # noqa: PTH116  (one system call on the hot path, without building a Path result)
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _harden(connection: sqlite3.Connection) -> None:
    """Files may come from anywhere: run no code that they carry and check their cells."""
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA cell_size_check = ON")


def _only_reading(action: int, *_names: str | None) -> int:
    return sqlite3.SQLITE_OK if action in _READ_ACTIONS else sqlite3.SQLITE_DENY


def _create(connection: sqlite3.Connection, kind: Kind, schema: str) -> None:
    """Make a new file, once, however many processes try at the same time."""
    if connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
        return
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("BEGIN IMMEDIATE")
    try:
        if not connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            for statement in schema.split(";\n"):
                if statement.strip():
                    connection.execute(statement)
            connection.execute("CREATE TABLE pmtui(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID")
            connection.executemany(
                "INSERT INTO pmtui VALUES (?, ?)",
                [("kind", kind), ("schema", str(SCHEMA_VERSION)), ("identity", str(uuid.uuid4()))],
            )
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _check(path: Path, connection: sqlite3.Connection, kind: Kind) -> None:
    application = connection.execute("PRAGMA application_id").fetchone()[0]
    if application != APPLICATION_ID:
        raise StorageError(f"{path}: a database of something else, not a pmtui {kind}")
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version != SCHEMA_VERSION:
        raise StorageError(f"{path}: schema version {version}, this pmtui knows {SCHEMA_VERSION}; use a newer pmtui")
    found = connection.execute("SELECT value FROM pmtui WHERE key = 'kind'").fetchone()
    if found is None or found[0] != kind:
        raise StorageError(f"{path}: a pmtui {found[0] if found else 'file'}, where a {kind} was expected")


def explain(path: Path, error: sqlite3.Error) -> str:
    """One line for what SQLite says."""
    text = str(error)
    if "not a database" in text or "file is encrypted" in text:
        return f"{path}: not a database"
    if "disk is full" in text:
        return f"{path}: the disk is full; nothing was changed"
    if "database is locked" in text:
        return f"{path}: locked by another program for more than {_BUSY_SECONDS:.0f} s"
    if "unable to open" in text:
        return f"{path}: cannot be opened; is the folder there, and may you read and write it?"
    if "readonly" in text:
        return f"{path}: may not be written"
    return f"{path}: {text}"


def insert_many(connection: sqlite3.Connection, into: str, rows: Sequence[Sequence[Any]]) -> None:
    """Insert rows with few statements of many rows, which is faster than one statement a row.

    Args:
        connection: with a transaction open.
        into: the statement up to and without VALUES.
        rows: all of one width.
    """
    start = 0
    while start < len(rows):
        size = next(chunk for chunk in _CHUNKS if chunk <= len(rows) - start)
        one = "(" + ",".join("?" * len(rows[0])) + ")"
        connection.execute(
            f"{into} VALUES {','.join([one] * size)}", list(chain.from_iterable(rows[start : start + size]))
        )
        start += size


def placeholders(values: Iterable[Any]) -> str:
    """`?,?,?` for an IN list."""
    return ",".join("?" for _ in values)
