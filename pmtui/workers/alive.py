"""Whether a manager has a living worker: a lock beside its ledger, which the system lets go of at any death.

It only tells; what keeps two workers apart is the ledger's epoch.
"""

import fcntl
import os
from pathlib import Path
from typing import IO


def hold(ledger: Path) -> IO[bytes]:
    """Say that a worker of this ledger lives, until the file that is returned is closed or the process is dead."""
    lock = _beside(ledger).open("ab")
    fcntl.flock(lock, fcntl.LOCK_SH)
    os.register_at_fork(after_in_child=lock.close)  # what a handler forks is no worker, and may outlive it
    return lock


def is_held(ledger: Path) -> bool:
    """Whether some worker of this ledger lives."""
    try:
        with _beside(ledger).open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return isinstance(error, BlockingIOError)
    return False


def _beside(ledger: Path) -> Path:
    return ledger.with_suffix(".lock")
