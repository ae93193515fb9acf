"""How far an exploration may go, and telling how far it has come."""

import time
from collections.abc import Callable
from typing import NamedTuple

from pmtui.explorer.verdict import Bounds, Progress


class OutOfBounds(Exception):
    """A bound was reached; the text says which."""


class Shares(NamedTuple):
    """Which parts of the states and of the seconds may be used."""

    states: float = 1.0
    seconds: float = 1.0


class Budget:
    """Counts states, edges and seconds; the seconds that are bounded are those since it was made.

    Args:
        bounds: where to stop.
        watch: told how far it has come.

    Attributes:
        states, edges: of what was covered, and of what is in hand when it was last looked at.
    """

    def __init__(self, bounds: Bounds, watch: Callable[[Progress], None] | None) -> None:
        self.states = 0
        self.edges = 0
        self._bounds = bounds
        self._shares = Shares()
        self._watch = watch
        self._made = self._began = time.monotonic()
        self._covered = (0, 0)

    def begin(self) -> None:
        """The search begins: `seconds` counts from now."""
        self._began = time.monotonic()

    def allow(self, shares: Shares) -> None:
        """So much of what is bounded may be used from now on."""
        self._shares = shares

    @property
    def seconds(self) -> float:
        """How long the search has taken so far."""
        return time.monotonic() - self._began

    @property
    def left(self) -> float:
        """How many seconds are left of the bound, whatever was done in the others; 0 if none are."""
        return max(0.0, self._made + self._bounds.seconds - time.monotonic())

    def over(self) -> bool:
        """Whether none of the time is left that may be used."""
        return self.left <= self._bounds.seconds * (1 - self._shares.seconds)

    @property
    def bound(self) -> str:
        """The bound on the time, in words."""
        return f"{self._bounds.seconds:g} seconds"

    def look(self, states: int, edges: int, frontier: int) -> None:
        """The part in hand has come so far.

        Raises:
            OutOfBounds: it may go no further.
        """
        self.states, self.edges = self._covered[0] + states, self._covered[1] + edges
        seconds = self.seconds
        if self._watch is not None:
            self._watch(Progress(self.states, self.edges, frontier, seconds))
        why = ""
        if self.states >= self._bounds.states * self._shares.states:
            why = f"{self._bounds.states:,} states"
        elif self.over():
            why = self.bound
        if why:
            self.spent(states, edges)
            raise OutOfBounds(why)

    def spent(self, states: int, edges: int) -> None:
        """A part is covered."""
        self._covered = self._covered[0] + states, self._covered[1] + edges
        self.states, self.edges = self._covered
