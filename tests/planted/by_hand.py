"""A plain check of one app, without the explorer: every order of its logs, one crash at every point, turns of several
sizes. What it finds is a lower bound of what is wrong.

Each worker gets the app from its file anew, as a new process does.
"""

import itertools
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest

from pmtui.handling.clock import VirtualClock
from pmtui.handling.decide import event_of
from pmtui.model.app import App
from pmtui.model.errors import PmtuiError
from pmtui.storage.log import Row
from pmtui.storage.memory.log import MemoryLog
from tests.handling.kit import LARGE, World, at, steps

from .table import Planted

LIMITS = (1, 2, 3, LARGE)


class End(NamedTuple):
    """What a run has come to: each stream's (type, data), what is wrong with it by itself, and whether it crashed."""

    streams: dict[str, list[tuple[str, dict[str, Any]]]]
    wrong: str
    crashed: bool = False


class Seen:
    """What an invariant sees of a world."""

    def __init__(self, world: World) -> None:
        self._world = world

    def log(self, context: str) -> list[Any]:
        return [event_of(context, row) for row in self._world.rows(context)]


def findings(case: Planted, side: str) -> list[str]:
    """Everything that is wrong, in a few words each."""
    with pytest.MonkeyPatch.context() as patch:
        if side == "wrong" and case.hook is not None:
            case.hook(patch)
        return list(_findings(case, side))


def _findings(case: Planted, side: str) -> Iterator[str]:
    calm = [(order, limit, live(case, side, order, limit)) for order in orders(case) for limit in LIMITS]
    yield from (f"{told(order, limit)}: {end.wrong}" for order, limit, end in calm if end.wrong)
    ends = [end.streams for _, _, end in calm]
    if case.order_independent and any(streams != ends[0] for streams in ends):
        yield "ends differ by the order of the sources"
    for order, limit in itertools.product(orders(case), LIMITS):
        for late in (None, *order):
            for n in itertools.count():
                end = live(case, side, order, limit, crash=n, late=late)
                if not end.crashed:
                    break
                if end.wrong or end.streams not in ends:
                    yield f"{told(order, limit)}, crash {n}, {late} late: {end.wrong or 'another end'}"


def orders(case: Planted) -> list[dict[str, list[Row]]]:
    """The logs, with times so that their events come in every order there is (but for timers)."""
    rows = case.rows()
    sources = [context for context in rows for _ in rows[context]]
    times = sorted(event.second for event in case.events)
    found = []
    for order in sorted(set(itertools.permutations(sources))) if len(rows) > 1 else [tuple(sources)]:
        left = {context: iter(each) for context, each in rows.items()}
        logs: dict[str, list[Row]] = {context: [] for context in rows}
        for context, second in zip(order, times, strict=True):
            logs[context].append(next(left[context])._replace(recorded_at=at(second)))
        found.append(logs)
    return found


def told(logs: dict[str, list[Row]], limit: int) -> str:
    events = sorted((row.recorded_at, f"{context}@{row.position}") for context in logs for row in logs[context])
    return f"{', '.join(name for _, name in events)} in turns of {limit}"


def live(
    case: Planted,
    side: str,
    logs: dict[str, list[Row]],
    limit: int,
    *,
    crash: int | None = None,
    late: str | None = None,
) -> End:
    """Handle everything.

    Args:
        case, side: the app.
        logs: what happened outside.
        limit: how many events a turn has at most.
        crash: at which point to crash, from 0; None: never.
        late: a context whose events arrive only after the crash.
    """
    world = World(case.app(side))
    fill(world, {context: rows for context, rows in logs.items() if context != late})
    crashed = False
    wrong = ""
    try:
        if crash is not None:
            for n, _ in enumerate(life(world, world.app, limit)):
                check(world, "invariants")
                if n == crash:
                    crashed = True
                    break
            if late is not None:
                fill(world, {late: logs[late]})
        for _ in life(world, world.app if case.outlives else case.app(side), limit):
            check(world, "invariants")
        check(world, "eventualities")
    except (PmtuiError, AssertionError) as error:
        wrong = str(error)
    return End(world.streams(*world.app.contexts), wrong, crashed)


def life(world: World, app: App, limit: int) -> Iterator[str]:
    """Every point of a worker's life; when nothing is left, time passes to the next timer."""
    clock = VirtualClock()
    runner = world.runner({name: context.receiver for name, context in app.contexts.items()}, clock, app)
    while True:
        some = False
        for point in steps(runner, limit):
            some = True
            yield point
        if not some:
            if runner.next_due is None:
                return
            clock.reached(runner.next_due)


def check(world: World, kind: str) -> None:
    """Ask the app's invariants."""
    functions: dict[str, Callable[[Seen], None]] = getattr(world.app, kind)
    for function in functions.values():
        function(Seen(world))


def fill(world: World, logs: dict[str, list[Row]]) -> None:
    """Let events from outside arrive in logs that have none yet."""
    for context, rows in logs.items():
        world.logs[context].state = MemoryLog(context, rows).state
