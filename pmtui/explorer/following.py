"""Taking the steps of a story, looking at the same things that the search looks at."""

from collections.abc import Sequence
from typing import NamedTuple

from pmtui.explorer.turns import Course, Plan, Wrong, differs, lost, take
from pmtui.explorer.verdict import Step
from pmtui.explorer.world import World
from pmtui.handling.turn import Turn


class Followed(NamedTuple):
    """How a story went.

    Attributes:
        turns: the turn of each step taken, as it went; None where an event arrived.
        whole: whether all steps could be taken, each to where it ended before.
        wrong: what showed on the way, None if nothing did.
        manager: whose handling that was.
    """

    turns: Sequence[Turn | None]
    whole: bool
    wrong: Wrong | None
    manager: str


def follow(world: World, steps: Sequence[Step]) -> Followed:
    """Take steps from what is durable now, until something is wrong or a step cannot be taken."""
    turns: list[Turn | None] = []
    pending: tuple[str, Turn, int] | None = None  # whose recovery comes next, of which turn, to which end
    for place, step in enumerate(steps):
        last = place == len(steps) - 1
        plan = Plan() if world.interrupted(step.manager) is not None else Plan(step.sources, step.fires)
        try:
            course = take(world, step.manager, plan)
        except Wrong as wrong:
            turns.append(wrong.turn)
            return Followed(turns, last, wrong, step.manager)
        turns.append(course.turn)
        if not _stop_at(world, course, step) or course.turn is None:
            return Followed(turns, False, None, "")
        end = course.commits[-1].key
        recovering = pending is not None and pending[0] == step.manager
        if recovering and pending is not None:
            _, turn, expected = pending
            if end != expected:
                return Followed(turns, last, differs(turn, course.turn), step.manager)
        pending = None
        if step.what == "crash":
            if world.interrupted(step.manager) is not None:
                pending = step.manager, course.turn, end
            elif world.ledgers[step.manager].state.turn == course.turn.number and world.key() != end:
                commit = next(commit for commit in course.commits if str(commit.point) == step.point)
                return Followed(turns, last, lost(course.turn, commit), step.manager)
    return Followed(turns, True, None, "")


def _stop_at(world: World, course: Course, step: Step) -> bool:
    """Go to what was durable at the step's point; whether the turn came there."""
    for commit in course.commits:
        if str(commit.point) == step.point:
            world.restore(commit.snapshot)
            return True
    return False
