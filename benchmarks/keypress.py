"""How long a key press takes to repaint while a manager runs flat out, over a real pseudo-terminal.

    python -m benchmarks.keypress APP --data DIR [--size 80x24] [--presses 200]

Opens the lab, lets it run at full speed, presses the panes' numbers one after the other (each moves the focus, which
repaints two headings at once) and measures from the press to the first byte that comes after it and changes the
screen's focus.
Prints the median, the 99th percentile and the largest memory of the screen's process.
"""

import argparse
import re
import statistics
import tempfile
import time
from pathlib import Path

from tests.terminal.terminal import PMTUI, Terminal

ACCENT = rb"\x1b\[[0-9;]*38;2;122;183;255[0-9;]*m"
HEADING = re.compile(ACCENT + rb"(applicatio|offers|workitems|followups|decisions|handled)")

PANES = 6
"""Five logs and the journal, one after the other."""


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("app")
    parser.add_argument("--data", required=True)
    parser.add_argument("--size", default="80x24")
    parser.add_argument("--presses", type=int, default=200)
    options = parser.parse_args()
    columns, rows = map(int, options.size.split("x"))
    with tempfile.TemporaryDirectory() as home:
        began = time.monotonic()
        terminal = Terminal(*PMTUI, "lab", options.app, "--data", options.data, size=(columns, rows), home=Path(home))
        terminal.until("copying")
        copying = time.monotonic()
        terminal.until("reads ", 60)
        opened = time.monotonic()
        terminal.press("+", "+", "+", "+", " ")
        terminal.until("full speed")
        times: list[float] = []
        while len(times) < options.presses:
            terminal.read(0.03)
            if "All handled" in terminal.text():
                terminal.press("R")
                terminal.until("R again")
                terminal.press("R")
                terminal.until("reads ", 60)
                terminal.press(" ")
                terminal.until("full speed")
            times.append(_press(terminal, str(len(times) % PANES + 1)))
        memory = int(re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{terminal.pid}/status").read_text())[1]) // 1024
        terminal.press("q")
        terminal.ended()
    times.sort()
    print(f"start to copying {copying - began:.2f} s, to opened {opened - began:.2f} s")
    print(
        f"{options.size}: median {statistics.median(times) * 1000:.0f} ms, "
        f"99th percentile {times[int(len(times) * 0.99)] * 1000:.0f} ms, largest {times[-1] * 1000:.0f} ms, {memory} MB"
    )


def _press(terminal: Terminal, key: str) -> float:
    """One press of a pane's number: until a heading is drawn in the accent, which only the focused pane's is."""
    terminal.read(0.01)
    terminal.raw = b""  # or each piece that comes would copy all that came before
    began = time.monotonic()
    terminal.press(key)
    while not HEADING.search(terminal.raw):
        terminal.take(0.002)
        if time.monotonic() - began > 5:
            raise SystemExit(f"nothing came of a key press:\n{terminal.text()}")
    return time.monotonic() - began


if __name__ == "__main__":
    main()
