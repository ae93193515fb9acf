"""The space-time diagram: what the managers did, as lanes, rows and arrows. No screen: numbers and words.

A lane is a context or a manager, a row is a moment, time goes down. An event is an arrow from its context to the
manager that handled it, an action an arrow from there to the context that it went to. A crash breaks the manager's lane
until its next worker does something. Only what is known is drawn: of a crash that nobody saw, what it led to.
"""

from dataclasses import dataclass
from typing import Literal

from pmtui.view.pages import Fate, Key, Tone
from pmtui.view.snapshot import Snapshot

Mark = Literal["handled", "ignored", "in hand", "volatile", "branch", "crash", "start", "break", "repeat", "fold"]
"""What stands in the manager's lane: an event that was handled, ignored, or is in hand; `volatile`, one that a crash
made forgotten; `branch`, a further action; where its worker died and where the next one began; a `break` without
either; `repeat`, from where on it did again what was done before; a `fold` of several events."""


@dataclass(frozen=True, slots=True)
class Lane:
    """A vertical line."""

    name: str
    kind: Literal["context", "manager"]


@dataclass(frozen=True, slots=True)
class Arrow:
    """From one lane to another.

    Attributes:
        start, end: the lanes' numbers; `end` is where its head is.
        kind: an `event` on its way to a manager, or an `action` on its way to a context.
        fate: what became of it; an event's is `taken`, or `lost` where a crash made it forgotten.
        text: the position at the context's end; empty where no event was added.
        number: of how many actions this is the arrow.
    """

    start: int
    end: int
    kind: Literal["event", "action"]
    fate: Fate = "taken"
    text: str = ""
    number: int = 1


@dataclass(frozen=True, slots=True)
class Row:
    """One moment.

    Attributes:
        lane: the number of the manager's lane, and `manager` its name.
        mark: what stands in it.
        words: what to say beside it, the most important first; every text is `safe()`.
        arrows: at most one on each side of the lane; of a fold, any number, the longest first.
        broken: the lanes of managers that have no worker at this moment.
        time: of the event, `10:04:21`.
        where: the event that this row is about, as context and position.
        twin: the number of the row with the action that this one repeats.
        entries: those that it is about: one, or all that a fold stands for; none beside them, as where a worker starts.
        first: whether it is the first row of its entry.
    """

    lane: int
    manager: str
    mark: Mark
    words: tuple[tuple[str, Tone], ...] = ()
    arrows: tuple[Arrow, ...] = ()
    broken: frozenset[int] = frozenset()
    time: str = ""
    where: tuple[str, int] | None = None
    twin: int | None = None
    entries: tuple[tuple[str, Key], ...] = ()
    first: bool = False


@dataclass(frozen=True, slots=True)
class Diagram:
    """Lanes from left to right and rows from the oldest to the newest."""

    lanes: tuple[Lane, ...]
    rows: tuple[Row, ...]


def lanes_of(snapshot: Snapshot) -> tuple[Lane, ...]:
    """A lane for each context, in the app's order, and right of the first one that it reads each manager's."""
    names = [context.name for context in snapshot.contexts]
    lanes: list[Lane] = []
    placed: set[str] = set()
    for name in names:
        lanes.append(Lane(name, "context"))
        for manager in snapshot.managers:
            first = next((source.context for source in manager.sources if source.context in names), "")
            if first == name:
                lanes.append(Lane(manager.name, "manager"))
                placed.add(manager.name)
    return (*lanes, *(Lane(each.name, "manager") for each in snapshot.managers if each.name not in placed))
