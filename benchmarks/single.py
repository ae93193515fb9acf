"""One event a turn: two commits an event."""

from collections.abc import Iterator
from pathlib import Path

from benchmarks import loop, ours
from benchmarks.apps import simple
from benchmarks.measure import Figure, Scale, in_turn, ratio
from benchmarks.seeds import copy, seed


def compare(scale: Scale) -> Iterator[Figure]:
    """Ours with and without a thread against a plain loop with two commits an event."""
    with scale.scratch() as folder:
        log = seed(folder / "seed.db", scale.singles, orders=max(1, scale.singles // 12))
        found = in_turn(
            scale.rounds,
            {
                "inline": lambda: _ours(scale, log),
                "plain": lambda: _plain(scale, log),
                "thread": lambda: _ours(scale, log, thread=True),
            },
        )
    yield ratio("one event a turn: one hop a turn / plain loop", found["thread"], found["plain"], 0.6)
    yield ratio("one event a turn: no thread / plain loop", found["inline"], found["plain"], 0.85)


def _ours(scale: Scale, log: Path, *, thread: bool = False) -> float:
    with scale.scratch() as folder:
        copy(log, folder)
        return ours.rate(simple, folder, scale.singles, 1, thread=thread)


def _plain(scale: Scale, log: Path) -> float:
    with scale.scratch() as folder:
        copy(log, folder)
        return loop.rate(loop.PLAIN, folder, scale.singles, 1)
