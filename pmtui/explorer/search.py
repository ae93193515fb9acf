"""The graph of durable states, from the beginning to every end, through every crash."""

from collections import deque
from collections.abc import Callable
from typing import Literal

import msgspec

from pmtui.explorer.budget import Budget
from pmtui.explorer.plans import Plan, larger
from pmtui.explorer.turns import Commit, Course, Wrong, differs, fired_first, halves, lost, sources_of, take
from pmtui.explorer.verdict import Step
from pmtui.explorer.world import Snapshot, World
from pmtui.handling.turn import Turn
from pmtui.model.manager import TIMERS

Orders = Literal["all", "oldest"] | int
_LOOK_EVERY = 256


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

    Attributes:
        world: the same.
        edges: how many there are.
    """

    def __init__(self, world: World, orders: Orders, budget: Budget) -> None:
        self.world = world
        self.edges = 0
        self._orders = orders
        self._budget = budget
        self._beginning = world.snapshot()
        self._came: dict[int, tuple[int, Step] | None] = {}
        self._queue: deque[tuple[int, Snapshot, str]] = deque()

    @property
    def states(self) -> int:
        """How many states were found."""
        return len(self._came)

    def run(self, stop: Callable[[], bool]) -> None:
        """Cover everything.

        Args:
            stop: whether to leave it, because it is the wrong world.

        Raises:
            Found: something is wrong.
            OutOfBounds: a bound was reached first.
        """
        key = self.world.key()
        self._came[key] = None
        self._queue.append((key, self._beginning, ""))
        turns = 0
        while self._queue and not stop():
            self._expand(*self._queue.popleft())
            turns += 1
            if turns % _LOOK_EVERY == 0:
                self._budget.look(self.states, self.edges, len(self._queue))

    def begin_again(self) -> None:
        """Go to what was durable at the beginning."""
        self.world.restore(self._beginning)

    def _expand(self, key: int, snapshot: Snapshot, except_for: str) -> None:
        """Take every turn that can be taken from a state, and recover at once from every crash in it."""
        world = self.world
        for manager in world.managers:
            if manager == except_for:
                continue
            world.restore(snapshot)
            for plan in self._plans(manager):
                self._undisturbed(key, snapshot, manager, plan)
        world.restore(snapshot)
        for context in world.arriving():
            world.restore(snapshot)
            world.arrive(context)
            self.edges += 1
            arrived = world.key()
            if self._new(arrived, key, Step("arrived", "", (context,), "")):
                self._queue.append((arrived, world.snapshot(), ""))

    def _plans(self, manager: str) -> list[Plan]:
        """What a manager's next turn can be."""
        world = self.world
        if world.interrupted(manager) is not None:
            return [Plan()]
        ready = world.ready(manager)
        fires = world.fires(manager, dry=not any(ready.values()))
        if self._orders == "oldest":
            if any(ready.values()):
                return [Plan()]
            return [Plan(fires=True)] if fires else []
        plans = [Plan(1, (source,)) for source, count in ready.items() if count]
        if fires and not ready.get(TIMERS):
            plans.append(Plan(1, (TIMERS,), fires=True))
        return [*plans, *larger(ready)]

    def _undisturbed(self, key: int, snapshot: Snapshot, manager: str, plan: Plan) -> None:
        course = self._take(key, snapshot, manager, plan)
        if not course.commits or course.turn is None:
            return
        self._recoveries(key, manager, plan, course, course.full)
        if self._orders != "oldest":
            for targets, commit in halves(self.world, snapshot, course):
                step = _step("crash", manager, course.turn, plan, commit)
                if self._new(commit.key, key, msgspec.structs.replace(step, targets=targets)):
                    self.edges += 1
                    self._recover(commit, manager, course.turn, course.full)
        end = course.commits[-1]
        if self._new(end.key, key, _step("handled", manager, course.turn, plan, end)):
            self._queue.append((end.key, end.snapshot, ""))

    def _recoveries(self, key: int, manager: str, plan: Plan, course: Course, end: int) -> None:
        """Crash after every commit of a turn but its last, and see that each recovery comes to the same end."""
        turn = course.turn
        if turn is None:
            return
        for commit in course.commits[:-1]:
            step = _step("crash", manager, turn, plan, commit)
            if self._new(commit.key, key, step):
                self._recover(commit, manager, turn, end)

    def _recover(self, commit: Commit, manager: str, turn: Turn, end: int) -> None:
        world = self.world
        world.restore(commit.snapshot)
        if world.interrupted(manager) is not None:
            again = self._take(commit.key, commit.snapshot, manager, Plan())
            if again.full != end:
                raise Found(differs(turn, again.turn), self._path(commit.key, again, manager), manager)
            self._recoveries(commit.key, manager, Plan(), again, end)
        elif world.ledgers[manager].state.turn == turn.number:
            if world.full() != end:
                raise Found(lost(turn, commit), self.steps_to(commit.key), manager)
        else:
            self._queue.append((commit.key, commit.snapshot, ""))
            return
        if len(world.managers) > 1 or world.arrivals:
            self._queue.append((commit.key, commit.snapshot, manager))

    def _take(self, key: int, snapshot: Snapshot, manager: str, plan: Plan) -> Course:
        self.world.restore(snapshot)
        try:
            course = take(self.world, manager, plan)
        except Wrong as wrong:
            steps = self.steps_to(key)
            if wrong.turn is not None and wrong.turn.point is not None:
                step = Step("handled", manager, sources_of(wrong.turn), str(wrong.turn.point), plan.fires)
                steps = (*steps, step)
            raise Found(wrong, steps, manager) from wrong
        self.edges += max(0, 2 * course.points - 1)  # from each point it goes on or crashes; from the last both are one
        return course

    def _new(self, key: int, before: int, step: Step) -> bool:
        if key in self._came:
            return False
        self._came[key] = before, step
        return True

    def _path(self, key: int, course: Course, manager: str) -> tuple[Step, ...]:
        steps = self.steps_to(key)
        if course.turn is None or not course.commits:
            return steps
        return (*steps, _step("handled", manager, course.turn, Plan(), course.commits[-1]))

    def steps_to(self, key: int) -> tuple[Step, ...]:
        """The steps that led to a state when it was found."""
        steps: list[Step] = []
        came = self._came[key]
        while came is not None:
            before, step = came
            steps.append(step)
            came = self._came[before]
        return tuple(reversed(steps))


def _step(what: Literal["handled", "crash"], manager: str, turn: Turn, plan: Plan, commit: Commit) -> Step:
    return Step(what, manager, sources_of(turn), str(commit.point), fired_first(turn, plan))
