"""A database's file as the file system knows it, without SQLite: whether it is there, the same, or was written to."""

import contextlib
import os
import time
from pathlib import Path

from pmtui.storage.errors import StorageError

_FRESH_NANOSECONDS = 20_000_000
"""A file that was written so lately may be written again without its time of change telling."""
_WAL_HEADER = 32


def exists(path: Path) -> bool:
    """Whether there is anything at a path.

    Raises:
        StorageError: that cannot be told.
    """
    try:
        path.stat()
    except FileNotFoundError:
        return False
    except OSError as error:
        raise StorageError(f"{path}: {error.strerror}") from None
    return True


def is_folder(path: Path) -> bool:
    """Whether there is a folder at a path, as far as that can be told."""
    try:
        return path.is_dir()
    except OSError:
        return False


def inode(path: str) -> tuple[int, int] | None:
    """The device and inode that tell a file from any other; None where there is none."""
    try:
        found = os.stat(path)  # noqa: PTH116  (one system call on the hot path, without building a Path)
    except OSError:
        return None
    return found.st_dev, found.st_ino


def has_log(path: Path) -> bool:
    """Whether commits may lie in a write-ahead log beside a database; if not, the file alone is all of it."""
    return log_stamp(path) is not None


def log_stamp(path: Path) -> tuple[int, int, int] | None:
    """What changes whenever something comes into a database's write-ahead log; None where there is nothing in it."""
    try:
        found = Path(f"{path}-wal").stat()
    except OSError:
        return None
    return (found.st_ino, found.st_size, found.st_mtime_ns) if found.st_size else None


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
