"""From the spawn of a worker to its first event handled, against a bare process (`bare.py`) that handles one."""

import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.apps import simple
from benchmarks.measure import Figure, Scale, in_turn
from benchmarks.seeds import seed
from benchmarks.worker import ledger_of, until_handled, worker

BARE = Path(__file__).with_name("bare.py")


def compare(scale: Scale) -> Iterator[Figure]:
    """Ours against the bare process, and each of them alone."""
    found = in_turn(scale.samples // 4, {"ours": lambda: _ours(scale), "bare": lambda: _bare(scale)})
    ratios = [a / b for a, b in zip(found["ours"], found["bare"], strict=True)]
    medians = {name: statistics.median(times) * 1000 for name, times in found.items()}
    yield Figure(
        "spawn to first event handled / bare asyncio and aiosqlite process",
        statistics.median(ratios),
        "×",
        min(ratios),
        max(ratios),
        1.3,
        "less",
        f"{medians['ours']:.0f} ms against {medians['bare']:.0f} ms",
    )


def _ours(scale: Scale) -> float:
    with scale.scratch() as folder:
        seed(folder / "orders.db", 1)
        began = time.perf_counter()
        with worker(simple, folder, wait=False) as process:
            until_handled(process, ledger_of(simple, folder), 1)
            return time.perf_counter() - began


def _bare(scale: Scale) -> float:
    with scale.scratch() as folder:
        seed(folder / "orders.db", 1)
        began = time.perf_counter()
        command = [sys.executable, "-P", str(BARE), str(folder)]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as process:
            until_handled(process, folder / "ledger.db", 1)
            took = time.perf_counter() - began
            process.kill()
        return took
