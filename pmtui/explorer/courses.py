"""Turns that went the same way before: a turn is taken once for all that it depends on."""

from collections.abc import Sequence
from typing import NamedTuple

from pmtui.explorer.plans import Plan
from pmtui.explorer.snapshot import Snapshot
from pmtui.explorer.turns import Commit, Course, take
from pmtui.explorer.watchedlog import KEPT
from pmtui.explorer.world import World


class _Known(NamedTuple):
    """A course that was taken, from where, and the logs (by number) that it opened a transaction in."""

    before: Snapshot
    course: Course
    opened: Sequence[int]


class Courses:
    """Takes turns, and remembers how they went where the same can come again.

    A turn depends on its plan, its manager's ledger, what each log keeps of that manager, and the events of its sources
    and of those logs that it opens a transaction in. Of other managers it sees nothing, and a log that it neither reads
    nor opens it only asks how far it goes, which is never less than its ledger knows. All of this is immutable: where
    it is the very same objects, a turn changes them in the same way, whatever else there is.

    Args:
        world: where.
        remembers: whether to remember any.
    """

    def __init__(self, world: World, *, remembers: bool) -> None:
        self._world = world
        self._remembers = remembers and world.shared
        self._known: dict[tuple[object, ...], list[_Known]] = {}
        self._count = 0
        names = list(world.logs)
        self._places = {name: place for place, name in enumerate(world.managers)}
        self._sources = {
            name: [names.index(source) for source in manager.sources if source in world.logs]
            for name, manager in world.managers.items()
        }

    def take(self, manager: str, plan: Plan, snapshot: Snapshot) -> Course:
        """See `turns.take`: from a snapshot."""
        same = self._same(manager, plan, snapshot) if self._remembers else ()
        for known in self._known.get(same, ()):
            if all(known.before.logs[log].events is snapshot.logs[log].events for log in known.opened):
                return self._again(known, manager, snapshot)
        self._world.restore(snapshot)
        course = take(self._world, manager, plan, snapshot)
        if self._remembers:
            opened = [place for place, log in enumerate(self._world.logs.values()) if log.opened]
            self._keep(same, _Known(snapshot, course, opened))
        return course

    def _same(self, manager: str, plan: Plan, snapshot: Snapshot) -> tuple[object, ...]:
        """A turn's plan and which objects it depends on, as far as that is known before it is taken."""
        owner, logs = (self._world.app.name, manager), snapshot.logs
        return (
            manager,
            plan,
            id(snapshot.ledgers[self._places[manager]]),
            *[id(log.shares.get(owner)) for log in logs],
            *[id(logs[source].events) for source in self._sources[manager]],
        )

    def _keep(self, same: tuple[object, ...], known: _Known) -> None:
        if self._count == KEPT:
            self._known.clear()
            self._count = 0
        self._count += 1
        self._known.setdefault(same, []).append(known)

    def _again(self, known: _Known, manager: str, snapshot: Snapshot) -> Course:
        """A course that goes as one before, from another snapshot."""
        course = known.course
        commits = [
            Commit(point, self._world.moved(known.before, after, snapshot, manager)) for point, after in course.commits
        ]
        if commits and course.commits[-1].snapshot is course.end:
            end = commits[-1].snapshot
        else:
            end = self._world.moved(known.before, course.end, snapshot, manager)
        return course._replace(commits=commits, end=end)
