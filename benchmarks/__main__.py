"""`python -m benchmarks`: the whole table."""

import argparse
import compileall
import importlib
import os
import sys
import tempfile
import time
from pathlib import Path

import pmtui
from benchmarks import report
from benchmarks.measure import Figure, Scale

NAMES = (
    "catchup",
    "everything",
    "single",
    "phases",
    "latency",
    "growth",
    "spawn",
    "commands",
    "importing",
    "exploring",
    "screen",
    "dbos_peer",
)


def main() -> int:
    """Measure, show each figure as it comes, write the table; the exit code is 1 where something could not run."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measures everything that has a goal.")
    parser.add_argument("--quick", action="store_true", help="a small version, in about three minutes")
    parser.add_argument("--only", action="append", choices=NAMES, help="one comparison, or several; writes no table")
    parser.add_argument("--log", type=int, help="events of the large log (default 1,000,000; up to 10,000,000)")
    parser.add_argument("--rounds", type=int, help="how often each side has its turn")
    parser.add_argument("--dir", type=Path, default=Path(tempfile.gettempdir()), help="where the logs are made")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent, help="where README.md and table.svg go")
    options = parser.parse_args()
    compileall.compile_dir(Path(pmtui.__file__).parent, quiet=1)  # as pip leaves it; a clone may not have run yet
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
    scale = Scale(
        events=30_000 if options.quick else 100_000,
        singles=2_000 if options.quick else 10_000,
        rounds=options.rounds or (3 if options.quick else 7),
        log=options.log or (500_000 if options.quick else 1_000_000),
        samples=40 if options.quick else 200,
        folder=options.dir,
    )
    sections: list[tuple[str, list[Figure]]] = []
    whole = True
    began = time.monotonic()
    for name in options.only or NAMES:
        module = importlib.import_module(f"benchmarks.{name}")
        figures: list[Figure] = []
        try:
            for figure in module.compare(scale):
                figures.append(figure)
                print(report.line(figure), flush=True)
        except Exception as error:  # one comparison that cannot run must not hide the others
            whole = False
            figures.append(Figure(f"{name}: could not be measured", None, "", detail=_one_line(error)))
            print(report.line(figures[-1]), file=sys.stderr, flush=True)
        sections.append((str(module.__doc__).splitlines()[0].rstrip("."), figures))
    if options.only is None:
        report.write(options.out, sections, scale, time.monotonic() - began)
    return 0 if whole else 1


def _one_line(error: Exception) -> str:
    return f"{type(error).__name__}: {' '.join(str(error).split())}".replace("|", "/")[:200]


if __name__ == "__main__":
    sys.exit(main())
