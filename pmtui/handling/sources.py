"""Where events come from: one buffer a source, and the policy that says which is next."""

from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from functools import partial
from itertools import groupby, islice, repeat
from operator import itemgetter
from typing import Any, NamedTuple

from pmtui.handling.clock import Clock
from pmtui.model import instant
from pmtui.model.errors import PmtuiError
from pmtui.storage.ledger import Cursor
from pmtui.storage.log import LogReader, Row, Run

PAGE = 500


class Picked(NamedTuple):
    """An event that a turn has taken from a source."""

    source: str
    row: Row


_source: Callable[[Picked], str] = itemgetter(0)
_picked: Callable[[Any], Picked] = partial(tuple.__new__, Picked)
"""`Picked._make` without a Python call an event."""


def moment_of(row: Row) -> int:
    """When an event was recorded; one whose time cannot be read comes first, and fails when it is decided."""
    try:
        return instant.microseconds(instant.parse(row.recorded_at))
    except ValueError:
        return 0


class Source:
    """One log, read forward from a manager's cursor a page at a time; only events that a handler names are kept."""

    def __init__(self, reader: LogReader, types: frozenset[str], cursor: Cursor, page: int = PAGE) -> None:
        self._page = page
        self.reader = reader
        self.cursor = cursor
        self.types = types
        self._read = cursor.position
        self._rows: deque[Row] = deque()
        self._moment: int | None = None
        self._dry = False

    def look_again(self) -> None:
        """Something may have been appended since the source was found dry."""
        self._dry = False

    async def fill(self) -> bool:
        """Have a next event ready if there is one; whether there is."""
        while not self._rows and not self._dry:
            page = await self.reader.page(self._read, self._page)
            self._dry = len(page) < self._page
            if page:
                self._read = page[-1].position
                types = self.types
                self._rows.extend([row for row in page if row.type in types])
        return bool(self._rows)

    @property
    def moment(self) -> int:
        """When the next event was recorded."""
        if self._moment is None:
            self._moment = moment_of(self._rows[0])
        return self._moment

    def latest(self, count: int) -> int:
        """The latest time at which one of the next `count` events that are read already was recorded."""
        return max([moment_of(row) for row in islice(self._rows, count)])

    @property
    def next(self) -> Row:
        """The next event, which stays."""
        return self._rows[0]

    @property
    def empty(self) -> bool:
        """Whether no event that is read already is left."""
        return not self._rows

    def take(self) -> Row:
        """Take the next event."""
        self._moment = None
        return self._rows.popleft()

    def take_read(self, limit: int) -> list[Row]:
        """Take the next events that are read already, up to `limit`."""
        self._moment = None
        if limit < len(self._rows):
            return [self._rows.popleft() for _ in range(limit)]
        rows = list(self._rows)
        self._rows.clear()
        return rows

    def give_back(self, row: Row) -> None:
        """Put an event that was taken last back to the front."""
        self._moment = None
        self._rows.appendleft(row)

    async def between(self, first: int, last: int) -> list[Row]:
        """Its handled events from one position to another, which then count as taken."""
        rows: list[Row] = []
        after = first - 1
        while after < last:
            page = await self.reader.page(after, self._page)
            if not page:
                break
            after = page[-1].position
            rows.extend(row for row in page if row.position <= last and row.type in self.types)
        self._read = max(self._read, last)
        return rows

    def done(self, last: int | None) -> Cursor:
        """Where the cursor may go when the events taken up to `last` (None: none) are done with.

        To the last event taken, or to the last position read if nothing read is left over; never beyond.
        """
        if not self._rows:
            return Cursor(max(self._read, self.cursor.position), self.cursor.identity)
        return self.cursor if last is None else Cursor(last, self.cursor.identity)


Order = Callable[[Mapping[str, Source], int], str | None]
"""Which source is next, of those that have an event (in the order of declaration), in a turn that has so many events
already; None: none of them yet."""


def oldest(ready: Mapping[str, Source], taken: int) -> str | None:  # noqa: ARG001  (the same for every event of a turn)
    """The source whose next event was recorded first, ties in the order of declaration."""
    if len(ready) == 1:
        return next(iter(ready))
    return min(ready, key=lambda name: ready[name].moment, default=None)


