"""Reading a database so that nobody who works there notices: no locks, no files beside it, none removed."""

import contextlib
import sqlite3
from collections.abc import Callable
from pathlib import Path

from pmtui.storage.sqlite.file import log_stamp

Connect = Callable[[str], sqlite3.Connection]

_WITHOUT_COMMITS: dict[Path, object] = {}
"""Write-ahead logs in which there was no commit."""


def connect_unseen(path: Path, connect: Connect) -> sqlite3.Connection:
    """A connection that sees the file as it is at the first read, and takes nothing away when it is closed.

    SQLite removes a write-ahead log when the last one who has it open closes it, and without locks everybody is the
    last one. Where there are commits in it, it would first have to copy them into the file, which only reads: so it
    stays. Where there are none, because their writer is in the midst of the first one, it would be taken away from
    under that writer, and what is committed there be lost. A connection that has seen such a log is never closed.

    Args:
        path: the database.
        connect: opens the database with these parameters of its URI.

    Raises:
        sqlite3.Error: it cannot be opened.
    """
    stamp = log_stamp(path)
    if stamp is not None and _WITHOUT_COMMITS.get(path) != stamp:
        connection = _configured(connect("vfs=unix-none"))
        with contextlib.suppress(sqlite3.Error):  # whoever goes on with it meets the same fault
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if not _would_remove_log(connection):
            return connection
        _never_close(connection)
        _WITHOUT_COMMITS[path] = stamp
    return _configured(connect("vfs=unix-none&immutable=1"))  # without a log SQLite would make one


def _configured(connection: sqlite3.Connection) -> sqlite3.Connection:
    connection.execute("PRAGMA locking_mode = EXCLUSIVE")  # the log's index in memory, not in a file
    connection.execute("PRAGMA synchronous = OFF")  # there is nothing of ours to wait for
    return connection


def _would_remove_log(connection: sqlite3.Connection) -> bool:
    """Whether it has a write-ahead log open that it could tidy away, as there is no commit in it."""
    try:
        _, frames, _ = connection.execute("PRAGMA wal_checkpoint").fetchone()
    except sqlite3.Error:
        return False  # there is something in it, and nothing may be written
    return bool(frames == 0)


def _never_close(connection: sqlite3.Connection) -> None:
    import ctypes  # noqa: PLC0415  (hardly ever needed)

    # One reference too many: it outlives even the end of the interpreter, and the end of the process removes no file.
    ctypes.pythonapi.Py_IncRef(ctypes.py_object(connection))
