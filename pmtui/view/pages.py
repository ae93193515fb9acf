"""Pages: what a pane of a log or of the journal shows, a screenful at a time. Every string in them is `safe()`."""

from dataclasses import dataclass
from typing import Literal

Tone = Literal["plain", "quiet", "accent", "error"]


@dataclass(frozen=True, slots=True)
class LogRow:
    """One event in a log's pane.

    `missing` counts the positions missing right before it (0: none). `original` is the position it repeats if it was
    doubled, `repeated` the position that repeats it.
    """

    position: int
    type: str
    label: str
    time: str
    """`10:04:21`, as written in the event."""
    missing: int = 0
    original: int = 0
    repeated: int = 0


@dataclass(frozen=True, slots=True)
class LogPage:
    """Consecutive rows by position, oldest first, and whether there is more on either side."""

    context: str
    rows: tuple[LogRow, ...]
    more_before: bool
    more_after: bool


@dataclass(frozen=True, slots=True)
class JournalAction:
    """One action under its event: `where` it went (`payments@3`, `timers`), the words for what became of it."""

    where: str
    type: str
    words: str
    tone: Tone = "quiet"
    twin: str = ""
    """Where it was doubled, the `where` of the action it repeats."""
    ordinal: int = -1
    """Its number among all actions of its event; -1 where it stands for several."""


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One event with its actions. A larger turn that a crash interrupted is one entry, with a range as `where`.

    `key` orders entries: (turn, number within it, attempt); later is greater.
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


@dataclass(frozen=True, slots=True)
class JournalPage:
    """Consecutive entries, oldest first, and whether there is more on either side."""

    manager: str
    entries: tuple[JournalEntry, ...]
    more_before: bool
    more_after: bool
