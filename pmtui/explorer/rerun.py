"""Running a story again, as a command and as a test."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal, NamedTuple

import msgspec

from pmtui.explorer.crashfile import decoded
from pmtui.explorer.story import Story
from pmtui.explorer.verdict import Step, Violation
from pmtui.model.app import App
from pmtui.model.point import Point
from pmtui.workers.appfile import load

SECONDS = 60.0
"""The longest that exploring a story's few events may take."""
_ACTIONS = 8
"""A turn that saves before it acts ends at its last action, of so many at most."""


class Again(NamedTuple):
    """How a story went when it was run again.

    Attributes:
        outcome: `same` (it shows the same again), `holds` (it goes to its end, or all of its events were covered, and
            nothing is wrong), `otherwise`.
        violation: what showed, None if nothing did.
    """

    outcome: Literal["same", "holds", "otherwise"]
    violation: Violation | None


def again(app: App, story: Story) -> Again:
    """Take a story's steps again, or explore its events where only that shows it."""
    if not story.by_steps:
        verdict = story.explored(app, story.logs, SECONDS)
        if story.same(verdict.violation):
            return Again("same", verdict.violation)
        return Again("holds" if verdict.verdict == "holds" else "otherwise", verdict.violation)
    whole, violation = story.taken(app, story.violation.steps)
    if story.same(violation):
        return Again("same", violation)
    if whole and violation is None:
        return Again("holds", None)
    # The last step ended where it went wrong. Where it no longer does, its turn goes on to its end.
    for step in _to_the_end(story.violation.steps[-1:]):
        whole, otherwise = story.taken(app, [*story.violation.steps[:-1], step])
        if whole and otherwise is None:
            return Again("holds", None)
    return Again("otherwise", violation)


def _to_the_end(steps: Sequence[Step]) -> Iterator[Step]:
    for step in steps:
        if step.what != "arrived":
            at = Point.parse(step.point)
            for phase, action in (("saved", None), *(("acted", action) for action in range(_ACTIONS))):
                end = Point(at.manager, at.source, at.position, phase, action)  # type: ignore[arg-type]  # mypy joins the tuples to str
                yield msgspec.structs.replace(step, what="handled", point=str(end))


def assert_holds(app: str | Path, story: str) -> None:
    """Assert that a story can no longer happen: neither as it did, nor otherwise with the same events.

    Args:
        app: the app's file, `shop.py` or `shop.py:app`, or `module:app`. It is imported.
        story: the text of a `.crash.json`.

    Raises:
        AssertionError: it still happens; the text tells how.
        InputError: the story is of another app, or no story.
    """
    __tracebackhide__ = True  # pytest then shows the story, not this function
    found = load(str(app)).app
    told = decoded(story).story_for(found)
    went = again(found, told)
    violation = went.violation
    if went.outcome == "otherwise":
        verdict = told.explored(found, told.logs, SECONDS)
        violation = verdict.violation
        if verdict.verdict == "incomplete":
            raise AssertionError(f"the story goes otherwise now, and not all that can happen was seen: {verdict.why}")
    if told.same(violation) and violation is not None:
        steps = (f"{number}. {step}" for number, step in enumerate(violation.story, 1))
        raise AssertionError("\n".join([violation.sentence, *steps, f"at {violation.at}"]))
