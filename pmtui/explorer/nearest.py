"""The nearest story that does not fail: the same, but the worker is killed at another point, or not at all."""

from collections.abc import Iterator, Sequence

import msgspec

from pmtui.explorer.story import Story
from pmtui.explorer.verdict import Step
from pmtui.model.app import App
from pmtui.model.point import Point

_ACTIONS = 8
"""So many actions are looked at after the one that a worker was killed at."""


def nearest(app: App, story: Story) -> str:
    """What must be otherwise for nothing to be wrong, as `killed after saving`; empty where nothing near is right."""
    if not story.by_steps:
        return ""
    steps = story.violation.steps
    for place, step in reversed([*enumerate(steps)]):
        if step.what == "crash" and not step.targets:
            for words, others in _others(app, steps, place):
                whole, violation = story.taken(app, others)
                if whole and violation is None:
                    return words
    return ""


def _others(app: App, steps: Sequence[Step], place: int) -> Iterator[tuple[str, Sequence[Step]]]:
    """The story with one crash a point later, or a point earlier, or without it, and no further than that turn."""
    step, at = steps[place], Point.parse(steps[place].point)
    acts_first = app.managers[step.manager].cls.delivery == "act-then-save"
    if at.phase in ("acted", "saved") and at.target is None:
        number = -1 if at.action is None else at.action
        later = [_acted(at, n) for n in range(number + 1, number + 1 + _ACTIONS)]
        for point in (*later, _saved(at)) if acts_first else later:
            yield f"killed after {_what(point)}", (*steps[:place], _at(step, point))
        if number > 0:
            yield f"killed after {_what(_acted(at, number - 1))}", (*steps[:place], _at(step, _acted(at, number - 1)))
    if acts_first:
        yield "not killed", (*steps[:place], msgspec.structs.replace(step, what="handled", point=str(_saved(at))))


def _at(step: Step, point: Point) -> Step:
    return msgspec.structs.replace(step, point=str(point))


def _acted(at: Point, action: int) -> Point:
    return Point(at.manager, at.source, at.position, "acted", action)


def _saved(at: Point) -> Point:
    return Point(at.manager, at.source, at.position, "saved")


def _what(point: Point) -> str:
    return "saving" if point.phase == "saved" else f"action {(point.action or 0) + 1}"
