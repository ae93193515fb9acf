"""One turn from its beginning to its end, with everything that a crash in it could leave."""

from collections.abc import Sequence
from typing import NamedTuple

from pmtui.explorer.stores import Fault
from pmtui.explorer.verdict import Kind
from pmtui.explorer.world import Snapshot, StillClock, World, scripted
from pmtui.handling.drive import run
from pmtui.handling.errors import EventFailed, NotDeterministic
from pmtui.handling.runner import Runner
from pmtui.handling.sources import oldest
from pmtui.handling.turn import Turn
from pmtui.model.errors import PmtuiError
from pmtui.model.manager import TIMERS
from pmtui.model.point import Point


class Plan(NamedTuple):
    """What a manager's next turn is to be: the source of each of its events, and whether a timer fires first.

    Without sources it is the oldest event, or the turn that a crash interrupted.
    """

    sources: tuple[str, ...] = ()
    fires: bool = False


class Commit(NamedTuple):
    """What is durable from a point on: a crash before the next commit leaves this."""

    point: Point
    key: int
    snapshot: Snapshot


class Course(NamedTuple):
    """A turn as it went.

    Attributes:
        turn: as handling left it; None if there was nothing to do.
        points: how many points it reached.
        commits: in order; the last one is how it ended.
    """

    turn: Turn | None
    points: int
    commits: Sequence[Commit]


class Wrong(Exception):
    """A turn did what none may do, or could not go on.

    Attributes:
        kind: as in `Violation`.
        sentence: what is wrong, in one line.
        turn: the turn in which it showed.
    """

    def __init__(self, kind: Kind, sentence: str, turn: Turn | None) -> None:
        super().__init__(sentence)
        self.kind = kind
        self.sentence = sentence
        self.turn = turn


def take(world: World, manager: str, plan: Plan) -> Course:
    """Take a manager's next turn, from what is durable now, with a worker that has just started.

    Raises:
        Wrong: an action was doubled, a cursor went back or passed an event, or handling could not go on.
    """
    clock = StillClock(world.due(manager) if plan.fires else None)
    runner = world.runner(manager, scripted(plan.sources) if plan.sources else oldest, clock)
    try:
        return _drive(world, runner, max(1, len(plan.sources)))
    except Fault as fault:
        raise Wrong(fault.kind, str(fault), runner.turn) from fault
    except NotDeterministic as error:
        raise Wrong("redelivery", str(error), runner.turn) from error
    except EventFailed as error:
        raise Wrong("stuck", error.sentence, runner.turn) from error
    except PmtuiError as error:
        raise Wrong("stuck", f"the worker cannot go on: {error}", runner.turn) from error


def _drive(world: World, runner: Runner, limit: int) -> Course:
    commits: list[Commit] = []
    points = 0
    key = world.key()
    repeats = [len(log.state.repeats) for log in world.logs.values()]
    turn = runner.take(limit)
    while True:
        try:
            point = run(anext(turn))
        except StopAsyncIteration:
            break
        points += 1
        if point.phase == "decided":
            continue
        now = world.key()
        if now != key:
            key = now
            commits.append(Commit(point, key, world.snapshot()))
        if point.phase == "acted" and repeats != [len(log.state.repeats) for log in world.logs.values()]:
            _check_doubled(runner.turn)
    return Course(runner.turn if points else None, points, commits)


def _check_doubled(turn: Turn | None) -> None:
    for act in turn.acts if turn else ():
        if act.outcome == "doubled":
            where = f"{act.context}@{act.original or act.first}"
            raise Wrong("doubled", f"{where} {act.type} of {act.source}@{act.position} is doubled", turn)


def sources_of(turn: Turn) -> tuple[str, ...]:
    """The source of each of a turn's events."""
    return tuple(source for source, _ in turn.picked)


def fired_first(turn: Turn, plan: Plan) -> bool:
    """Whether a timer had to fire for this turn."""
    return plan.fires and any(source == TIMERS for source, _ in turn.picked)


def lost(turn: Turn, commit: Commit) -> Wrong:
    """That a turn saved before it acted loses what it had not done by a commit."""
    if commit.point.target is not None:
        act = next(act for act in turn.acts if act.context != commit.point.target)
    else:
        act = turn.acts[0 if commit.point.phase == "saved" else (commit.point.action or 0) + 1]
    return Wrong("lost", f"{act.type} of {act.source}@{act.position} is lost", turn)


def differs(turn: Turn, again: Turn | None) -> Wrong:
    """That a recovery ends otherwise than its turn does undisturbed."""
    for act in again.acts if again is not None else ():
        if act.outcome == "suppressed" and not act.first:
            return Wrong("lost", f"{act.type} of {act.source}@{act.position} is lost", again)
    source, row = turn.picked[-1]
    return Wrong("end", f"{source}@{row.position} ends otherwise after a crash than without one", again or turn)
