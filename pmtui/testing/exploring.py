"""Exploring in a test: what does not hold is a failed assertion, which tells the story."""

from collections.abc import Mapping, Sequence
from typing import Literal

from pmtui.explorer import Bounds, Verdict, explore
from pmtui.model.app import App, Receiver
from pmtui.model.errors import InputError
from pmtui.storage.log import Row
from pmtui.testing.told import Told, logs_of


def survives(
    app: App,
    *events: Told,
    logs: Mapping[str, Sequence[Row]] | None = None,
    receiver: Receiver | None = None,
    orders: Literal["all", "oldest"] | int = "all",
    order_independent: bool = False,
    bounds: Bounds | None = None,
) -> Verdict:
    """Assert that an app's managers survive every number of crashes at every point.

    Args:
        app: whose managers.
        events: what happens outside, as `event` makes it; a second apart, unless an event says when.
        logs: instead of events, the rows of each context's log.
        receiver: of all contexts; left out, what the app says of each.
        orders: of the sources, as `pmtui.explorer.explore` takes them.
        order_independent: whether all orders must come to the same end.
        bounds: where to stop.

    Returns:
        The verdict, which is `holds`.

    Raises:
        AssertionError: it does not hold, or a bound was reached; the message tells the story.
        InputError: an event is in no context of the app, or there are neither events nor logs, or both.
    """
    __tracebackhide__ = True
    if bool(events) == (logs is not None):
        raise InputError("explore takes either events, as event(context, type, …), or logs=…")
    verdict = explore(
        app,
        logs if logs is not None else logs_of(app, events),
        receivers=dict.fromkeys(app.contexts, receiver) if receiver is not None else None,
        orders=orders,
        order_independent=order_independent,
        bounds=bounds or Bounds(),
    )
    if verdict.verdict != "holds":
        raise AssertionError(_told(app, verdict))
    return verdict


def _told(app: App, verdict: Verdict) -> str:
    """The story of a verdict that is no pass."""
    searched = f"{verdict.states:,} states, {verdict.edges:,} edges, {verdict.orders}"
    violation = verdict.violation
    if violation is None:
        return f"{app.name}: {verdict.verdict}, {verdict.why} reached ({searched}); this is no pass"
    steps = [f"  {number}. {step}" for number, step in enumerate(violation.story, 1)]
    place = [f"at {violation.at}"] if violation.at else []
    return "\n".join([f"{app.name}: {verdict.verdict} ({searched})", violation.sentence, *steps, *place])
