"""Noticing what handlers and aggregates look at that is not the same in every order."""

import copy
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import msgspec

from pmtui.model.app import Aggregate, App
from pmtui.model.event import Command, Event, NewEvent

_BY_CHANCE = frozenset({"position", "id", "metadata"})
"""What of an event in a log that managers act on depends on what else happened first."""

Noticing = Callable[[Event], Event]
"""Gives the same event, of a class that notes the context of one of which such a thing is read."""


def noticing(contexts: set[str]) -> Noticing:
    """Give events that tell.

    Args:
        contexts: where their contexts are noted.
    """

    class Noticed(Event, frozen=True, kw_only=True):
        def __repr__(self) -> str:
            contexts.add(self.context)
            return super().__repr__()

    for name in _BY_CHANCE:
        setattr(Noticed, name, property(_telling(name, contexts)))  # what they do not tell is read as fast as ever

    def same(event: Event) -> Event:
        return Noticed(**msgspec.structs.asdict(event))

    return same


def _telling(name: str, contexts: set[str]) -> Callable[[Event], Any]:
    read = getattr(Event, name).__get__

    def tell(event: Event) -> Any:
        contexts.add(event.context)
        return read(event)

    return tell


def with_noticing(app: App, same: Noticing) -> App:
    """The same app, whose aggregates are given events that tell."""
    noticed = copy.copy(app)
    noticed.aggregates = {context: _aggregate(function, same) for context, function in app.aggregates.items()}
    return noticed


def _aggregate(function: Aggregate, same: Noticing) -> Aggregate:
    def aggregate(history: Sequence[Event], command: Command) -> Iterable[NewEvent] | None:
        return function(tuple(same(event) for event in history), command)

    return aggregate
