"""Catching up: one manager, one source, one action an event."""

from collections.abc import Iterator
from pathlib import Path

from benchmarks import loop, ours, peer
from benchmarks.apps import simple
from benchmarks.measure import Figure, Scale, in_turn, ratio
from benchmarks.seeds import copy, seed

ORDERS = 5_000
_TUNED = "decode and encode by msgspec, multi-row VALUES"


def compare(scale: Scale) -> Iterator[Figure]:
    """Ours with and without a thread against the plain loop, the tuned limit and eventsourcing."""
    with scale.scratch() as folder:
        log = seed(folder / "seed.db", scale.events, orders=ORDERS)
        found = in_turn(
            scale.rounds,
            {
                "inline": lambda: _ours(scale, log),
                "plain": lambda: _loop(scale, log, loop.PLAIN),
                "thread": lambda: _ours(scale, log, thread=True),
                "tuned": lambda: _loop(scale, log, loop.TUNED),
            },
        )
    yield ratio("catching up: no thread / plain loop", found["inline"], found["plain"], 1.3)
    yield ratio("catching up: one hop a turn / plain loop", found["thread"], found["plain"], 1.3)
    yield ratio("catching up: no thread / tuned limit", found["inline"], found["tuned"], 0.65, _TUNED)
    yield ratio("catching up: one hop a turn / tuned limit", found["thread"], found["tuned"], 0.65, _TUNED)
    yield ratio("the tuned limit / plain loop", found["tuned"], found["plain"])
    yield peer.figure("one hop a turn", scale, found["thread"])


def _ours(scale: Scale, log: Path, *, thread: bool = False) -> float:
    with scale.scratch() as folder:
        copy(log, folder)
        return ours.rate(simple, folder, scale.events, thread=thread)


def _loop(scale: Scale, log: Path, tools: loop.Tools) -> float:
    with scale.scratch() as folder:
        copy(log, folder)
        return loop.rate(tools, folder, scale.events)
