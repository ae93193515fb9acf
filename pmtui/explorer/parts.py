"""Parts of an app that have nothing to do with one another: each is explored alone."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from pmtui.handling.decide import Decider
from pmtui.handling.errors import EventFailed
from pmtui.handling.sources import Picked, moment_of
from pmtui.model.app import App
from pmtui.storage.log import Row

Logs = Mapping[str, Sequence[Row]]


class Unit(NamedTuple):
    """One instance of a manager, or a whole manager (`*`)."""

    manager: str
    instance: str


Stream = tuple[str, str]
"""An aggregate's stream: its context and its name."""


class Part(NamedTuple):
    """Units that are explored together.

    Attributes:
        units: their instances.
        managers: those that they belong to, in the app's order.
        logs: the events from outside that concern them.
    """

    units: frozenset[Unit]
    managers: tuple[str, ...]
    logs: Logs


class Owners:
    """Which units an event concerns.

    Args:
        app: whose managers.
        deciders: who knows each manager's correlation.
        whole: whether a unit is a whole manager, not an instance.
    """

    def __init__(self, app: App, deciders: Mapping[str, Decider], *, whole: bool) -> None:
        self._app = app
        self._deciders = deciders
        self._whole = whole
        self._known: dict[tuple[str, str, str, str], frozenset[Unit]] = {}

    def of(self, context: str, row: Row) -> frozenset[Unit]:
        """The units that handle an event; none where it is ignored because it names no instance."""
        key = (context, row.stream, row.type, row.data)
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = frozenset(self._found(context, row))
        return found

    def _found(self, context: str, row: Row) -> Iterator[Unit]:
        for name, manager in self._app.managers.items():
            if (context, row.type) not in manager.handlers:
                continue
            if self._whole:
                yield Unit(name, "*")
                continue
            try:
                _, instance = self._deciders[name].meet(Picked(context, row), 0)
            except EventFailed:
                instance = f"{context}@{row.position}"  # fails in a part of its own
            if instance:
                yield Unit(name, instance)


class Touched:
    """What the exploration of a part has met, so that nobody relies on a separation that is none.

    Args:
        owners: of events.
        part: what is explored; None: the whole app.

    Attributes:
        streams: whose history was read, or that events were appended to.
        units: that read events which were appended.
        contexts: of those streams.
        more: whether there is a unit among them that the part does not have.
    """

    def __init__(self, owners: Owners, part: Part | None = None) -> None:
        self.streams: set[Stream] = set()
        self.units: set[Unit] = set()
        self.contexts: set[str] = set()
        self.more = False
        self._owners = owners
        self._part = part

    def read(self, context: str, stream: str) -> None:
        """A stream's history was read."""
        self.contexts.add(context)
        self.streams.add((context, stream))

    def appended(self, context: str, row: Row) -> None:
        """An event was appended to a context."""
        self.contexts.add(context)
        self.streams.add((context, row.stream))
        units = self._owners.of(context, row)
        if not units <= self.units:
            self.units |= units
            self.more = self.more or (self._part is not None and not units <= self._part.units)


class Parts:
    """The parts of an app as far as is known; they grow together as more is met.

    Args:
        app: whose managers.
        logs: all events from outside.
        owners: of events.
        together: whether all is one part.

    Attributes:
        together: the same.
    """

    def __init__(self, app: App, logs: Logs, owners: Owners, *, together: bool) -> None:
        self.together = together
        self._app = app
        self._logs = logs
        self._owners = owners
        self._leader: dict[Unit, Unit] = {}
        self._streams: dict[Stream, Unit] = {}
        self._concerning: dict[str, dict[Unit, list[int]]] = {context: {} for context in logs}
        """By context and unit, which of the rows: there can be as many parts as rows."""
        self._unhandled: dict[tuple[str, tuple[str, ...]], list[int]] = {}
        for context, rows in logs.items():
            for index, row in enumerate(rows):
                for unit in owners.of(context, row):
                    self._concerning[context].setdefault(unit, []).append(index)
                    self._leader.setdefault(unit, unit)
                    if context in app.aggregates:
                        self._own((context, row.stream), unit)

    def join(self, part: Part, touched: Touched) -> bool:
        """What a part has met belongs to it; whether that is more than it was."""
        if self.together:
            return False
        some = next(iter(part.units))
        for unit in touched.units:
            self._leader.setdefault(unit, some)
            self._unite(unit, some)
        for stream in touched.streams:
            self._own(stream, some)
        return self._members(some) != part.units

    def all(self) -> list[Part]:
        """The parts, as far as is known."""
        if self.together:
            units = frozenset(Unit(name, "*") for name in self._app.managers)
            return [Part(units, tuple(self._app.managers), self._logs)]
        members: dict[Unit, set[Unit]] = {}
        for unit in self._leader:
            members.setdefault(self._find(unit), set()).add(unit)
        return [self._part(units) for units in members.values()]

    def _members(self, unit: Unit) -> set[Unit]:
        leader = self._find(unit)
        return {each for each in self._leader if self._find(each) == leader}

    def _part(self, units: set[Unit]) -> Part:
        """Some units with the events that concern them, and with the units that those concern."""
        while True:
            managers = tuple(name for name in self._app.managers if any(unit.manager == name for unit in units))
            logs = {context: self._rows(context, rows, units, managers) for context, rows in self._logs.items()}
            more = {
                unit
                for context, rows in logs.items()
                for row in rows
                for unit in self._owners.of(context, row)
                if unit.manager in managers and unit not in units
            }
            if not more:
                return Part(frozenset(units), managers, logs)
            for unit in more:
                self._unite(unit, next(iter(units)))
            units = self._members(next(iter(units)))

    def _rows(self, context: str, rows: Sequence[Row], units: set[Unit], managers: tuple[str, ...]) -> list[Row]:
        kept = {index for unit in units for index in self._concerning[context].get(unit, ())}
        if context in self._app.aggregates:
            kept.update(self._nobodys(context, rows, managers))
        return [rows[index] for index in sorted(kept)]

    def _nobodys(self, context: str, rows: Sequence[Row], managers: tuple[str, ...]) -> list[int]:
        """The rows that none of some managers handles; an aggregate may look at them all the same."""
        found = self._unhandled.get((context, managers))
        if found is None:
            handled = {
                type_ for name in managers for where, type_ in self._app.managers[name].handlers if where == context
            }
            found = [index for index, row in enumerate(rows) if row.type not in handled]
            self._unhandled[context, managers] = found
        return found

    def _own(self, stream: Stream, unit: Unit) -> None:
        self._unite(unit, self._streams.setdefault(stream, unit))

    def _find(self, unit: Unit) -> Unit:
        while (leader := self._leader.setdefault(unit, unit)) != unit:
            unit = leader
        return unit

    def _unite(self, one: Unit, other: Unit) -> None:
        self._leader[self._find(one)] = self._find(other)


def in_order(logs: Logs) -> bool:
    """Whether time never goes back in any log; only then is a larger turn of a part like one of the whole."""
    for rows in logs.values():
        moments = [moment_of(row) for row in rows]
        if any(later < earlier for earlier, later in pairwise(moments)):
            return False
    return True
