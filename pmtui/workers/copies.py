"""Copies of an app's files: the originals are only read, and nothing is left beside them."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path

from pmtui.model.app import App
from pmtui.storage.cloudevents import import_events
from pmtui.storage.errors import StorageError
from pmtui.storage.folder import DataFolder
from pmtui.storage.sqlite.database import explain
from pmtui.storage.sqlite.file import has_log
from pmtui.storage.sqlite.ledger import SqliteLedger
from pmtui.storage.sqlite.log import SqliteLog

Progress = Callable[[str, float], None]
"""Called with what is being copied and how much of it is done, 0 to 1."""


def unseen(what: str, done: float) -> None:
    """A `Progress` for where nobody looks."""


_PAGES_AT_ONCE = 2_000


def as_it_is(log: SqliteLog) -> None:
    """Leave a copy as the original is."""


def copy_logs(
    app: App,
    source: DataFolder,
    target: DataFolder,
    progress: Progress,
    change: Callable[[SqliteLog], None] = as_it_is,
) -> None:
    """Copy the log of every context.

    Args:
        app: whose contexts.
        source: the data folder. Where it has no `NAME.db`, `NAME.jsonl` or `NAME.jsonl.gz` is imported.
        target: the folder of the copies, which exists; a plain one.
        progress: called as it goes.
        change: called with each copy of a log that was there, open for writing.

    Raises:
        PmtuiError: a file cannot be read, or the copy not be written; what is wrong is said of the original.
    """
    copies = target.logs(app)
    for name, original in source.logs(app).items():
        events = source.events_file(name)
        if original.exists():
            progress(name, 0.0)
            _copy(original, copies[name], partial(progress, name))
        with _named(copies[name], original), closing(SqliteLog.open(name, copies[name], create=True)) as log:
            if original.exists():
                change(log)
            elif events is not None:
                import_events(log, events, partial(progress, name))


def copy_ledgers(app: App, source: DataFolder, target: DataFolder, progress: Progress) -> None:
    """Copy the ledger of every manager that has one.

    Raises:
        PmtuiError: as in `copy_logs`.
    """
    for manager in app.managers:
        ledger = source.ledger(app.name, manager)
        if ledger.exists():
            copy = target.ledger(app.name, manager)
            copy.parent.mkdir(parents=True, exist_ok=True)
            _copy(ledger, copy, partial(progress, manager))
            with _named(copy, ledger):
                SqliteLedger.open(copy, app.name, manager).close()


def _copy(original: Path, copy: Path, progress: Callable[[float], None]) -> None:
    """SQLite's own backup, which also sees what is still in the write-ahead log.

    Where there is no such log nobody has the file open, and it can be read without leaving a trace beside it.
    """
    quiet = not has_log(original)
    try:
        while True:
            before = original.stat()
            _backup(original, copy, "immutable=1" if quiet else "mode=ro", progress)
            after = original.stat()
            unchanged = (before.st_mtime_ns, before.st_size) == (after.st_mtime_ns, after.st_size)
            if not quiet or (unchanged and not has_log(original)):
                return
            quiet = False
    except sqlite3.Error as error:
        raise StorageError(explain(original, error)) from None
    except OSError as error:
        raise StorageError(f"{original}: {error.strerror}") from None


@contextmanager
def _named(copy: Path, original: Path) -> Iterator[None]:
    """What is wrong with a copy is said of the original."""
    try:
        yield
    except StorageError as error:
        raise StorageError(str(error).replace(str(copy), str(original))) from error


def _backup(original: Path, copy: Path, mode: str, progress: Callable[[float], None]) -> None:
    copy.unlink(missing_ok=True)
    uri = f"{original.absolute().as_uri()}?{mode}"
    with closing(sqlite3.connect(uri, uri=True)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(
            target,
            pages=_PAGES_AT_ONCE,
            progress=lambda _, left, total: progress(1 - left / total if total else 1.0),
            sleep=0.01,
        )
