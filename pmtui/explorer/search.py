"""The graph of durable states, from the beginning to every end, through every crash."""

import time
from collections import deque
from collections.abc import Callable
from typing import Literal

from pmtui.explorer.turns import Commit, Course, Plan, Wrong, differs, fired_first, lost, sources_of, take
from pmtui.explorer.verdict import Bounds, Progress, Step
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


class OutOfBounds(Exception):
    """A bound was reached; the text says which."""


class Search:
    """Covers one world.

    Args:
        world: as it is at the beginning.
        orders: of the sources.
        bounds: where to stop.
        watch: told now and then how far it has come.

    Attributes:
        states, edges: how many there are.
        began: when, by `time.monotonic`.
    """

    def __init__(
        self, world: World, orders: Orders, bounds: Bounds, watch: Callable[[Progress], None] | None, began: float
    ) -> None:
        self.edges = 0
        self._world = world
        self._orders = orders
        self._bounds = bounds
        self._watch = watch
        self._began = began
        self._came: dict[int, tuple[int, Step] | None] = {}
        self._queue: deque[tuple[int, Snapshot, str]] = deque()

    @property
    def states(self) -> int:
        """How many states were found."""
        return len(self._came)

    def run(self) -> None:
        """Cover everything.

        Raises:
            Found: something is wrong.
            OutOfBounds: a bound was reached first.
        """
        key = self._world.key()
        self._came[key] = None
        self._queue.append((key, self._world.snapshot(), ""))
        turns = 0
        while self._queue:
            self._expand(*self._queue.popleft())
            turns += 1
            if turns % _LOOK_EVERY == 0:
                self._look()

    def _look(self) -> None:
        seconds = time.monotonic() - self._began
        if self._watch is not None:
            self._watch(Progress(self.states, self.edges, len(self._queue), seconds))
        if self.states >= self._bounds.states:
            raise OutOfBounds(f"{self.states:,} states")
        if seconds >= self._bounds.seconds:
            raise OutOfBounds(f"{self._bounds.seconds:g} seconds")

    def _expand(self, key: int, snapshot: Snapshot, except_for: str) -> None:
        """Take every turn that can be taken from a state, and recover at once from every crash in it."""
        for manager in self._world.managers:
            if manager == except_for:
                continue
            self._world.restore(snapshot)
            for plan in self._plans(manager):
                self._undisturbed(key, snapshot, manager, plan)

    def _plans(self, manager: str) -> list[Plan]:
        world = self._world
        if world.interrupted(manager) is not None:
            return [Plan()]
        ready = world.ready(manager)
        waiting = world.due(manager) is not None
        if self._orders == "oldest":
            if ready:
                return [Plan()]
            return [Plan((TIMERS,), fires=True)] if waiting else []
        plans = [Plan((source,)) for source in ready]
        if waiting and TIMERS not in ready:
            plans.append(Plan((TIMERS,), fires=True))
        return plans

    def _undisturbed(self, key: int, snapshot: Snapshot, manager: str, plan: Plan) -> None:
        course = self._take(key, snapshot, manager, plan)
        self._recoveries(key, manager, plan, course, course.commits[-1].key if course.commits else key)
        if course.commits and course.turn is not None:
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
            if not self._new(commit.key, key, step):
                continue
            self._world.restore(commit.snapshot)
            if self._world.interrupted(manager) is not None:
                again = self._take(commit.key, commit.snapshot, manager, Plan())
                reached = again.commits[-1].key if again.commits else commit.key
                if reached != end:
                    raise Found(differs(turn, again.turn), self._path(commit.key, again, manager), manager)
                self._recoveries(commit.key, manager, Plan(), again, end)
            elif self._world.ledgers[manager].state.turn == turn.number and commit.key != end:
                raise Found(lost(turn, commit), self._path(commit.key, None, manager), manager)
            else:
                self._queue.append((commit.key, commit.snapshot, ""))
                continue
            if len(self._world.managers) > 1:
                self._queue.append((commit.key, commit.snapshot, manager))

    def _take(self, key: int, snapshot: Snapshot, manager: str, plan: Plan) -> Course:
        self._world.restore(snapshot)
        try:
            course = take(self._world, manager, plan)
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

    def _path(self, key: int, course: Course | None, manager: str) -> tuple[Step, ...]:
        steps = self.steps_to(key)
        if course is None or course.turn is None or not course.commits:
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
