"""A worker that has just started, as the explorer wants it: one for each manager, started again for each turn."""

from collections.abc import Callable, Mapping

from pmtui.explorer.plans import Plan
from pmtui.handling.clock import Clock, VirtualClock
from pmtui.handling.drive import run
from pmtui.handling.runner import Runner
from pmtui.handling.sources import Order, Source, oldest

_NEVER = -1 << 62


class Cold:
    """The workers of one manager, each of which takes one turn.

    Args:
        make: a runner that goes by an order and a clock.
        timed: whether the time by the events handled matters, because timers go by it.
    """

    def __init__(self, make: Callable[[Order, Clock], Runner], *, timed: bool) -> None:
        self._script = _Script()
        self._none = 0 if timed else _NEVER
        self._clock = VirtualClock() if timed else _StillClock()
        self._runner = make(self._script, self._clock)

    def start(self, plan: Plan, due: int | None) -> Runner:
        """A worker that has just started, to take the turn of a plan.

        Args:
            plan: which sources come first.
            due: timers due at or before this instant fire (microseconds since 1970); None: none does by itself.
        """
        self._script.sources = plan.sources
        self._clock.at = self._none if due is None else due
        run(self._runner.start(0, ""))
        return self._runner


class _StillClock:
    """A clock for exploring all orders: timers fire when the explorer says so, and events bring no time with them."""

    at = _NEVER

    def horizon(self, upcoming: int | None) -> int:  # noqa: ARG002  (as said)
        return self.at

    def stamp(self) -> None:
        pass

    def reached(self, moment: int) -> None:
        pass


class _Script:
    """Events come from these sources, in this order, and wait where one has none; the oldest first if it is empty."""

    sources: tuple[str, ...] = ()

    def __call__(self, ready: Mapping[str, Source], taken: int) -> str | None:
        sources = self.sources
        if not sources:
            return oldest(ready, taken)
        name = sources[taken] if taken < len(sources) else None
        return name if name in ready else None
