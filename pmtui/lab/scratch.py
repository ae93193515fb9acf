"""The scratch copy of an app's logs and ledgers."""

import fcntl
import shutil
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import IO

import platformdirs

from pmtui.model.app import App
from pmtui.storage.errors import StorageError
from pmtui.storage.folder import DataFolder
from pmtui.storage.sqlite.log import SqliteLog
from pmtui.workers.copies import Progress, as_it_is, copy_ledgers, copy_logs, unseen

_UNLOCKED_SECONDS = 60.0
"""A folder that has no lock for so long was left by one that was killed while making it."""


class Scratch:
    """A folder of our own with a copy to work on, and another one to start over from.

    Attributes:
        folder: the data folder to work on.
        moments: the file in which its workers remember how it was.
    """

    def __init__(self, root: Path, lock: IO[bytes]) -> None:
        self._root = root
        self._lock = lock
        self._origin = root / "origin"
        self.folder = DataFolder(root / "data", plain=True)
        self.moments = root / "moments.db"

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
            scratch.folder.path.mkdir()
            scratch._fill(app, source, from_start, progress)
            shutil.copytree(scratch.folder.path, scratch._origin)
        except OSError as error:
            scratch.remove()
            raise StorageError(f"the scratch copy in {root} cannot be written: {error.strerror}") from None
        except BaseException:
            scratch.remove()
            raise
        return scratch

    def _fill(self, app: App, source: DataFolder, from_start: bool, progress: Progress) -> None:
        copy_logs(app, source, self.folder, progress, partial(_forget, app) if from_start else as_it_is)
        if not from_start:
            copy_ledgers(app, source, self.folder, unseen)

    def start_over(self) -> None:
        """Make the copy as it was at first; nobody may have it open."""
        for left in self._root.glob(f"{self.moments.name}*"):
            left.unlink()
        shutil.rmtree(self.folder.path)
        shutil.copytree(self._origin, self.folder.path)

    def remove(self) -> None:
        """Remove everything; safe to call twice."""
        shutil.rmtree(self._root, ignore_errors=True)
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


def _forget(app: App, log: SqliteLog) -> None:
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
