"""The scratch copy of an app's logs and ledgers."""

import fcntl
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import IO

import platformdirs

from pmtui.model.app import App
from pmtui.storage.cloudevents import import_events
from pmtui.storage.errors import StorageError
from pmtui.storage.folder import DataFolder
from pmtui.storage.sqlite.connection import explain, has_log
from pmtui.storage.sqlite.ledger import SqliteLedger
from pmtui.storage.sqlite.log import SqliteLog
from pmtui.workers.stores import log_files

Progress = Callable[[str, float], None]
"""Called with what is being copied and how much of it is done, 0 to 1."""


def unseen(what: str, done: float) -> None:
    """A `Progress` for where nobody looks."""


_PAGES_AT_ONCE = 2_000
_UNLOCKED_SECONDS = 60.0
"""A folder that has no lock for so long was left by one that was killed while making it."""


class Scratch:
    """A folder of our own with a copy to work on, and another one to start over from.

    Attributes:
        path: the data folder to work on.
        moments: the file in which its workers remember how it was.
    """

    def __init__(self, folder: Path, lock: IO[bytes]) -> None:
        self._folder = folder
        self._lock = lock
        self.path = folder / "data"
        self.moments = folder / "moments.db"

    @classmethod
    def make(cls, app: App, source: DataFolder, *, from_start: bool, progress: Progress) -> "Scratch":
        """Copy an app's logs and ledgers; the originals are only read.

        Args:
            app: whose contexts and managers are copied.
            source: the data folder. Where it has no `NAME.db`, `NAME.jsonl` or `NAME.jsonl.gz` is imported.
            from_start: leave the ledgers out, and the events and receipts that the app's managers caused.
            progress: called as it goes.

        Raises:
            PmtuiError: a file cannot be read, or the copy not be written; nothing of it is left.
        """
        root = scratch_root()
        root.mkdir(parents=True, exist_ok=True)
        sweep(root)
        folder = Path(tempfile.mkdtemp(prefix="lab-", dir=root))
        scratch = cls(folder, _locked(folder))
        try:
            scratch.path.mkdir()
            scratch._fill(app, source, from_start, progress)
            shutil.copytree(scratch.path, folder / "origin")
        except OSError as error:
            scratch.remove()
            raise StorageError(f"the scratch copy in {root} cannot be written: {error.strerror}") from None
        except BaseException:
            scratch.remove()
            raise
        return scratch

    def _fill(self, app: App, source: DataFolder, from_start: bool, progress: Progress) -> None:
        target = DataFolder(self.path)
        copies = log_files(app, target, scratch=True)
        for name, original in log_files(app, source, scratch=False).items():
            events = source.events_file(name)
            if original.exists():
                progress(name, 0.0)
                _copy(original, copies[name], partial(progress, name))
            with _named(copies[name], original), closing(SqliteLog.open(name, copies[name], create=True)) as log:
                if original.exists():
                    if from_start:
                        _forget(log, app)
                elif events is not None:
                    import_events(log, events, partial(progress, name))
        if from_start:
            return
        for manager in app.managers:
            ledger = source.ledger(app.name, manager)
            if ledger.exists():
                copy = target.ledger(app.name, manager)
                copy.parent.mkdir(parents=True, exist_ok=True)
                _copy(ledger, copy, partial(unseen, manager))
                with _named(copy, ledger):
                    SqliteLedger.open(copy, app.name, manager).close()

    def start_over(self) -> None:
        """Make the copy as it was at first; nobody may have it open."""
        for left in self._folder.glob(f"{self.moments.name}*"):
            left.unlink()
        shutil.rmtree(self.path)
        shutil.copytree(self._folder / "origin", self.path)

    def remove(self) -> None:
        """Remove everything; safe to call twice."""
        shutil.rmtree(self._folder, ignore_errors=True)
        self._lock.close()


def scratch_root() -> Path:
    """Where scratch copies lie."""
    return Path(platformdirs.user_cache_dir("pmtui")) / "labs"


def sweep(root: Path) -> None:
    """Remove what labs that were killed have left; those that live hold their lock."""
    for folder in root.glob("lab-*"):
        try:
            if not (folder / "lock").exists():
                if time.time() - folder.stat().st_mtime > _UNLOCKED_SECONDS:
                    shutil.rmtree(folder, ignore_errors=True)
                continue
            with (folder / "lock").open("rb") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder, ignore_errors=True)
        except OSError:
            continue  # somebody works there, or is just making it


def _locked(folder: Path) -> IO[bytes]:
    path = folder / "lock.new"
    lock = path.open("wb")
    fcntl.flock(lock, fcntl.LOCK_EX)
    path.rename(folder / "lock")  # only now can a sweep see it, and it is locked already
    return lock


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


def _forget(log: SqliteLog, app: App) -> None:
    """Remove from a copy what this app's managers have caused."""
    with log.database.transaction() as connection:
        connection.execute(
            "DELETE FROM events WHERE json_valid(metadata) AND json_extract(metadata, '$.app') = ? "
            f"AND json_extract(metadata, '$.manager') IN ({','.join('?' * len(app.managers))})",
            (app.name, *app.managers),
        )
        senders = "SELECT id FROM senders WHERE app = ?"
        connection.execute(f"DELETE FROM receipts WHERE sender IN ({senders})", (app.name,))
        connection.execute(f"DELETE FROM repeats WHERE sender IN ({senders})", (app.name,))
        connection.execute("DELETE FROM pins WHERE app = ?", (app.name,))
        connection.execute("DELETE FROM senders WHERE app = ?", (app.name,))
