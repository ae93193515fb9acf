"""Painting the journal's lines: entries, and their actions below them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rich.style import Style
from textual.strip import Strip

from pmtui.tui.brackets import brackets
from pmtui.tui.paint import Row, cells
from pmtui.tui.themes import Ink
from pmtui.view.pages import JournalAction, JournalEntry, Key, Tone
from pmtui.view.words import TimeFormat, time_as

Name = tuple[Key, int]
"""What a line is known by: its entry's key, and which of the actions it is; -1 for the entry itself."""


@dataclass(frozen=True, slots=True)
class Line:
    """An entry, or one of its actions.

    Attributes:
        entry: whose line it is.
        index: which of its actions; -1 for the entry itself.
    """

    entry: JournalEntry
    index: int = -1

    @property
    def name(self) -> Name:
        """What it is known by."""
        return self.entry.key, self.index

    @property
    def action(self) -> JournalAction | None:
        """The action; None for the entry itself."""
        return self.entry.actions[self.index] if self.index >= 0 else None


def lines_of(entries: Iterable[JournalEntry]) -> list[Line]:
    """The lines of entries, each entry's own before those of its actions."""
    return [Line(entry, index) for entry in entries for index in range(-1, len(entry.actions))]


@dataclass(frozen=True, slots=True)
class _Columns:
    """Where type, label, words and time begin; the time at 0 where there is no room for it."""

    kind: int
    label: int
    words: int
    time: int
    width: int

    @classmethod
    def of(cls, lines: Sequence[Line], width: int, time: int) -> "_Columns":
        """Room for what is there; a time is `time` cells long."""
        where = max(
            max(cells(line.entry.where) + 2, cells(line.action.where) + 4 if line.action else 0) for line in lines
        )
        kinds = max(cells(line.action.type if line.action else line.entry.type) for line in lines)
        labels = max(cells(line.entry.label) for line in lines)
        wide = width >= 100
        kind = min(max(20 if wide else 18, where + 2), width // 3)
        label = kind + min(max(22 if wide else 18, kinds + 2), max(10, width // 4))
        words = label + min(max(14 if wide else 11, labels + 2), max(8, width // 5))
        return cls(kind, label, words, width - time if wide else 0, width)

    @property
    def edge(self) -> int:
        """Where words have to end."""
        return (self.time or self.width) - 1


@dataclass(frozen=True, slots=True)
class _Sheet:
    """What all lines that are painted together have in common."""

    ink: Ink
    columns: _Columns
    only: str
    time: TimeFormat

    def line(self, line: Line, joint: str, bracket: int, chosen: bool) -> Strip:
        ink, entry = self.ink, line.entry
        row = Row(self.columns.width)
        in_hand = line.action is None and entry.glyph == "▸"
        if line.action is None:
            self._entry(row, entry, in_hand)
        else:
            self._action(row, line, line.action)
        if joint.strip() and row.used < bracket:
            row.to(bracket).put(joint, ink.error)
        if line.action is None and row.used < self.columns.time:
            row.right([(time_as(entry.time, self.time), ink.quiet if in_hand else ink.faint)])
        return row.strip(ink.chosen if chosen else ink.row if in_hand else ink.base)

    def _entry(self, row: Row, entry: JournalEntry, in_hand: bool) -> None:
        ink, at = self.ink, self.columns
        glyph = {"✖": ink.alarm, "▸": ink.accent}.get(entry.glyph, ink.quiet)
        row.put(entry.glyph, glyph).put(" ", ink.plain).put(entry.where, ink.plain, at.kind - 3).to(at.kind)
        style = self._picked_out(entry, ink.bold if in_hand else ink.plain)
        row.put(entry.type, style, at.label - at.kind - 1).to(at.label)
        row.put(entry.label, ink.quiet, at.words - at.label - 1).to(at.words)
        row.put(entry.words, self._tone(entry.tone), at.edge - at.words)

    def _action(self, row: Row, line: Line, action: JournalAction) -> None:
        ink, at = self.ink, self.columns
        last = line.index == len(line.entry.actions) - 1
        wrong = action.tone == "error"
        row.to(2).put("└ " if last else "├ ", ink.faint)
        row.put(action.where, ink.error if wrong else ink.quiet, at.kind - 5).to(at.kind)
        type_ = ink.error if wrong else self._picked_out(line.entry, ink.plain)
        row.put(action.type, type_, at.words - at.kind - 1).to(at.words)
        row.put(action.words, self._tone(action.tone, strong=True), at.edge - at.words)

    def _picked_out(self, entry: JournalEntry, style: Style) -> Style:
        """The ink of a type: where one correlation id is to stand out, its own alone do."""
        if not self.only:
            return style
        return self.ink.key if entry.label == self.only else self.ink.quiet

    def _tone(self, tone: Tone, strong: bool = False) -> Style:
        ink = self.ink
        if tone == "error":
            return ink.error + Style(bold=True) if strong else ink.error
        if tone == "accent":
            return ink.key if strong else ink.accent
        return ink.plain if tone == "plain" else ink.quiet


def paint_lines(
    lines: Sequence[Line], width: int, ink: Ink, *, time: TimeFormat, only: str = "", chosen: Name | None = None
) -> list[Strip]:
    """A strip for each line.

    Args:
        lines: those in sight, at least one.
        width: of a line.
        ink: what it is painted with.
        time: how times of day are shown.
        only: the label that stands out; empty for none.
        chosen: the name of the chosen line, if there is one.
    """
    columns = _Columns.of(lines, width, len(time_as("12:00:00", time)))
    sheet = _Sheet(ink, columns, only, time)
    joints = brackets(_twins(lines), len(lines))
    bracket = _bracket_column(lines, joints, columns)
    return [sheet.line(line, joint, bracket, line.name == chosen) for line, joint in zip(lines, joints, strict=True)]


def _twins(lines: Sequence[Line]) -> list[tuple[int, int]]:
    latest: dict[str, int] = {}
    pairs = []
    for y, line in enumerate(lines):
        if (action := line.action) is None:
            continue
        if action.twin:
            pairs.append((latest.get(action.twin, -1), y))
        latest[action.where] = y
    return pairs


def _bracket_column(lines: Sequence[Line], joints: list[str], columns: _Columns) -> int:
    """Right of the longest words that a bracket has to pass."""
    longest = max(
        (cells((line.action or line.entry).words) for line, joint in zip(lines, joints, strict=True) if joint.strip()),
        default=0,
    )
    return min(columns.words + longest + 2, columns.edge - max(len(joint) for joint in joints))