class Sources:
    """All sources of a manager, in order of declaration. A source that has nothing is not waited for.

    Args:
        sources: by name.
        order: the policy that says which is next; it must go by what is in the logs alone.
    """

    def __init__(self, sources: dict[str, Source], order: Order = oldest) -> None:
        self._sources = sources
        self._order = order

    async def take(
        self, limit: int, clock: Clock, next_due: Callable[[], int | None], fire: Callable[[int], Awaitable[None]]
    ) -> list[Picked]:
        """Take up to `limit` events in the order of the policy.

        Args:
            limit: at most so many.
            clock: says which timers come before the next event.
            next_due: when the next pending timer is due.
            fire: moves the timers due by an instant into the timers log.
        """
        for each in self._sources.values():
            each.look_again()
        picked: list[Picked] = []
        ready = await self._ready()
        due = next_due()
        while len(picked) < limit:
            name = self._order(ready, len(picked)) if ready else None
            source = None if name is None else ready[name]
            if due is not None:
                horizon = clock.horizon(None if source is None else source.moment)
                if due <= horizon:
                    await fire(horizon)
                    self._sources["timers"].look_again()
                    ready, due = await self._ready(), next_due()
                    continue
            if name is None or source is None:
                break
            left = limit - len(picked)
            if len(ready) == 1 and left > 1 and (due is None or due > clock.horizon(source.latest(left))):
                picked.extend(map(_picked, zip(repeat(name), source.take_read(left))))
            else:
                picked.append(Picked(name, source.take()))
            if source.empty and len(picked) < limit:
                ready = await self._ready()
        return picked

    @property
    def more(self) -> bool:
        """Whether any event that is read already is left."""
        return any(not source.empty for source in self._sources.values())

    async def upcoming(self) -> Picked | None:
        """The next event by the policy, without taking it; None while there is none."""
        for source in self._sources.values():
            source.look_again()
        ready = await self._ready()
        name = self._order(ready, 0) if ready else None
        return None if name is None else Picked(name, ready[name].next)

    async def _ready(self) -> dict[str, Source]:
        """The sources that have a next event."""
        ready = {}
        for name, source in self._sources.items():
            if not source.empty or await source.fill():
                ready[name] = source
        return ready

    async def repeat(self, runs: Sequence[Run]) -> list[Picked]:
        """Take exactly the events of a pinned turn.

        Raises:
            PmtuiError: they are not all there, or the app handles other types of events by now.
        """
        picked: list[Picked] = []
        for run in runs:
            rows = await self._sources[run.source].between(run.first, run.last) if run.source in self._sources else []
            if len(rows) != run.count or rows[0].position != run.first or rows[-1].position != run.last:
                raise PmtuiError(
                    f"the turn that a crash interrupted had {run.count} events of {run.source} "
                    f"({run.first}–{run.last}), now {len(rows)} are handled there; "
                    "bring the handlers back as they were until it is done"
                )
            picked.extend(Picked(run.source, row) for row in rows)
        return picked

    def give_back(self, picked: Sequence[Picked]) -> None:
        """Put events that were taken last back, in their order."""
        for name, row in reversed(picked):
            self._sources[name].give_back(row)

    def moves(self, runs: Iterable[Run]) -> dict[str, tuple[Cursor, Cursor]]:
        """The cursors that move, (from, to), when these events are done with."""
        last = {run.source: run.last for run in runs}
        moves = {}
        for name, source in self._sources.items():
            before, after = source.cursor, source.done(last.get(name))
            if before is not after and before != after:
                moves[name] = before, after
        return moves

    def moved(self, moves: dict[str, tuple[Cursor, Cursor]]) -> None:
        """The moves are durable."""
        for name, (_, after) in moves.items():
            self._sources[name].cursor = after

    def cursors(self) -> dict[str, Cursor]:
        """The durable cursors."""
        return {name: source.cursor for name, source in self._sources.items()}


def runs_of(picked: Sequence[Picked]) -> tuple[Run, ...]:
    """A turn's events in order, consecutive ones of one source folded into a run."""
    if len(picked) == 1:
        ((name, row),) = picked
        return (Run(name, row.position, row.position, 1),)
    runs = []
    for name, group in groupby(picked, _source):
        rows = [row for _, row in group]
        runs.append(Run(name, rows[0].position, rows[-1].position, len(rows)))
    return tuple(runs)
