"""The lab on a pseudo-terminal: key presses at full speed, and its share of a core idle and at full speed."""

import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.measure import Figure, Scale
from benchmarks.worker import cpu_seconds

if TYPE_CHECKING:
    from tests.terminal.terminal import Terminal

ROOT = Path(__file__).absolute().parent.parent
APP = ROOT / "tests" / "examples" / "loans.py"
DATA = (ROOT.parent / "shared" / "data" / "loans", APP.parent / "data")
_PRESSES = re.compile(r"median (\d+) ms, 99th percentile (\d+) ms, largest (\d+) ms")
_SECONDS = 4.0


def compare(scale: Scale) -> Iterator[Figure]:
    """The loans' manager over the whole logs if they are there, else over the excerpt."""
    data = next(path for path in DATA if (path / "applications.jsonl").exists() or any(path.glob("*.jsonl.gz")))
    for busy, goal in ((False, 1.0), (True, 25.0)):
        what = f"the screen's share of a core: {'at full speed' if busy else 'idle'}"
        share, detail = _share(data, busy)
        yield Figure(what, share, "%", goal=goal, better="less", detail=detail)
    presses = max(300, scale.samples * 2)  # of fewer, the 99th percentile is the largest
    command = [sys.executable, "-m", "benchmarks.keypress", str(APP), "--data", str(data), "--presses", str(presses)]
    found = subprocess.run(command, check=False, capture_output=True, text=True, cwd=ROOT)
    numbers = _PRESSES.search(found.stdout)
    what = "a key press repaints, at full speed: 99th percentile"
    if numbers is None:
        yield Figure(what, None, "ms", goal=50, better="less", detail="benchmarks.keypress did not get to its end")
        return
    median, tail, largest = map(float, numbers.groups())
    yield Figure(what, tail, "ms", median, largest, 50, "less", f"{presses} presses; spread: median, largest")


def _share(data: Path, busy: bool) -> tuple[float | None, str]:
    """Of a core, in per cent, of the screen's own process; and how it was measured, or why not."""
    from tests.terminal.terminal import PMTUI, Terminal  # noqa: PLC0415  (needs the extra `dev`)

    with tempfile.TemporaryDirectory() as home:
        terminal = Terminal(*PMTUI, "lab", str(APP), "--data", str(data), size=(120, 40), home=Path(home))
        try:
            terminal.until("reads ", 60)
            if busy:
                for _ in range(4):
                    terminal.press("+")
                    terminal.read(0.3)
                terminal.press(" ")
                terminal.until("full speed")
            found = _watched(terminal)
        except AssertionError as error:
            return None, str(error).splitlines()[0]
        finally:
            terminal.press("q")
            terminal.process.close(force=True)
    return found, f"120×40, over {_SECONDS:.0f} s, {'following all logs' if busy else 'paused'}"


def _watched(terminal: "Terminal") -> float | None:
    terminal.read(1)
    before, began = cpu_seconds(terminal.pid), time.monotonic()
    while time.monotonic() - began < _SECONDS:
        terminal.take(0.05)
    after, took = cpu_seconds(terminal.pid), time.monotonic() - began
    return None if before is None or after is None else (after - before) / took * 100
