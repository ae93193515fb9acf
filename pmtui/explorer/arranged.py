"""A story as life would go through it: one event at a time, the oldest first."""

from datetime import timedelta

import msgspec

from pmtui.explorer.story import Story
from pmtui.model import instant
from pmtui.model.app import App
from pmtui.model.point import Point

_FIRES = timedelta(days=10_000)
"""When time passes until a timer comes due, what follows is so much later that it is."""


def arranged(app: App, story: Story) -> Story | None:
    """The same story where the oldest event always comes first, its events recorded at other times if need be.

    Args:
        app: whose managers.
        story: as it was found.

    Returns:
        None where there is no such story: its turns are larger, or what was appended comes too late for its order.
    """
    steps = tuple(step for step in story.violation.steps if step.what != "arrived")
    if any(len(step.sources) > 1 or step.targets for step in steps):
        return None
    oldest = msgspec.structs.replace(
        story, orders="oldest", violation=msgspec.structs.replace(story.violation, steps=steps)
    )
    for candidate in (oldest, _timed(oldest)):
        whole, violation = candidate.taken(app, candidate.violation.steps)
        if story.same(violation) if story.by_steps else whole:
            return candidate
    return None


def _timed(story: Story) -> Story:
    """With events recorded in the order in which the story handles them."""
    moment = min(instant.parse(row.recorded_at) for rows in story.logs.values() for row in rows)
    times: dict[tuple[str, int], str] = {}
    for step in story.violation.steps:
        moment += _FIRES if step.fires else timedelta(seconds=1)
        at = Point.parse(step.point)
        times.setdefault((at.source, at.position), instant.write(moment))
    logs = {
        name: [row._replace(recorded_at=times.get((name, row.position), row.recorded_at)) for row in rows]
        for name, rows in story.logs.items()
    }
    return msgspec.structs.replace(story, logs=logs)
