"""How far an exploration may go, and telling how far it has come."""

import time
from collections.abc import Callable

from pmtui.explorer.verdict import Bounds, Progress


class OutOfBounds(Exception):
    """A bound was reached; the text says which."""


class Budget:
    """Counts states, edges and seconds.

    Args:
        bounds: where to stop.
        watch: told how far it has come.
        kept_back: which part of the states and seconds is kept back until `release`.

    Attributes:
        states, edges: of what was covered, and of what is in hand when it was last looked at.
    """

    def __init__(self, bounds: Bounds, watch: Callable[[Progress], None] | None, kept_back: float) -> None:
        self.states = 0
        self.edges = 0
        self._bounds = bounds
        self._share = 1 - kept_back
        self._watch = watch
        self._began = time.monotonic()
        self._covered = (0, 0)

    def begin(self) -> None:
        """What was done until now does not count."""
        self._began = time.monotonic()

    @property
    def seconds(self) -> float:
        """How long it has taken so far."""
        return time.monotonic() - self._began

    def look(self, states: int, edges: int, frontier: int) -> None:
        """The part in hand has come so far.

        Raises:
            OutOfBounds: it may go no further.
        """
        self.states, self.edges = self._covered[0] + states, self._covered[1] + edges
        seconds = self.seconds
        if self._watch is not None:
            self._watch(Progress(self.states, self.edges, frontier, seconds))
        if self.states >= self._bounds.states * self._share:
            raise OutOfBounds(f"{self._bounds.states:,} states")
        if seconds >= self._bounds.seconds * self._share:
            raise OutOfBounds(f"{self._bounds.seconds:g} seconds")

    def release(self) -> None:
        """What was kept back may be used."""
        self._share = 1.0

    def spent(self, states: int, edges: int) -> None:
        """A part is covered."""
        self._covered = self._covered[0] + states, self._covered[1] + edges
        self.states, self.edges = self._covered
