"""The one place that opens a database file, and what it insists on."""

import contextlib
import os
import re
import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import cache
from itertools import chain
from pathlib import Path
from types import TracebackType
from typing import Any, Literal

from pmtui.storage.errors import NotMade, StorageError, WentBack
from pmtui.storage.sqlite.bell import Bell

APPLICATION_ID = 0x706D7475  # "pmtu"
SCHEMA_VERSION = 1
Kind = Literal["log", "ledger", "moments"]

_BUSY_SECONDS = 30.0
_CHUNKS = (50, 10, 1)
"""Rows a statement. More are slower: what is bound for them no longer fits into the processor's nearer caches."""
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
_LONGEST = 128 * 1024 * 1024
"""No text is longer, whatever a file from elsewhere claims or computes."""


class Database:
    """An open database file of pmtui's, watched for being replaced underneath us.

    Attributes:
        path: the file.
        connection: in autocommit mode; transactions are explicit.
        identity: the UUID it was given when it was created.
        bell, rings: the file's, and whether it is rung after every commit: that of a log is.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection, kind: Kind, *, read_only: bool) -> None:
        self.path = path
        self.connection = connection
        self.read_only = read_only
        row = connection.execute("SELECT value FROM pmtui WHERE key = 'identity'").fetchone()
        if row is None or not isinstance(row[0], str):
            raise StorageError(f"{path}: has no identity; it was not made by pmtui")
        self.identity: str = row[0]
        self._transaction = _Transaction(self)  # the same one each time: they never overlap, and it keeps nothing
        self._file = str(path.absolute())
        self._inode = _inode(self._file) or (-1, -1)
        self.bell = Bell(*self._inode)
        self.rings = kind == "log"
        self._wal_inode = _inode(self._file + "-wal")  # there since the first read, and stays while we are connected

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
        if _inode(self._file) != self._inode:
            raise WentBack(f"{self.path} was replaced or removed while it was open; restart to work on the new file")
        if writing and _inode(self._file + "-wal") != self._wal_inode:
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
            self.connection.execute("PRAGMA query_only = ON")
            self.connection.set_authorizer(_only_reading)

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
        self._execute = database.connection.cursor().execute  # the connection's own makes a cursor each time

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


def has_log(path: Path) -> bool:
    """Whether commits may lie in a write-ahead log beside a database; if not, the file alone is all of it."""
    try:
        return Path(f"{path}-wal").stat().st_size > 0
    except OSError:
        return False


_FRESH_NANOSECONDS = 20_000_000
"""A file that was written so lately may be written again without its time of change telling."""
_WAL_HEADER = 32


def trace(path: Path) -> tuple[object, ...] | None:
    """What tells whether a database was written to: not in its write-ahead log, but where that can disturb who reads.

    None where it was written so lately that nothing can be told. A path without a file has a trace too.
    """
    try:
        found = path.stat()
    except OSError:
        return ()
    if time.time_ns() - found.st_mtime_ns < _FRESH_NANOSECONDS:
        return None
    header = b""
    with contextlib.suppress(OSError), Path(f"{path}-wal").open("rb") as log:
        header = log.read(_WAL_HEADER)  # it changes when the log begins anew
    return found.st_ino, found.st_size, found.st_mtime_ns, header


def open_database(
    path: Path, kind: Kind, schema: str, *, create: bool = False, read_only: bool = False, unseen: bool = False
) -> Database:
    """Open a log or ledger.

    Args:
        path: the file.
        kind: what it must be.
        schema: the statements that make a new one.
        create: whether to make one where there is none.
        read_only: never write, not even a checkpoint; foreign code in the file is not run.
        unseen: with `read_only`, take no locks and leave no file beside it, so that nobody who works there notices.
            What is read is as it was at the first read, and counts only if `trace` is the same afterwards.

    Raises:
        StorageError: there is no such file, it is no database, or one of something else or of a newer pmtui.
    """
    if not create and not _exists(path):
        raise StorageError(f"{path}: no such {kind}")
    if create:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StorageError(f"{path.parent}: {error.strerror}") from None
    mode = "ro" if read_only else "rwc" if create else "rw"
    uri = f"{path.absolute().as_uri()}?mode={mode}"
    if unseen:  # without a write-ahead log SQLite would make one, unless it is told that it never needs it
        uri += f"&vfs=unix-none{'' if has_log(path) else '&immutable=1'}"
    try:
        connection = sqlite3.connect(
            uri, uri=True, isolation_level=None, timeout=_BUSY_SECONDS, check_same_thread=False, cached_statements=256
        )
    except sqlite3.Error as error:
        raise StorageError(explain(path, error)) from None
    try:
        if unseen:
            connection.execute("PRAGMA locking_mode = EXCLUSIVE")  # the log's index in memory, not in a file; no locks
        _harden(connection)
        if create:
            _create(path, connection, kind, schema)
        _check(path, connection, kind, schema)
        if read_only:
            connection.execute("PRAGMA query_only = ON")
            connection.set_authorizer(_only_reading)
        else:
            _make_durable(path, connection)
        return Database(path, connection, kind, read_only=read_only)
    except sqlite3.Error as error:
        connection.close()
        raise StorageError(explain(path, error)) from error
    except BaseException:
        connection.close()
        raise


def _exists(path: Path) -> bool:
    try:
        path.stat()
    except FileNotFoundError:
        return False
    except OSError as error:
        raise StorageError(f"{path}: {error.strerror}") from None
    return True


def _inode(path: str) -> tuple[int, int] | None:
    try:
        found = os.stat(path)  # noqa: PTH116  (one system call on the hot path, without building a Path)
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _harden(connection: sqlite3.Connection) -> None:
    """Files may come from anywhere: run no code that they carry and check their cells."""
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA cell_size_check = ON")
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST)


def _only_reading(action: int, name: str | None, value: str | None, *_more: str | None) -> int:
    allowed = action in _READ_ACTIONS or (
        action == sqlite3.SQLITE_PRAGMA and value is None and name is not None and name.lower() in _READ_PRAGMAS
    )
    return sqlite3.SQLITE_OK if allowed else sqlite3.SQLITE_DENY


def _make_durable(path: Path, connection: sqlite3.Connection) -> None:
    """Write-ahead log and FULL, so that a power cut is no worse than a kill (guarantee 5).

    Several processes that turn one new file into a WAL database get BUSY at once, without the busy timeout.
    """
    deadline = time.monotonic() + _BUSY_SECONDS
    while True:
        try:
            mode = connection.execute("PRAGMA journal_mode = WAL").fetchone()[0]
            break
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.005)
    if mode != "wal":
        raise StorageError(f"{path}: cannot have a write-ahead log there (SQLite keeps to {mode!r}); use a local disk")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA fullfsync = ON")  # macOS: fsync alone leaves the commit in the drive's cache


def _create(path: Path, connection: sqlite3.Connection, kind: Kind, schema: str) -> None:
    """Make a new file, once, however many processes try at the same time."""
    if connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
        return
    import uuid  # noqa: PLC0415  (is much to import, and few files are new)

    _make_durable(path, connection)
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


def _check(path: Path, connection: sqlite3.Connection, kind: Kind, schema: str) -> None:
    tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]  # first: both come in one commit
    application = connection.execute("PRAGMA application_id").fetchone()[0]
    if not tables and application in (0, APPLICATION_ID):
        raise NotMade(f"{path}: no {kind} yet, an empty file")
    if application != APPLICATION_ID:
        raise StorageError(f"{path}: a database of something else, not a pmtui {kind}")
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version != SCHEMA_VERSION:
        advice = "use a newer pmtui" if version > SCHEMA_VERSION else "it was not made by pmtui"
        raise StorageError(f"{path}: schema version {version}, this pmtui knows {SCHEMA_VERSION}; {advice}")
    # Not only the names: a view can take for ever to read, and a trigger would run inside our transactions.
    plain = {
        name
        for type_, name, sql in connection.execute("SELECT type, name, sql FROM sqlite_master")
        if type_ == "table" and str(sql).startswith("CREATE TABLE")
    }
    found = connection.execute("SELECT value FROM pmtui WHERE key = 'kind'").fetchone() if "pmtui" in plain else None
    other: Kind = "ledger" if kind == "log" else "log"
    if found == (other,):
        raise StorageError(f"{path}: a pmtui {other}, where a {kind} was expected")
    if found != (kind,) or not plain.issuperset(re.findall(r"CREATE TABLE (\w+)", schema)):
        raise StorageError(f"{path}: not a pmtui {kind}, although it is marked as one")
    if connection.execute("SELECT 1 FROM sqlite_master WHERE type = 'trigger'").fetchone():
        raise StorageError(f"{path}: has triggers, which a pmtui {kind} never has; remove them first")


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
    if "readonly" in text or "not authorized" in text:
        return f"{path}: may not be written"
    return f"{path}: {text}"


def insert_many(connection: sqlite3.Connection, into: str, rows: Sequence[Sequence[Any]]) -> None:
    """Insert rows with few statements of many rows, which is faster than one statement a row.

    Args:
        connection: with a transaction open.
        into: the statement up to and without VALUES.
        rows: all of one width.
    """
    if not rows:
        return
    if len(rows) == 1:
        # SQLite's binding takes a named tuple apart through Python, value by value; a plain one it does not.
        connection.execute(_insert(into, len(rows[0]), 1), tuple(rows[0]))
        return
    start = 0
    while start < len(rows):
        size = next(chunk for chunk in _CHUNKS if chunk <= len(rows) - start)
        some = rows[start : start + size] if size < len(rows) else rows
        connection.execute(_insert(into, len(rows[0]), size), list(chain.from_iterable(some)))
        start += size


@cache
def _insert(into: str, width: int, rows: int) -> str:
    one = "(" + ",".join("?" * width) + ")"
    return f"{into} VALUES {','.join([one] * rows)}"


def placeholders(values: Iterable[Any]) -> str:
    """`?,?,?` for an IN list."""
    return ",".join("?" for _ in values)
