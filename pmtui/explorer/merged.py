"""Stories that come to a state to which the search has come by another one: from there it goes on only once."""

import random
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress

from pmtui.explorer.budget import Budget, OutOfBounds
from pmtui.explorer.checks import Checks
from pmtui.explorer.following import world_of
from pmtui.explorer.rehearsal import Kill
from pmtui.explorer.search import Found, Search
from pmtui.explorer.snapshot import Snapshot
from pmtui.explorer.verdict import Bounds, Step
from pmtui.explorer.world import World
from pmtui.model.app import App, Receiver
from pmtui.storage.log import Row

_BOUNDS = Bounds(states=2_000, seconds=10.0)
_LONGEST = 12
"""Stories with more kills are left out: each kill needs a worker of its own."""

Story = tuple[Kill, ...]


def merged(
    app: App, logs: Mapping[str, Sequence[Row]], receivers: Mapping[str, Receiver], most: int
) -> Sequence[Story]:
    """Some of the stories, with crashes and managers in any order, that lead to a state met before.

    Each manager takes the oldest event first, one a turn, as a worker does that waits for a breakpoint.

    Args:
        app: whose managers.
        logs: the events from outside, by context.
        receivers: by context.
        most: at most so many; chosen at random, always the same ones.
    """
    search = _Merging(app, world_of(app, logs, receivers, timed=True), most)
    with suppress(OutOfBounds, Found):
        search.run(lambda: False)
    return list(search.chosen)


class _Merging(Search):
    """Covers a world and chooses among the stories that lead to a state met before."""

    def __init__(self, app: App, world: World, most: int) -> None:
        super().__init__(world, "oldest", Budget(_BOUNDS, None), Checks(app))
        self.chosen: list[Story] = []
        self._most = most
        self._met = 0
        self._random = random.Random(0)  # noqa: S311  (no secret)

    def _new(self, before: Snapshot, there: Snapshot, step: Callable[[], Step]) -> bool:
        new = super()._new(before, there, step)
        if not new:
            self._choose(before, step)
        return new

    def _choose(self, before: Snapshot, step: Callable[[], Step]) -> None:
        """Each story has the same chance, however many come after it."""
        self._met += 1
        place = self._random.randrange(self._met) if len(self.chosen) == self._most else len(self.chosen)
        if place < self._most:
            story = kills_of((*self.steps_to(before.key), step()))
            if len(story) <= _LONGEST:
                self.chosen[place : place + 1] = [story]


def kills_of(steps: Sequence[Step]) -> Story:
    """Workers that are killed where a story's steps end: one for all turns that a manager takes undisturbed."""
    story: list[Kill] = []
    for place, step in enumerate(steps):
        waits = step.fires
        before = steps[place - 1] if place else None
        if before is not None and before.what == "handled" and before.manager == step.manager and not step.fires:
            waits = story.pop().waits
        story.append(Kill(step.manager, step.point, waits=waits))
    return tuple(story)
