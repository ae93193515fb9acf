"""Exploring in a test: what does not hold is a failed assertion, which tells the story."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

import msgspec

from pmtui.explorer import Bounds, Verdict, explore
from pmtui.explorer.crashfile import crash_file, write_new
from pmtui.explorer.fresh import spec_of
from pmtui.explorer.nearest import nearest
from pmtui.explorer.redact import redact
from pmtui.explorer.shrink import shrink
from pmtui.explorer.story import Story, story_of
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
    keep: Path | None = None,
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
        keep: a folder for the story's `.crash.json`, without what the events say; left out, none is written.

    Returns:
        The verdict, which is `holds`.

    Raises:
        AssertionError: it does not hold, or a bound was reached; the message tells the story.
        InputError: an event is in no context of the app, or there are neither events nor logs, or both.
    """
    __tracebackhide__ = True
    if bool(events) == (logs is not None):
        raise InputError("explore takes either events, as event(context, type, …), or logs=…")
    logs = logs if logs is not None else logs_of(app, events)
    receivers: dict[str, Receiver] = dict.fromkeys(app.contexts, receiver) if receiver is not None else {}
    verdict = explore(
        app,
        logs,
        receivers=receivers,
        orders=orders,
        order_independent=order_independent,
        bounds=bounds or Bounds(),
    )
    if verdict.violation is not None:
        story = story_of(
            app,
            verdict.violation,
            logs,
            receivers=receivers,
            orders=orders,
            order_independent=order_independent,
        )
        story = shrink(app, story).story
        verdict = msgspec.structs.replace(verdict, violation=story.violation)
        raise AssertionError("\n".join([_told(app, verdict), *_kept(app, story, keep)]))
    if verdict.verdict != "holds":
        raise AssertionError(_told(app, verdict))
    return verdict


def _kept(app: App, story: Story, folder: Path | None) -> list[str]:
    """Where a story is kept."""
    if folder is None:
        return []
    clean, kept = redact(app, story)
    found = spec_of(app)
    file = crash_file(
        clean,
        app,
        os.path.relpath(found, folder) if found is not None else "",
        redacted=True,
        kept=kept,
        nearest=nearest(app, story),
    )
    try:
        return [f"the story is kept in {write_new(folder, file)}"]
    except OSError as error:
        return [f"the story could not be written to {folder}: {error.strerror}"]


def _told(app: App, verdict: Verdict) -> str:
    """The smallest story of a verdict that is no pass."""
    searched = f"{verdict.states:,} states, {verdict.edges:,} edges, {verdict.orders}"
    violation = verdict.violation
    if violation is None:
        return f"{app.name}: {verdict.verdict}, {verdict.why} reached ({searched}); this is no pass"
    steps = [f"  {number}. {step}" for number, step in enumerate(violation.story, 1)]
    place = [f"at {violation.at}"] if violation.at else []
    return "\n".join([f"{app.name}: {verdict.verdict} ({searched})", violation.sentence, *steps, *place])
