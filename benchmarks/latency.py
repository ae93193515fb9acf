"""From an append by another process to handled and durable, on an idle system; and what the idle worker uses.

python -m benchmarks.latency OURS PLAIN TIMES     (the other process: appends, and watches the ledgers)
"""

import json
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.apps import simple
from benchmarks.measure import Figure, Scale, percentile
from benchmarks.seeds import rows, seed
from benchmarks.worker import cpu_seconds, ledger_of, reached, worker
from pmtui.handling.drive import run
from pmtui.storage.log import Draft
from pmtui.storage.sqlite.log import SqliteLog

_BEFORE = 400
"""Events handled before any is measured: after so many no write-ahead log grows any more, as in what has run long."""
_BETWEEN = 0.05
_LOOK = 0.00005
_PATIENCE = 10.0


def compare(scale: Scale) -> Iterator[Figure]:
    """Median, 99th percentile, both against the plainest process, and the idle worker's share of a core."""
    with scale.scratch() as ours, scale.scratch() as plain:
        for folder in (ours, plain):
            seed(folder / "orders.db", 1)
        with worker(simple, ours) as process, _waiting(plain):
            time.sleep(1)
            before, began = cpu_seconds(process.pid), time.monotonic()
            time.sleep(min(5.0, scale.samples / 20))
            after, took = cpu_seconds(process.pid), time.monotonic() - began
            command = [sys.executable, "-m", "benchmarks.latency", str(ours), str(plain), str(scale.samples)]
            text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    times, limit = ([seconds * 1000 for seconds in side] for side in json.loads(text))
    how = f"{len(times)} appends by another process, {_BETWEEN} s apart"
    for what, part, goal in (("median", 0.5, 1), ("99th percentile", 0.99, 5)):
        value, least = percentile(times, part), percentile(limit, part)
        name = f"append to handled and durable, idle: {what}"
        yield Figure(name, value, "ms", min(times), max(times), goal, "less", how)
        detail = f"{value:.2f} ms against {least:.2f} ms; one thread that waits, and a plain loop's two commits"
        yield Figure(f"{name} / plainest process", value / least, "×", better="less", detail=detail)
    share = None if before is None or after is None else (after - before) / took * 100
    yield Figure("idle worker's share of a core", share, "%", goal=1, better="less", detail=f"over {took:.1f} s")


@contextmanager
def _waiting(folder: Path) -> Iterator[None]:
    """The plainest process, when it waits."""
    with subprocess.Popen([sys.executable, "-m", "benchmarks.waiting", str(folder)]) as process:
        try:
            deadline = time.monotonic() + _PATIENCE
            while not (folder / "ledger.db").exists():
                if process.poll() is not None or time.monotonic() > deadline:
                    raise AssertionError("the plainest process did not start")
                time.sleep(0.01)
            yield
        finally:
            process.kill()


@dataclass
class _Side:
    """One process that handles, as the other process sees it: its source, and whether its cursor is somewhere."""

    log: SqliteLog
    reached: Callable[[int], bool]

    def append_and_watch(self, draft: Draft) -> float:
        """Seconds from an append's return to the cursor's being there, seen by looking all the time."""
        position = run(_append(self.log, draft))
        began = time.perf_counter()
        while not self.reached(position):
            time.sleep(_LOOK)
        return time.perf_counter() - began


def _append_to_both(ours: Path, plain: Path, times: int) -> tuple[list[float], list[float]]:
    """What both sides took, one after the other."""
    found: tuple[list[float], list[float]] = ([], [])
    with ExitStack() as opened:
        ledgers = [
            opened.enter_context(closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)))
            for path in (ledger_of(simple, ours), plain / "ledger.db")
        ]
        logs = [
            opened.enter_context(closing(SqliteLog.open("orders", folder / "orders.db"))) for folder in (ours, plain)
        ]
        sides = (
            _Side(logs[0], lambda position: reached(ledgers[0], position)),
            _Side(logs[1], lambda position: _passed(ledgers[1], position)),
        )
        head = run(logs[0].head())
        for id_, stream, version, type_, text, when in rows(head, head + _BEFORE + times, None):
            for side, took in zip(sides, found, strict=True):
                time.sleep(_BETWEEN if len(took) >= _BEFORE else 0)
                took.append(side.append_and_watch(Draft(id_, stream, version, type_, text, "{}", when)))
    return found[0][_BEFORE:], found[1][_BEFORE:]


def _passed(ledger: sqlite3.Connection, position: int) -> bool:
    row = ledger.execute("SELECT position FROM cursors").fetchone()
    return row is not None and row[0] >= position


async def _append(log: SqliteLog, draft: Draft) -> int:
    async with log.transaction() as transaction:
        return await transaction.append([draft])


if __name__ == "__main__":
    json.dump(_append_to_both(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])), sys.stdout)
