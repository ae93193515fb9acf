"""What a search has found so far. It keeps places and no rows, so that a million events cost little."""

import time
from bisect import bisect_left, bisect_right
from collections.abc import Awaitable, Callable

from pmtui.view.finding.search import Direction, Found

Slice = Callable[[int, Direction, int], Awaitable[Found]]
"""(place, direction, rows) → one slice of the search."""

MOST = 100_000
"""Places that are kept: the newest. With more the search ends."""

_FIRST, _FEWEST, _MOST_ROWS = 2_000, 20, 20_000
_SECONDS = 0.015
"""How long a slice should keep the database thread: rows that are long are taken fewer at a time."""

_ABOVE_ALL = 2**63 - 1


class Matches:
    """Places that match, found from the newest down, and onwards as new rows come.

    Args:
        look: makes one slice of the search.
        clock: in seconds.

    Attributes:
        places: those found, ascending.
        looked: how many rows were looked at.
        complete: whether all that was there was looked at, or as much as is kept.
    """

    def __init__(self, look: Slice, clock: Callable[[], float] = time.monotonic) -> None:
        self.places: list[int] = []
        self.looked = 0
        self.complete = False
        self._look = look
        self._clock = clock
        self._rows = _FIRST
        self._low = _ABOVE_ALL
        self._high = 0

    @property
    def full(self) -> bool:
        """Whether there are more than are kept."""
        return len(self.places) >= MOST

    async def go_on(self) -> bool:
        """Make one slice, first of what is new; whether there was anything left to look at."""
        new = await self._slice(self._high, "up") if self._high or self.complete else None
        if new is not None and new.looked:
            self.places += new.places
            self._high = new.reached
            return True
        if self.complete:
            return False
        found = await self._slice(self._low, "down")
        self.places[:0] = found.places
        self._high = max(self._high, found.newest)
        self._low = found.reached
        self.complete = found.ended or self.full
        return not self.complete

    async def _slice(self, place: int, direction: Direction) -> Found:
        began = self._clock()
        found = await self._look(place, direction, self._rows)
        took = self._clock() - began
        if took > 2 * _SECONDS:
            self._rows = max(_FEWEST, self._rows // 2)
        elif took < _SECONDS and not found.ended:
            self._rows = min(_MOST_ROWS, self._rows * 2)
        self.looked += found.looked
        return found

    def page(self, limit: int, after: int | None, before: int | None) -> tuple[list[int], bool, bool]:
        """Up to `limit` places above `after`, or the last ones below `before`, or the newest; and whether there are
        others found before and after them."""
        if after is not None:
            first = bisect_right(self.places, after)
            last = min(len(self.places), first + limit)
        else:
            last = len(self.places) if before is None else bisect_left(self.places, before)
            first = max(0, last - limit)
        return self.places[first:last], first > 0, last < len(self.places)
