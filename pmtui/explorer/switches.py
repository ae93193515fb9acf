"""The orders with the fewest switches of the source first, where there are too many to cover all of them."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from pmtui.explorer.plans import Plan
from pmtui.explorer.snapshot import Snapshot

Choice = tuple[str, Plan]
"""A manager's turn, or without a manager an event that arrives in a context."""

Origin = tuple[str, str]
"""Of which manager's which source something was; of an event that arrived: none, and its context."""


class Waiting(NamedTuple):
    """A state that was found and not expanded yet.

    Attributes:
        snapshot: what is durable in it.
        except_for: the manager whose turn was taken already; none if it is empty.
        last: where the last event on the way to it came from; None at the beginning.
        only: the one choice that is to be taken now; None: all there are.
    """

    snapshot: Snapshot
    except_for: str = ""
    last: Origin | None = None
    only: Choice | None = None


class Switches:
    """Puts a choice off until everything that takes fewer switches is done.

    A switch is that the next event comes from another source than the one before, or is another manager's. So the
    orders in which a person would look for a fault first are covered first, however long they are. Turns of several
    events count with the switches in them; those whose sources are only known when they are taken are left out.
    """

    def __init__(self) -> None:
        self._so_far = 0
        self._taken: set[tuple[int, str, Plan]] = set()
        self._known: set[tuple[int, str, Origin | None]] = set()
        self._put_off: dict[int, list[Waiting]] = {}

    def new(self, at: Waiting) -> bool:
        """Whether a state was not found before after an event of the same origin."""
        known = at.snapshot.key, at.except_for, at.last
        if known in self._known:
            return False
        self._known.add(known)
        return True

    def now(self, at: Waiting, choices: Sequence[Choice]) -> list[Choice]:
        """Those choices that take no further switch, each once; the others are put off."""
        now: list[Choice] = []
        for choice in choices:
            manager, plan = choice
            if (not plan.sources and plan.size > 1) or (at.snapshot.key, manager, plan) in self._taken:
                continue
            switches = 0 if at.only is not None else _switches(at.last, choice)
            if switches:
                self._put_off.setdefault(self._so_far + switches, []).append(at._replace(only=choice))
            else:
                self._taken.add((at.snapshot.key, manager, plan))
                now.append(choice)
        return now

    def more(self) -> list[Waiting]:
        """What takes the next higher number of switches; nothing if nothing was put off."""
        if not self._put_off:
            return []
        self._so_far = min(self._put_off)
        return self._put_off.pop(self._so_far)


def _switches(last: Origin | None, choice: Choice) -> int:
    return sum(before != after for before, after in pairwise(_origins(last, choice)))


def _origins(last: Origin | None, choice: Choice) -> Iterator[Origin]:
    manager, plan = choice
    if last is not None:
        yield last
    for source in plan.sources:
        yield manager, source
