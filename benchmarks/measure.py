"""Measuring sides in turn, and what comes out of it."""

import statistics
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal


@dataclass(frozen=True)
class Scale:
    """How much is measured.

    Attributes:
        events: in a log that is caught up with.
        singles: events that are handled one a turn.
        rounds: how often each side has its turn.
        log: events of the large log.
        samples: single measurements (appends, processes).
        folder: where files go for the time being.
    """

    events: int
    singles: int
    rounds: int
    log: int
    samples: int
    folder: Path

    @contextmanager
    def scratch(self) -> Iterator[Path]:
        """A folder that is gone afterwards."""
        with tempfile.TemporaryDirectory(dir=self.folder, prefix="pmtui-bench-") as folder:
            yield Path(folder)


@dataclass(frozen=True)
class Figure:
    """One row of the table: a value, its spread over the rounds, its goal and what it was made from."""

    what: str
    value: float | None
    unit: Literal["×", "s", "ms", "µs", "MB", "KB", "%", ""] = "×"
    low: float | None = None
    high: float | None = None
    goal: float | None = None
    better: Literal["more", "less"] = "more"
    detail: str = ""

    @property
    def met(self) -> bool | None:
        """Whether the goal is reached; None where there is none, or nothing could be measured."""
        if self.goal is None or self.value is None:
            return None
        return self.value >= self.goal if self.better == "more" else self.value <= self.goal


def in_turn(rounds: int, sides: dict[str, Callable[[], float]]) -> dict[str, list[float]]:
    """Run every side once a round, another one first each time; what each returned, round by round."""
    found: dict[str, list[float]] = {name: [] for name in sides}
    names = list(sides)
    for number in range(rounds):
        first = number % len(names)
        for name in names[first:] + names[:first]:
            found[name].append(sides[name]())
    return found


def ratio(
    what: str, ours: Sequence[float], other: Sequence[float], goal: float | None = None, detail: str = ""
) -> Figure:
    """How many times the other side's rate ours is, compared round by round."""
    ratios = [a / b for a, b in zip(ours, other, strict=True)]
    rates = f"{statistics.median(ours):,.0f}/s against {statistics.median(other):,.0f}/s"
    detail = f"{rates}; {detail}" if detail else rates
    return Figure(what, statistics.median(ratios), "×", min(ratios), max(ratios), goal, detail=detail)


def percentile(values: Sequence[float], part: float) -> float:
    """The value that this part of all values does not exceed."""
    return sorted(values)[min(len(values) - 1, int(len(values) * part))]
