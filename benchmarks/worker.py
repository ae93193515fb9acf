"""A real worker, driven from here without a supervisor."""

import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from pmtui.model.app import App
from pmtui.workers.protocol import Begin, line

APPS = Path(__file__).with_name("apps.py")
_PATIENCE = 60.0
_SLOWEST = 5_000
"""Events a second that a worker which gets anywhere catches up with."""


@contextmanager
def worker(app: App, data: Path, *, wait: bool = True, file: Path = APPS) -> Iterator[subprocess.Popen[bytes]]:
    """A worker of the only manager of an app in a file; when `wait`, it has been started to the end."""
    (manager,) = app.managers
    with subprocess.Popen(
        [sys.executable, "-P", "-m", "pmtui.workers"],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
    ) as process:
        assert process.stdin is not None
        begin = Begin(f"{file}:{app.name}", manager, str(data), virtual=False, receivers={})
        process.stdin.write(line(begin))
        process.stdin.flush()
        try:
            if wait:
                until_handled(process, ledger_of(app, data), 0)
            yield process
        finally:
            process.kill()


def ledger_of(app: App, data: Path) -> Path:
    """The file of the ledger of an app's only manager."""
    (manager,) = app.managers
    return data / "ledgers" / app.name / f"{manager}.db"


def until_handled(process: subprocess.Popen[bytes], ledger: Path, position: int, every: float = 0.0002) -> None:
    """Wait until the cursor in orders has reached a position, durably."""
    deadline = time.monotonic() + _PATIENCE + position / _SLOWEST
    while not ledger.exists():
        _still_alive(process, deadline)
        time.sleep(every)
    with closing(sqlite3.connect(f"{ledger.as_uri()}?mode=ro", uri=True, timeout=_PATIENCE)) as connection:
        while not reached(connection, position):
            _still_alive(process, deadline)
            time.sleep(every)


def reached(ledger: sqlite3.Connection, position: int) -> bool:
    """Whether a ledger's cursor in orders is there; a ledger that has no worker yet has reached nothing."""
    try:
        row = ledger.execute("SELECT coalesce(json_extract(cursors, '$.orders.position'), 0) FROM ledger").fetchone()
    except sqlite3.OperationalError:
        return False
    return row is not None and row[0] >= position


def _still_alive(process: subprocess.Popen[bytes], deadline: float) -> None:
    if process.poll() is not None:
        raise AssertionError(f"the worker ended with {process.returncode}")
    if time.monotonic() > deadline:
        raise AssertionError("the worker did not get there")


def cpu_seconds(pid: int) -> float | None:
    """What a process has used of a core so far; None where the system does not tell as exactly (it is not Linux)."""
    try:
        threads = [int(path.read_text().split()[0]) for path in Path(f"/proc/{pid}/task").glob("*/schedstat")]
    except OSError:
        return None
    return sum(threads) / 1e9 if threads else None


def memory(pid: int, field: str = "VmHWM") -> float | None:
    """Megabytes that a process holds, at most so far (VmHWM) or now (VmRSS); None where the system does not tell."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return None
    return next((int(text.split()[1]) / 1024 for text in status.splitlines() if text.startswith(f"{field}:")), None)
