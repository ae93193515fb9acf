"""Exploring an app over its logs: the way in."""

import time
from collections.abc import Callable, Mapping, Sequence

from pmtui.explorer.following import follow
from pmtui.explorer.remembering import RememberingDecider
from pmtui.explorer.search import Found, Orders, OutOfBounds, Search
from pmtui.explorer.tell import violation_of
from pmtui.explorer.verdict import Bounds, Progress, Replayed, Step, Verdict
from pmtui.explorer.world import World
from pmtui.model.app import App, Receiver
from pmtui.storage.log import Row

_ORDERS = {"all": "every order", "oldest": "the oldest first"}


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
    """
    began = time.monotonic()
    world = _world(app, logs, receivers)
    search = Search(world, orders, bounds, watch, began)
    beginning = world.snapshot()
    violation, why = None, ""
    try:
        search.run()
    except Found as found:
        world.restore(beginning)
        turns = follow(world, found.steps).turns
        violation = violation_of(app, found.wrong, found.manager, found.steps, turns)
    except OutOfBounds as bound:
        why = str(bound)
    return Verdict(
        "violated" if violation else "incomplete" if why else "holds",
        search.states,
        search.edges,
        _ORDERS.get(str(orders), f"{orders} orders"),
        time.monotonic() - began,
        violation,
        why=why,
    )


def replay(
    app: App,
    logs: Mapping[str, Sequence[Row]],
    steps: Sequence[Step],
    *,
    receivers: Mapping[str, Receiver] | None = None,
) -> Replayed:
    """Take the steps of a story again.

    Args:
        app, logs, receivers: as in `explore`.
        steps: of a violation, perhaps fewer.
    """
    followed = follow(_world(app, logs, receivers), steps)
    violation = None
    if followed.wrong is not None:
        taken = steps[: len(followed.turns)]
        violation = violation_of(app, followed.wrong, followed.manager, taken, followed.turns)
    return Replayed(followed.whole, violation)


def _world(app: App, logs: Mapping[str, Sequence[Row]], receivers: Mapping[str, Receiver] | None) -> World:
    receivers = {name: context.receiver for name, context in app.contexts.items()} | dict(receivers or {})
    deciders = {
        name: RememberingDecider(app, manager, lambda picked, instance, decision: None)
        for name, manager in app.managers.items()
    }
    return World(app, logs, app.managers, receivers, deciders)
