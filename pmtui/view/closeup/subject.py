"""What can be looked at closely, by name. These names are as stored, not `safe()`: they find things, they are not
shown."""

from dataclasses import dataclass

from pmtui.model.manager import TIMERS


@dataclass(frozen=True, slots=True)
class EventAt:
    """The event at a position of a context's log, or of a manager's own timers log (`source` is `timers`)."""

    source: str
    position: int
    manager: str = ""
    """Whose timers; empty for a context's log."""

    @property
    def where(self) -> str:
        """`orders@3`."""
        return f"{self.source}@{self.position}"


def event_at(source: str, position: int, manager: str) -> EventAt:
    """An event as a manager reads it: of its own timers, or of a context's log, which is everybody's."""
    return EventAt(source, position, manager if source == TIMERS else "")


@dataclass(frozen=True, slots=True)
class ActionOf:
    """An action by its key: a manager's, because of an event, its number among all actions of that event from 0."""

    manager: str
    source: str
    position: int
    ordinal: int

    @property
    def event(self) -> EventAt:
        """The event that it was asked for because of."""
        return event_at(self.source, self.position, self.manager)


@dataclass(frozen=True, slots=True)
class InstanceOf:
    """A manager's instance: by its correlation id, or, where that is empty, the one that an event belongs to."""

    manager: str
    correlation: str = ""
    event: EventAt | None = None
    """The event whose step is of interest."""


@dataclass(frozen=True, slots=True)
class ManagerOf:
    """A manager."""

    manager: str


Subject = EventAt | ActionOf | InstanceOf | ManagerOf


def event_of(where: str, manager: str) -> EventAt | None:
    """The event that a journal's line names, `orders@3`; of a range, `orders@1201–1700`, its last; None for others."""
    source, at, positions = where.rpartition("@")
    last = positions.rpartition("–")[2]
    return event_at(source, int(last), manager) if at and last.isdecimal() else None
