"""Taking the steps of a story, looking at the same things that the search looks at."""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from pmtui.explorer.parts import Owners, Touched
from pmtui.explorer.plans import Plan
from pmtui.explorer.remembering import RememberingDecider
from pmtui.explorer.snapshot import Snapshot
from pmtui.explorer.turns import Commit, Course, Wrong, differs, halves, lost, take
from pmtui.explorer.verdict import Step
from pmtui.explorer.world import World
from pmtui.handling.decision import Decision
from pmtui.handling.sources import Picked
from pmtui.handling.turn import Turn
from pmtui.model.app import App, Receiver
from pmtui.storage.ledger import Instance
from pmtui.storage.log import Row


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


class _Recovery(NamedTuple):
    """A recovery that comes next: whose, of which turn, and to which end it must come."""

    manager: str
    turn: Turn
    end: int


def world_of(
    app: App,
    logs: Mapping[str, Sequence[Row]],
    receivers: Mapping[str, Receiver],
    *,
    arriving: Collection[str] = (),
    timed: bool,
) -> World:
    """A world of all managers to take stories in; nobody is told what handlers are asked.

    Args:
        app: whose managers.
        logs: the events from outside, by context.
        receivers: by context.
        arriving: the contexts whose events arrive one by one.
        timed: whether the oldest event comes first, and timers go by the time of the events.
    """
    deciders = {
        name: RememberingDecider(app, manager, _unheard, lambda event: event) for name, manager in app.managers.items()
    }
    owners = Owners(app, deciders, whole=True)
    return World(app, logs, app.managers, receivers, deciders, Touched(owners), arriving=arriving, timed=timed)


def _unheard(picked: Picked, instance: Instance, decision: Decision) -> None:
    """Nobody needs to know what a handler is asked when a story is only taken again."""


def follow(world: World, steps: Sequence[Step]) -> Followed:
    """Take steps from what is durable now, until something is wrong or a step cannot be taken."""
    turns: list[Turn | None] = []
    recovery: _Recovery | None = None
    for place, step in enumerate(steps):
        last = place == len(steps) - 1
        if step.what == "arrived":
            if step.sources[0] not in world.arriving():
                return Followed(turns, False, None, "")
            world.arrive(step.sources[0])
            turns.append(None)
            recovery = None
            continue
        before = world.snapshot()
        try:
            course = take(world, step.manager, _plan(world, step), before)
        except Wrong as wrong:
            turns.append(wrong.turn)
            return Followed(turns, last, wrong, step.manager)
        turns.append(course.turn)
        commit = _commit(world, before, course, step)
        if commit is None or course.turn is None:
            return Followed(turns, False, None, "")
        end = course.end.full
        if recovery is not None and recovery.manager == step.manager:
            end = recovery.end
            if course.end.full != end:
                return Followed(turns, last, differs(recovery.turn, course.turn), step.manager)
        recovery = None
        world.restore(commit.snapshot)
        if step.what == "crash":
            if world.interrupted(step.manager) is not None:
                recovery = _Recovery(step.manager, course.turn, end)
            elif (
                course.turn.delivery == "save-then-act" and commit.point.phase != "read" and commit.snapshot.full != end
            ):
                return Followed(turns, last, lost(course.turn, commit), step.manager)
    return Followed(turns, True, None, "")


def _plan(world: World, step: Step) -> Plan:
    if world.interrupted(step.manager) is not None:
        return Plan()
    if world.timed:
        return Plan(len(step.sources), fires=step.fires)
    return Plan(len(step.sources), step.sources, step.fires)


def _commit(world: World, before: Snapshot, course: Course, step: Step) -> Commit | None:
    """What was durable where the step ended, None if the turn did not come there."""
    if step.targets:
        return next(
            (commit for targets, commit in halves(world, before, step.manager, course) if targets == step.targets), None
        )
    return next((commit for commit in course.commits if str(commit.point) == step.point), None)
