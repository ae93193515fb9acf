"""What a manager's next turn can be."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from pmtui.handling.runner import LARGEST_TURN

SMALL = 4
"""Of so many events at hand every turn is taken: every size, every order of the sources."""


class Plan(NamedTuple):
    """What a manager's next turn is to be.

    Attributes:
        size: at most so many events.
        sources: the source of each; where it is left out, the oldest first.
        fires: whether the time comes first when the manager's next timer is due.

    Where a crash has interrupted a turn, that one is repeated whatever the plan.
    """

    size: int = 1
    sources: tuple[str, ...] = ()
    fires: bool = False


def larger(ready: Mapping[str, int]) -> Iterator[Plan]:
    """Turns of more than one event.

    Args:
        ready: how many events each source has; more than `SMALL` stands for any number.
    """
    total = sum(ready.values())
    if total <= SMALL:
        yield from (Plan(len(sources), sources) for sources in _orders(ready) if len(sources) > 1)
    else:
        yield from (Plan(size) for size in (2, 3, LARGEST_TURN))


def _orders(ready: Mapping[str, int]) -> Iterator[tuple[str, ...]]:
    """Every order in which some of the events can be taken."""
    for source, count in ready.items():
        if count:
            yield (source,)
            for rest in _orders({**ready, source: count - 1}):
                yield (source, *rest)
