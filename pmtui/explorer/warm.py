"""The first thing that is looked at: a restart between two events changes nothing."""

from collections.abc import Callable, Mapping

from pmtui.explorer.parts import Logs, Touched
from pmtui.explorer.turns import Wrong
from pmtui.explorer.watchedlog import Numbers
from pmtui.explorer.words import events_of
from pmtui.explorer.world import World
from pmtui.handling.clock import VirtualClock
from pmtui.handling.drive import run
from pmtui.handling.runner import Runner
from pmtui.handling.sources import oldest
from pmtui.handling.turn import Turn
from pmtui.model.app import App, Receiver
from pmtui.model.errors import PmtuiError

_TURNS = 5_000
"""After so many turns it is enough: a system that feeds itself never ends."""


def warm_differs(
    app: App, logs: Logs, receivers: Mapping[str, Receiver], touched: Touched, over: Callable[[], bool]
) -> tuple[Wrong, str] | None:
    """Run everything twice, event by event, the oldest first: with workers that stay, and with a new one each turn.

    Args:
        app: whose managers.
        logs: the events from outside.
        receivers: by context.
        touched: told what is read and appended.
        over: whether there is no time left.

    Returns:
        What is wrong and with which manager, where the two come to differ; else None. Handling that fails ends it, and
        so does the time.
    """
    numbers = Numbers()
    warm, cold = (
        World(app, logs, app.managers, receivers, {}, touched, timed=True, whole=True, numbers=numbers)
        for _ in range(2)
    )
    clocks = {name: VirtualClock() for name in app.managers}
    stay = {name: _started(warm.runner(name, oldest, clocks[name])) for name in app.managers}
    for _ in range(_TURNS):
        idle = True
        if over():
            return None
        for manager in app.managers:
            due = 0 if any(cold.ready(manager, 1).values()) else cold.due(manager) or 0
            clocks[manager].reached(due)
            try:
                kept = _turn(stay[manager])
                new = _turn(_started(cold.runner(manager, oldest, VirtualClock(due))))
            except PmtuiError:
                return None
            idle = idle and kept is None and new is None
            if warm.snapshot().full != cold.snapshot().full:
                turn = kept or new
                where = events_of(turn) if turn is not None else "the beginning"
                sentence = f"{where} ends otherwise when the worker is restarted before it, without any crash"
                return Wrong("warm", sentence, turn), manager
        if idle:
            return None
    return None


def _started(runner: Runner) -> Runner:
    run(runner.start(0, ""))
    return runner


def _turn(runner: Runner) -> Turn | None:
    """One whole turn; None if there was nothing to do."""

    async def whole() -> bool:
        return bool([point async for point in runner.take(1)])

    return runner.turn if run(whole()) else None
