"""A breakpoint: a condition, from which time on it counts, and what is done then."""

from typing import Literal

import msgspec

from pmtui.model.point import Point
from pmtui.workers.breakpoints.condition import AtPoint, Condition, write

Deed = Literal["pause", "crash"]


class Breakpoint(msgspec.Struct, frozen=True):
    """Where a worker stops by itself.

    Attributes:
        number: what it is called by.
        condition: where. It is hit at the first point of an event's turn at which all its terms are known to hold,
            and at most once in a turn.
        from_hit: hits before this one, counted from 1, are only counted.
        deed: what is done: pause there, or die there with SIGKILL.
    """

    number: int
    condition: Condition
    from_hit: int = 1
    deed: Deed = "pause"

    def __str__(self) -> str:
        """What a person would type for it."""
        hits = f" from hit {self.from_hit}" if self.from_hit > 1 else ""
        return f"{write(self.condition)}{hits}{' then crash' if self.deed == 'crash' else ''}"

    @property
    def in_larger_turns(self) -> bool:
        """Whether it names a point that only a turn of many events has."""
        return any(isinstance(term, AtPoint) and Point.parse(term.point).target is not None for term in self.condition)


def at_point(point: Point, deed: Deed, number: int = 0) -> Breakpoint:
    """One at exactly this point."""
    return Breakpoint(number, (AtPoint(str(point)),), deed=deed)
