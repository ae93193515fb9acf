"""The table: a line in the terminal, README.md, and a picture."""

import os
import platform
import sqlite3
import sys
import time
from html import escape
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from benchmarks.loop import connect
from benchmarks.measure import Figure, Scale

Sections = list[tuple[str, list[Figure]]]
_PACKAGES = ("pmtui", "aiosqlite", "msgspec", "textual", "eventsourcing", "dbos")
_MARK = {True: "met", False: "**MISSED**", None: ""}


def number(value: float | None, unit: str) -> str:
    """A value as people read it."""
    if value is None:
        return "–"
    digits = 3 if value < 1 else 2 if value < 10 else 1 if value < 100 else 0
    return f"{value:,.{digits}f}" + (f" {unit}" if unit else "")


def goal(figure: Figure) -> str:
    """What it must reach."""
    if figure.goal is None:
        return ""
    value = f"{figure.goal:,.0f}" if figure.goal >= 100 else f"{figure.goal:.2g}"
    return f"{'≥' if figure.better == 'more' else '≤'} {value} {figure.unit}".rstrip()


def spread(figure: Figure) -> str:
    """The lowest and the highest."""
    if figure.low is None or figure.high is None:
        return ""
    return f"{number(figure.low, '')}–{number(figure.high, '')}"


def line(figure: Figure) -> str:
    """One figure for a terminal."""
    mark = {True: "ok  ", False: "MISS", None: "    "}[figure.met]
    asked = f" (goal {goal(figure)})" if figure.goal is not None else ""
    found = f"{number(figure.value, figure.unit)} [{spread(figure)}]{asked}"
    return f"{mark} {figure.what}: {found}  {figure.detail}"


def write(folder: Path, sections: Sections, scale: Scale, seconds: float) -> None:
    """README.md and table.svg in a folder."""
    (folder / "table.svg").write_text(_svg(sections), encoding="utf-8")
    (folder / "README.md").write_text(_markdown(sections, scale, seconds), encoding="utf-8")


def _markdown(sections: Sections, scale: Scale, seconds: float) -> str:
    missed = sum(figure.met is False for _, figures in sections for figure in figures)
    with_goal = sum(figure.goal is not None for _, figures in sections for figure in figures)
    text = [
        "# How fast it is",
        "",
        "`pip install -e .[dev,bench]`, then `python -m benchmarks` measures all of this again (`--quick` a smaller "
        "version, `--only NAME` one comparison) and writes this file.",
        "",
        f"Sides take turns in one run, {scale.rounds} rounds each, files on the same disk, synchronous FULL. `×` is a "
        "ratio compared round by round: the median, and the lowest and highest round. Of rates (catching up, one event "
        "a turn, import) more is better; of times, memory and shares of a core less is.",
        "",
        f"{with_goal - missed} of {with_goal} goals are met; those that are not say so.",
        "",
        "![The figures with a goal, drawn against it](table.svg)",
        "",
        *machine(scale, seconds),
    ]
    for title, figures in sections:
        text += [
            "",
            f"## {title}",
            "",
            "| what | figure | spread | goal | | |",
            "| --- | ---: | --- | --- | --- | --- |",
        ]
        text += [
            f"| {f.what} | {number(f.value, f.unit)} | {spread(f)} | {goal(f)} | {_mark(f)} | {f.detail} |"
            for f in figures
        ]
    return "\n".join(text) + "\n"


def _mark(figure: Figure) -> str:
    return "not measured" if figure.value is None else _MARK[figure.met]


def machine(scale: Scale, seconds: float) -> list[str]:
    """What it ran on, line by line."""
    found = []
    for name in _PACKAGES:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            found.append(f"{name} not installed")
    system = f"{platform.system()} {platform.release()}"
    return [
        f"- {_processor()}, {os.cpu_count()} CPUs, {system}; load at the end {os.getloadavg()[0]:.1f}",
        f"- a commit of one row, WAL and FULL: {_commit(scale) * 1e6:.0f} µs (median)",
        f"- Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}; {', '.join(found)}",
        f"- {time.strftime('%Y-%m-%d')}; {scale.events:,} events caught up with, {scale.singles:,} one a turn, "
        f"{scale.log:,} in the large log; {seconds / 60:.0f} minutes",
    ]


def _processor() -> str:
    if sys.platform == "linux":
        for text in Path("/proc/cpuinfo").read_text().splitlines():
            if text.startswith("model name"):
                return text.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _commit(scale: Scale) -> float:
    times = []
    with scale.scratch() as folder:
        connection = connect(folder / "commit.db", "CREATE TABLE t(a)")
        for value in range(200):
            began = time.perf_counter()
            connection.execute("INSERT INTO t VALUES (?)", (value,))
            times.append(time.perf_counter() - began)
        connection.close()
    return sorted(times)[len(times) // 2]


_WIDTH, _LEFT, _ROW, _BAR, _HALF, _VALUES = 1000, 540, 22, 16, 160, 880


def _svg(sections: Sections) -> str:
    """Every figure with a goal as a bar; the goal is one line for all, so what reaches past it is met.

    How far a bar reaches is value / goal where more is better and goal / value where less is, up to twice the goal.
    """
    shown = [(f, f.goal) for _, figures in sections for f in figures if f.goal is not None]
    height = 56 + _ROW * len(shown)
    at = _LEFT + _HALF
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" font-family="sans-serif" '
        'font-size="12">',
        f'<rect width="{_WIDTH}" height="{height}" fill="#ffffff"/>',
        f'<text x="{at}" y="20" text-anchor="middle" fill="#444">goal</text>',
    ]
    for index, (figure, asked) in enumerate(shown):
        y = 34 + index * _ROW
        name = escape(_short(figure))
        parts.append(f'<text x="{_LEFT - 10}" y="{y + 12}" text-anchor="end" fill="#222">{name}</text>')
        if figure.value is None:
            parts.append(f'<text x="{_VALUES}" y="{y + 12}" fill="#777">not measured</text>')
            continue
        reach = figure.value / asked if figure.better == "more" else asked / max(figure.value, 1e-9)
        width = min(reach, 2.0) * _HALF
        colour = "#4a7fb5" if figure.met else "#c8503c"
        label = number(figure.value, figure.unit) + ("" if figure.met else " missed")
        parts.append(f'<rect x="{_LEFT}" y="{y}" width="{width:.1f}" height="{_BAR}" fill="{colour}"/>')
        parts.append(f'<text x="{_VALUES}" y="{y + 12}" fill="{colour}">{label}</text>')
    parts.append(f'<line x1="{at}" y1="26" x2="{at}" y2="{height - 16}" stroke="#444" stroke-dasharray="3 3"/>')
    return "\n".join([*parts, "</svg>", ""])


def _short(figure: Figure) -> str:
    return f"{figure.what.replace('`', '')}  ({goal(figure).replace(' ×', '×')})"
