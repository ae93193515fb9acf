"""Exploring an app over its logs: the way in."""

import os
from collections.abc import Callable, Mapping, Sequence

from pmtui.explorer.again import AGAIN
from pmtui.explorer.checks import Checks, Failed
from pmtui.explorer.exploration import Exploration, receivers_of
from pmtui.explorer.following import follow, world_of
from pmtui.explorer.search import Orders
from pmtui.explorer.tell import violation_of
from pmtui.explorer.turns import Wrong
from pmtui.explorer.verdict import Bounds, Kind, Progress, Replayed, Step, Verdict
from pmtui.explorer.world import World
from pmtui.model.app import App, Receiver
from pmtui.model.errors import InputError
from pmtui.storage.log import Row


def explore(
    app: App,
    logs: Mapping[str, Sequence[Row]],
    *,
    receivers: Mapping[str, Receiver] | None = None,
    orders: Orders = "all",
    bounds: Bounds = Bounds(),  # noqa: B008  (frozen)
    watch: Callable[[Progress], None] | None = None,
    order_independent: bool = False,
) -> Verdict:
    """Look whether any number of crashes, at any points, can make the app's managers do anything wrong.

    Args:
        app: whose managers.
        logs: the events from outside by context, see `outside`.
        receivers: by context; what the app says where it is left out.
        orders: of the sources: all, the oldest event first, or so many random ones.
        bounds: where to stop.
        watch: told now and then how far it has come.
        order_independent: whether all orders must come to the same end.

    Returns:
        The verdict; `holds` only if everything was covered.

    Raises:
        InputError: it was called while the app's file was imported, in the process that does so once more.
    """
    if os.environ.get(AGAIN):
        raise InputError("explore imports the app's file once more: call it under `if __name__ == '__main__':`")
    exploration = Exploration(
        app, logs, receivers_of(app, receivers), orders, bounds, watch, order_independent=order_independent
    )
    return exploration.run()


def replay(
    app: App,
    logs: Mapping[str, Sequence[Row]],
    steps: Sequence[Step],
    *,
    receivers: Mapping[str, Receiver] | None = None,
    orders: Orders = "all",
) -> Replayed:
    """Take the steps of a story again.

    Args:
        app: whose managers.
        logs: the events from outside by context, perhaps fewer.
        steps: of a violation, perhaps fewer.
        receivers: as they were when it was found.
        orders: likewise.
    """
    arriving = {step.sources[0] for step in steps if step.what == "arrived"}
    world = world_of(app, logs, receivers_of(app, receivers), arriving=arriving, timed=orders == "oldest")
    followed = follow(world, steps)
    wrong = followed.wrong
    if wrong is None and followed.whole:
        wrong = _checked(app, world)
    violation = None
    if wrong is not None:
        taken = steps[: len(followed.turns)]
        violation = violation_of(app, wrong, followed.manager, taken, followed.turns, world.events())
    return Replayed(followed.whole, violation)


def _checked(app: App, world: World) -> Wrong | None:
    """What the user's own checks say of the state that a story has come to."""
    checks = Checks(app)
    kind: Kind = "invariant"
    try:
        checks.state(world)
        if not world.goes_on():
            kind = "eventually"
            checks.end(world)
    except Failed as failed:
        return Wrong(kind, failed.sentence, None, failed.place)
    return None
