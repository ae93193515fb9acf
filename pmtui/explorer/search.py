"""The graph of durable states, from the beginning to every end, through every crash."""

from collections import deque
from collections.abc import Callable
from functools import partial
from typing import Literal

from pmtui.explorer.budget import Budget
from pmtui.explorer.chance import Chance
from pmtui.explorer.checks import Checks, Failed
from pmtui.explorer.courses import Courses
from pmtui.explorer.plans import SMALL, Plan, larger
from pmtui.explorer.snapshot import Content, Snapshot
from pmtui.explorer.switches import Choice, Origin, Switches, Waiting
from pmtui.explorer.turns import Commit, Course, Wrong, differs, fired_first, halves, lost, sources_of
from pmtui.explorer.verdict import Step
from pmtui.explorer.world import World
from pmtui.handling.turn import Turn
from pmtui.model.manager import TIMERS

Orders = Literal["all", "oldest"] | int
_LOOK_EVERY = 64


class Found(Exception):
    """A violation, with the steps that lead to it; the last one is that in which it shows."""

    def __init__(self, wrong: Wrong, steps: tuple[Step, ...], manager: str) -> None:
        super().__init__(wrong.sentence)
        self.wrong = wrong
        self.steps = steps
        self.manager = manager


class Search:
    """Covers one world.

    Args:
        world: as it is at the beginning.
        orders: of the sources.
        budget: how far it may go.
        checks: the user's own.
        chance: takes one of all choices; all of them are taken where it is left out.
        switches: says which of them come first; where it is left out, those of the states found first.
        remembers: whether a turn that must go as one before is not taken again.

    Attributes:
        world: the same.
        edges: how many there are.
        ends: what is in the logs where there is nothing left to do, and the key of a state where it is.
    """

    def __init__(
        self,
        world: World,
        orders: Orders,
        budget: Budget,
        checks: Checks,
        chance: Chance | None = None,
        switches: Switches | None = None,
        *,
        remembers: bool = True,
    ) -> None:
        self.world = world
        self.edges = 0
        self.ends: dict[Content, int] = {}
        self._checks = checks
        self._chance = chance
        self._switches = switches
        self._orders = orders
        self._budget = budget
        self._beginning = world.snapshot()
        self._courses = Courses(world, remembers=remembers)
        self._came: dict[int, tuple[int, Step] | None] = {}
        self._queue: deque[Waiting] = deque()

    @property
    def states(self) -> int:
        """How many states were found."""
        return len(self._came)

    @property
    def left(self) -> int:
        """How many states are found and not expanded yet."""
        return len(self._queue)

    def run(self, stop: Callable[[], bool]) -> None:
        """Cover everything.

        Args:
            stop: whether to leave it, because it is the wrong world.

        Raises:
            Found: something is wrong.
            OutOfBounds: a bound was reached first.
        """
        self._came[self._beginning.key] = None
        self._check(self._beginning)
        self._queue.append(Waiting(self._beginning))
        turns = 0
        while self._queue and not stop():
            if turns % _LOOK_EVERY == 0:
                self._budget.look(self.states, self.edges, len(self._queue))
            turns += 1
            self._expand(self._queue.popleft())
            if not self._queue and self._switches is not None:
                self._queue.extend(self._switches.more())

    def begin_again(self) -> None:
        """Go to what was durable at the beginning."""
        self.world.restore(self._beginning)

    def _expand(self, at: Waiting) -> None:
        """Take every step that can be taken from a state, and recover at once from every crash in it."""
        snapshot = at.snapshot
        choices = self._choices(snapshot, at.except_for) if at.only is None else [at.only]
        if not choices and not at.except_for:
            self._end(snapshot)
        if self._chance is not None and len(choices) > 1:
            depth = sum(ledger.state.turn for ledger in self.world.ledgers.values())
            choices = [self._chance.choose(choices, depth)]
        if self._switches is not None:
            choices = self._switches.now(at, choices)
        for manager, plan in choices:
            if manager:
                self._undisturbed(snapshot, manager, plan)
                continue
            (context,) = plan.sources
            self.world.restore(snapshot)
            self.world.arrive(context)
            self.edges += 1
            there = Waiting(self.world.snapshot(snapshot), last=("", context))
            self._find(snapshot, there, partial(Step, "arrived", "", (context,), ""))

    def _choices(self, snapshot: Snapshot, except_for: str) -> list[Choice]:
        """What can be next: a manager's turn, or without a manager an event that arrives."""
        self.world.restore(snapshot)
        choices = [
            (manager, plan) for manager in self.world.managers if manager != except_for for plan in self._plans(manager)
        ]
        return [*choices, *(("", Plan(1, (context,))) for context in self.world.arriving())]

    def _find(self, before: Snapshot, there: Waiting, step: Callable[[], Step]) -> None:
        """A step leads from a state to another one, between two turns."""
        new = self._new(before, there.snapshot, step)
        if self._switches.new(there) if self._switches is not None else new:
            self._queue.append(there)

    def _end(self, snapshot: Snapshot) -> None:
        self.edges += 1  # to look once more and find nothing
        self.world.restore(snapshot)
        try:
            self._checks.end(self.world)
        except Failed as failed:
            wrong = Wrong("eventually", failed.sentence, None, failed.place)
            raise Found(wrong, self.steps_to(snapshot.key), "") from failed
        self.ends.setdefault(self.world.content(), snapshot.key)

    def _plans(self, manager: str) -> list[Plan]:
        """What a manager's next turn can be."""
        world = self.world
        if world.interrupted(manager) is not None:
            return [Plan()]
        ready = world.ready(manager, SMALL + 1)
        fires = world.fires(manager, dry=not any(ready.values()))
        if self._orders == "oldest":
            if any(ready.values()):
                return [Plan()]
            return [Plan(fires=True)] if fires else []
        plans = [Plan(1, (source,)) for source, count in ready.items() if count]
        if fires and not ready.get(TIMERS):
            plans.append(Plan(1, (TIMERS,), fires=True))
        return [*plans, *larger(ready)]

    def _undisturbed(self, snapshot: Snapshot, manager: str, plan: Plan) -> None:
        course = self._take(snapshot, manager, plan)
        turn = course.turn
        if not course.commits or turn is None:
            return
        self._recoveries(snapshot, manager, plan, course, course.end.full)
        if self._orders != "oldest":
            for targets, commit in halves(self.world, snapshot, manager, course):
                if self._new(snapshot, commit.snapshot, _step("crash", manager, turn, plan, commit, targets)):
                    self.edges += 1
                    self._recover(commit, manager, turn, course.end.full)
        end = course.commits[-1]
        there = Waiting(end.snapshot, last=_last(manager, turn))
        self._find(snapshot, there, _step("handled", manager, turn, plan, end))

    def _recoveries(self, snapshot: Snapshot, manager: str, plan: Plan, course: Course, end: int) -> None:
        """Crash after every commit of a turn but its last, and see that each recovery comes to the same end."""
        turn = course.turn
        if turn is None:
            return
        for commit in course.commits[:-1]:
            step = _step("crash", manager, turn, plan, commit)
            if turn.delivery == "save-then-act" and commit.point.phase != "read" and commit.snapshot.full != end:
                # Nobody will do the rest.
                raise Found(lost(turn, commit), (*self.steps_to(snapshot.key), step()), manager)
            if self._new(snapshot, commit.snapshot, step):
                self._recover(commit, manager, turn, end)

    def _recover(self, commit: Commit, manager: str, turn: Turn, end: int) -> None:
        snapshot = commit.snapshot
        self.world.restore(snapshot)
        if self.world.interrupted(manager) is None:
            self._queue.append(Waiting(snapshot, last=_last(manager, turn)))
            return
        again = self._take(snapshot, manager, Plan())
        if again.end.full != end:
            raise Found(differs(turn, again.turn), self._path(snapshot, again, manager), manager)
        self._recoveries(snapshot, manager, Plan(), again, end)
        if len(self.world.managers) > 1 or self.world.arrivals:
            self._queue.append(Waiting(snapshot, manager, _last(manager, turn)))

    def _take(self, snapshot: Snapshot, manager: str, plan: Plan) -> Course:
        try:
            course = self._courses.take(manager, plan, snapshot)
        except Wrong as wrong:
            steps = self.steps_to(snapshot.key)
            if wrong.turn is not None and wrong.turn.point is not None:
                step = Step("handled", manager, sources_of(wrong.turn), str(wrong.turn.point), plan.fires)
                steps = (*steps, step)
            raise Found(wrong, steps, manager) from wrong
        self.edges += max(0, 2 * course.points - 1)  # from each point it goes on or crashes; from the last both are one
        return course

    def _new(self, before: Snapshot, there: Snapshot, step: Callable[[], Step]) -> bool:
        """Whether a state is found for the first time, by a step from another one."""
        if there.key in self._came:
            return False
        self._came[there.key] = before.key, step()
        self._check(there)
        return True

    def _check(self, snapshot: Snapshot) -> None:
        if not self._checks.any:
            return
        self.world.restore(snapshot)
        try:
            self._checks.state(self.world)
        except Failed as failed:
            wrong = Wrong("invariant", failed.sentence, None, failed.place)
            raise Found(wrong, self.steps_to(snapshot.key), "") from failed

    def _path(self, snapshot: Snapshot, course: Course, manager: str) -> tuple[Step, ...]:
        steps = self.steps_to(snapshot.key)
        if course.turn is None or not course.commits:
            return steps
        return (*steps, _step("handled", manager, course.turn, Plan(), course.commits[-1])())

    def steps_to(self, key: int) -> tuple[Step, ...]:
        """The steps that led to a state when it was found."""
        steps: list[Step] = []
        came = self._came[key]
        while came is not None:
            before, step = came
            steps.append(step)
            came = self._came[before]
        return tuple(reversed(steps))


def _last(manager: str, turn: Turn) -> Origin:
    return manager, turn.picked[-1].source


def _step(
    what: Literal["handled", "crash"],
    manager: str,
    turn: Turn,
    plan: Plan,
    commit: Commit,
    targets: tuple[str, ...] = (),
) -> Callable[[], Step]:
    """Tells of a step, where it is the first one to a state."""
    return lambda: Step(what, manager, sources_of(turn), str(commit.point), fired_first(turn, plan), targets)
