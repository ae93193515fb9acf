"""What follows from an event, and what became of it: plain data."""

from collections.abc import Iterable
from datetime import datetime
from operator import attrgetter
from typing import ClassVar

import msgspec

from pmtui.storage.ledger import Instance, Outcome, Taken, texts_of
from pmtui.storage.log import Row

_ordinal = attrgetter("ordinal")
_as_taken = attrgetter("kind", "context", "stream", "type", "ordinal", "outcome", "first", "added", "original", "due")


class Act(msgspec.Struct):
    """One action on a log, ready to be taken.

    Attributes:
        index: which event of the turn asked for it.
        ordinal: its number among all actions of that event.
        source, position: the event; with the ordinal and the sender its key.
        kind, context, stream, type, data: what is asked; `data` as JSON text.
        fingerprint: of all that is asked.
        metadata: JSON text for the events it appends.
        cause: the event's `recorded_at`.
        outcome, first, added, original: what became of it, as in `Taken`; `asked` until it was taken.
    """

    due: ClassVar[str] = ""

    index: int
    ordinal: int
    source: str
    position: int
    kind: str
    context: str
    stream: str
    type: str
    data: str
    fingerprint: bytes
    metadata: str
    cause: str
    outcome: Outcome = "asked"
    first: int = 0
    added: int = 0
    original: int = 0

    @property
    def taken(self) -> Taken:
        """The same as the journal keeps it."""
        return Taken(*_as_taken(self))


class Decision(msgspec.Struct):
    """What follows from one event.

    Attributes:
        source, row: the event.
        recorded_at: when it was recorded.
        outcome: `handled` or `ignored`.
        correlation: its instance, empty if none could be named.
        after: the instance afterwards.
        changed: whether that is another than before, so that it must be saved.
        acts: its actions on logs, in order.
        own: its other actions (timers, complete), which the ledger keeps.
        late: events of this instance that had been ignored before this one started it.
    """

    source: str
    row: Row
    recorded_at: datetime
    outcome: str
    correlation: str
    after: Instance
    changed: bool = False
    acts: list[Act] = []
    own: list[Taken] = []
    late: int = 0

    @property
    def where(self) -> str:
        """`orders@3`."""
        return f"{self.source}@{self.row.position}"

    def taken(self) -> list[Taken]:
        """All its actions in order, with what became of them so far."""
        return sorted([*(act.taken for act in self.acts), *self.own], key=_ordinal)


def actions_texts(decisions: Iterable[Decision]) -> list[str]:
    """The actions of each of some events, with what became of them so far, as the journal keeps them."""
    # As `Taken` is written: a tuple of the same is made without a Python call an action.
    return texts_of(
        [decision.taken() if decision.own else list(map(_as_taken, decision.acts)) for decision in decisions]
    )
