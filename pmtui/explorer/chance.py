"""One random order of everything that could be next, always the same one for its number."""

import random
from collections.abc import Hashable, Sequence
from typing import TypeVar

_CHANGES = 3
_DEPTH = 200

_T = TypeVar("_T", bound=Hashable)


class Chance:
    """Probabilistic concurrency testing: random priorities, which change at a few random places.

    A fault that needs few switches at the right places is found with a fair chance, which a fair coin at each step
    would hardly give.

    Args:
        number: of the order.
    """

    def __init__(self, number: int) -> None:
        chance = random.Random(number)  # noqa: S311  (no secret: the same number gives the same order)
        self._changes = [chance.randrange(_DEPTH) for _ in range(_CHANGES)]
        self._number = number

    def choose(self, choices: Sequence[_T], depth: int) -> _T:
        """Which of some choices comes next, after so many turns."""
        era = sum(depth >= change for change in self._changes)
        return max(choices, key=lambda choice: self._priority(era, choice))

    def _priority(self, era: int, choice: Hashable) -> float:
        return random.Random(f"{self._number} {era} {choice}").random()  # noqa: S311
