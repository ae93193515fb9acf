"""One turn from its beginning to its end, with everything that a crash in it could leave."""

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import NamedTuple

from pmtui.explorer.plans import Plan
from pmtui.explorer.snapshot import Snapshot
from pmtui.explorer.verdict import Kind
from pmtui.explorer.watchedledger import Fault
from pmtui.explorer.world import World
from pmtui.handling.drive import run
from pmtui.handling.errors import EventFailed, NotDeterministic
from pmtui.handling.runner import Runner
from pmtui.handling.turn import Turn
from pmtui.model.errors import PmtuiError
from pmtui.model.manager import TIMERS
from pmtui.model.point import Point


class Commit(NamedTuple):
    """What is durable from a point on: a crash before the next commit leaves this."""

    point: Point
    snapshot: Snapshot


class Course(NamedTuple):
    """A turn as it went.

    Attributes:
        turn: as handling left it; None if there was nothing to do.
        points: how many points it reached.
        commits: in order; the last one is how it ended.
        end: what was durable then.
    """

    turn: Turn | None
    points: int
    commits: Sequence[Commit]
    end: Snapshot


def halves(world: World, before: Snapshot, manager: str, course: Course) -> Iterator[tuple[tuple[str, ...], Commit]]:
    """What a crash leaves in a larger turn that this one is a part of, with the contexts that have all of it.

    There each target has one transaction, in an order that the turn's other events decide: any targets may have all,
    and the others nothing.
    """
    turn = course.turn
    acted = [commit for commit in course.commits if commit.point.phase == "acted"]
    if turn is None or not acted or turn.delivery != "act-then-save":
        return
    targets = sorted(turn.targets())
    earlier = course.commits[0].snapshot if course.commits[0].point.phase == "read" else before
    for size in range(1, len(targets)):
        for some in combinations(targets, size):
            yield some, Commit(acted[-1].point, world.mixed(acted[-1].snapshot, earlier, some, manager))


class Wrong(Exception):
    """A turn did what none may do, or could not go on.

    Attributes:
        kind: as in `Violation`.
        sentence: what is wrong, in one line.
        turn: the turn in which it showed, if in one.
        place: `file:line`, where it is not that turn's handler.
    """

    def __init__(self, kind: Kind, sentence: str, turn: Turn | None, place: str = "") -> None:
        super().__init__(sentence)
        self.kind = kind
        self.sentence = sentence
        self.turn = turn
        self.place = place


def take(world: World, manager: str, plan: Plan, since: Snapshot) -> Course:
    """Take a manager's next turn, from what is durable now, with a worker that has just started.

    Args:
        world: where.
        manager: whose turn.
        plan: what it is to be.
        since: what is durable now.

    Raises:
        Wrong: an action was doubled, a cursor went back or passed an event, or handling could not go on.
    """
    runner = world.start(manager, plan)
    try:
        return run(_drive(world, runner, manager, plan, since))
    except Fault as fault:
        raise Wrong(fault.kind, str(fault), runner.turn) from fault
    except NotDeterministic as error:
        raise Wrong("redelivery", str(error), runner.turn) from error
    except EventFailed as error:
        raise Wrong("stuck", error.sentence, runner.turn) from error
    except PmtuiError as error:
        raise Wrong("stuck", f"the worker cannot go on: {error}", runner.turn) from error


async def _drive(world: World, runner: Runner, manager: str, plan: Plan, since: Snapshot) -> Course:
    commits: list[Commit] = []
    points, now = 0, None
    saved_first = world.managers[manager].cls.delivery == "save-then-act"
    ledger = world.ledgers[manager]
    pending = ledger.state.pending
    async for point in runner.take(plan.size):
        points += 1
        if point.phase == "decided" or (point.phase == "read" and ledger.state.pending is pending):
            continue  # nothing is durable by then but that a timer came due
        before = now or since
        now = world.snapshot(since, manager)
        # Where it saves first, what nobody reads may be all that is missing.
        if now.key != before.key or (saved_first and (not commits or now.full != before.full)):
            commits.append(Commit(point, now))
        if point.phase == "acted" and runner.turn is not None:
            _check_actions(world, manager, runner.turn)
    return Course(runner.turn if points else None, points, commits, now or world.snapshot(since, manager))


def _check_actions(world: World, manager: str, turn: Turn) -> None:
    """That no action was doubled, and none was taken for done that was not.

    Raises:
        Wrong: one was.
    """
    for act in turn.acts:
        if act.outcome == "doubled":
            where = f"{act.context}@{act.original or act.first}"
            raise Wrong("doubled", f"{where} {act.type} of {act.source}@{act.position} is doubled", turn)
        if act.outcome == "suppressed" and not world.has_receipt(manager, act):
            raise Wrong("lost", f"{act.type} of {act.source}@{act.position} is lost", turn)


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
    source, row = turn.picked[-1]
    return Wrong("end", f"{source}@{row.position} ends otherwise after a crash than without one", again or turn)
