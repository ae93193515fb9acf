"""The one place that opens a database file, and what it insists on."""

import re
import sqlite3
import time
from functools import partial
from pathlib import Path

from pmtui.storage.errors import NotMade, StorageError
from pmtui.storage.sqlite.database import BUSY_SECONDS, Database, Kind, explain, only_read
from pmtui.storage.sqlite.file import exists
from pmtui.storage.sqlite.unseen import connect_unseen

APPLICATION_ID = 0x706D7475  # "pmtu"
SCHEMA_VERSION = 1

_LONGEST = 128 * 1024 * 1024
"""No text is longer, whatever a file from elsewhere claims or computes."""


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
    if not create and not exists(path):
        raise StorageError(f"{path}: no such {kind}")
    if create:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StorageError(f"{path.parent}: {error.strerror}") from None
    mode = "ro" if read_only else "rwc" if create else "rw"
    try:
        connection = connect_unseen(path, partial(_connect, path, mode)) if unseen else _connect(path, mode)
    except sqlite3.Error as error:
        raise StorageError(explain(path, error)) from None
    try:
        if create:
            _create(path, connection, kind, schema)
        _check(path, connection, kind, schema)
        if read_only:
            only_read(connection)
        else:
            _make_durable(path, connection)
        return Database(path, connection, kind)
    except sqlite3.Error as error:
        connection.close()
        raise StorageError(explain(path, error)) from error
    except BaseException:
        connection.close()
        raise


def _connect(path: Path, mode: str, *more: str) -> sqlite3.Connection:
    """Files may come from anywhere: run no code that they carry and check their cells."""
    uri = f"{path.absolute().as_uri()}?{'&'.join((f'mode={mode}', *more))}"
    connection = sqlite3.connect(
        uri, uri=True, isolation_level=None, timeout=BUSY_SECONDS, check_same_thread=False, cached_statements=256
    )
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA cell_size_check = ON")
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST)
    return connection


def _make_durable(path: Path, connection: sqlite3.Connection) -> None:
    """Write-ahead log and FULL, so that a power cut is no worse than a kill (guarantee 5).

    Several processes that turn one new file into a WAL database get BUSY at once, without the busy timeout.
    """
    deadline = time.monotonic() + BUSY_SECONDS
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
