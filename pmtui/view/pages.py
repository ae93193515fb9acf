"""Pages: what a pane of a log or of the journal shows, a screenful at a time. Every string in them is `safe()`."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Tone = Literal["plain", "quiet", "accent", "error"]
Fate = Literal["taken", "doubled", "stopped", "refused", "lost", "asked", "own"]
"""What became of an action: `stopped` by its receipt; `refused` by its aggregate the second time; `asked` and not taken
yet; `own` is the ledger's alone, such as a timer."""


@dataclass(frozen=True, slots=True)
class LogRow:
    """One event in a log's pane.

    `missing` counts the positions missing right before it (0: none). `original` is the position it repeats if it was
    doubled.
    """

    position: int
    type: str
    label: str
    time: str
    """`10:04:21`, as written in the event."""
    missing: int = 0
    original: int = 0


@dataclass(frozen=True, slots=True)
class LogPage:
    """Consecutive rows by position, oldest first, and whether there is more on either side."""

    context: str
    rows: tuple[LogRow, ...]
    more_before: bool
    more_after: bool


@dataclass(frozen=True, slots=True)
class JournalAction:
    """One action under its event: `where` it went (`payments@3`, `timers`), the words for what became of it.

    Where it went to a log, the same as numbers: its `context`, the position of the `first` of the events that it
    `added` (of the original's, where its receipt stopped it), the `original` it repeats, and of how many actions of a
    larger turn this tells (`number`).
    """

    where: str
    type: str
    words: str
    tone: Tone = "quiet"
    twin: str = ""
    """Where it was doubled, the `where` of the action it repeats."""
    fate: Fate = "own"
    context: str = ""
    first: int = 0
    added: int = 0
    original: int = 0
    number: int = 1
    ordinal: int = -1
    """Its number among all actions of its event; -1 where it stands for several."""


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One event with its actions. A larger turn that a crash interrupted is one entry, with a range as `where`.

    `key` orders a manager's entries: (turn, attempt, number); later is greater. `source`, `first` and `last` are where
    its `size` events lie, and `moment` is when it was handled, in microseconds since 1970 on the manager's clock (0:
    nobody wrote that down).
    """

    key: tuple[int, int, int]
    glyph: Literal["✓", "·", "✖", "▸"]
    """Handled, ignored, killed or failed, in hand."""
    where: str
    type: str
    label: str
    words: str
    time: str
    actions: tuple[JournalAction, ...] = ()
    tone: Tone = "quiet"
    source: str = ""
    first: int = 0
    last: int = 0
    size: int = 1
    moment: int = 0


@dataclass(frozen=True, slots=True)
class JournalPage:
    """Consecutive entries, oldest first, and whether there is more on either side."""

    manager: str
    entries: tuple[JournalEntry, ...]
    more_before: bool
    more_after: bool


Key = tuple[int, int, int]
Place = Mapping[str, Key]
"""A place among what all managers have done: a key for each manager."""


@dataclass(frozen=True, slots=True)
class Handled:
    """What one manager did with one event."""

    manager: str
    entry: JournalEntry


@dataclass(frozen=True, slots=True)
class HandledPage:
    """Consecutive entries of all managers, oldest first.

    `above` reads on before the page (every manager's entries with smaller keys), `below` after it (with greater ones).
    """

    entries: tuple[Handled, ...]
    above: Place
    below: Place
    more_before: bool
    more_after: bool
