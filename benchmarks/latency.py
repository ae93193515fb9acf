"""From an append by another process to handled and durable, on an idle system; and what the idle worker uses.

python -m benchmarks.latency DATA TIMES     (the other process: appends, and watches the ledger)
"""

import json
import sqlite3
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from benchmarks.apps import simple
from benchmarks.measure import Figure, Scale, percentile
from benchmarks.seeds import rows, seed
from benchmarks.worker import cpu_seconds, ledger_of, reached, worker
from pmtui.handling.drive import run
from pmtui.storage.log import Draft
from pmtui.storage.sqlite.log import SqliteLog

_BETWEEN = 0.05
_LOOK = 0.00005


def compare(scale: Scale) -> Iterator[Figure]:
    """Median, 99th percentile and the idle worker's share of a core."""
    with scale.scratch() as folder:
        seed(folder / "orders.db", 1)
        with worker(simple, folder) as process:
            time.sleep(1)
            before, began = cpu_seconds(process.pid), time.monotonic()
            time.sleep(min(5.0, scale.samples / 20))
            after, took = cpu_seconds(process.pid), time.monotonic() - began
            command = [sys.executable, "-m", "benchmarks.latency", str(folder), str(scale.samples)]
            text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    times = [seconds * 1000 for seconds in json.loads(text)]
    extent = {
        "low": min(times),
        "high": max(times),
        "detail": f"{len(times)} appends by another process, {_BETWEEN} s apart",
    }
    median, tail = statistics.median(times), percentile(times, 0.99)
    yield Figure("append to handled and durable, idle: median", median, "ms", goal=1, better="less", **extent)
    yield Figure("append to handled and durable, idle: 99th percentile", tail, "ms", goal=5, better="less", **extent)
    share = None if before is None or after is None else (after - before) / took * 100
    yield Figure("idle worker's share of a core", share, "%", goal=1, better="less", detail=f"over {took:.1f} s")


def append_and_watch(data: Path, times: int) -> list[float]:
    """Seconds from each append's return to the cursor's being there, seen by looking all the time."""
    found = []
    uri = f"{ledger_of(simple, data).as_uri()}?mode=ro"
    with (
        closing(SqliteLog.open("orders", data / "orders.db")) as log,
        closing(sqlite3.connect(uri, uri=True)) as ledger,
    ):
        head = run(log.head())
        for id_, stream, version, type_, text, when in rows(head, head + times, None):
            time.sleep(_BETWEEN)
            position = run(_append(log, Draft(id_, stream, version, type_, text, "{}", when)))
            began = time.perf_counter()
            while not reached(ledger, position):
                time.sleep(_LOOK)
            found.append(time.perf_counter() - began)
    return found


async def _append(log: SqliteLog, draft: Draft) -> int:
    async with log.transaction() as transaction:
        return await transaction.append([draft])


if __name__ == "__main__":
    json.dump(append_and_watch(Path(sys.argv[1]), int(sys.argv[2])), sys.stdout)
