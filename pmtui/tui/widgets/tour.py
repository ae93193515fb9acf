"""The tour's panel, above the footer: what happened, what to do now, what to press."""

import math

from rich.style import Style
from textual import events
from textual.strip import Strip

from pmtui.tui.actions import BY_ID
from pmtui.tui.config.config import config_of
from pmtui.tui.paint import Row, cells, wrap
from pmtui.tui.touring import Told
from pmtui.tui.widgets.messages import Wanted
from pmtui.tui.widgets.painted import Bar

_MARGIN = 3
_LONGEST = 225
"""No text of a step has more letters."""


def rows_of(told: Told | None, width: int, height: int) -> int:
    """How many rows the panel takes on a screen of this size; the same for every step, so that nothing jumps."""
    if told is None:
        return 0
    if height < 14 or (height < 20 and not told.head):
        return 1
    if not told.head:
        return 3
    if height < 18:
        return 2
    lines = math.ceil(_LONGEST / (width - _MARGIN - 1))
    return min(2 + 2 * lines, height // 3)


class TourPanel(Bar):
    """What the tour says now, on the footer's ground. Where there are few rows, what happened is left out."""

    told: Told | None = None

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id)
        self._places: list[tuple[int, int, int, str]] = []

    def show(self, told: Told | None) -> None:
        """Show this."""
        if told != self.told:
            self.told = told
            self.repaint()

    def paint(self, width: int, height: int) -> list[Strip]:
        """Head and keys, what happened, the task, and in the last line what to press."""
        self._places = []
        told = self.told
        if told is None:
            return []
        rows: list[Row] = []
        if height == 1:
            rows.append(self._short(told, width))
        else:
            if told.head:
                rows.append(self._head(told, width))
            last = self._press(told, width, height - 1)
            rows += self._texts(told, width, height - len(rows) - 1)
            rows += [Row(width) for _ in range(height - len(rows) - 1)]
            rows.append(last)
        return [row.strip(self.ink.bar) for row in rows]

    def _head(self, told: Told, width: int) -> Row:
        ink, row = self.ink, Row(width)
        row.to(1).put(told.head, ink.quiet, width // 3).put("   ", ink.plain)
        row.put(told.title, ink.bold, width - row.used - 1)
        size = sum(self._cells_of(name, words) for name, words in told.keys) + 3 * (len(told.keys) - 1)
        if row.used + size + 4 <= width:
            row.to(width - 1 - size)
            self._keys(row, told.keys, 0, 3)
        return row

    def _press(self, told: Told, width: int, y: int) -> Row:
        row = Row(width).to(_MARGIN)
        if not told.head:
            return self._keys(row, told.keys, y, 4)
        return row if told.press is None else self._keys(row, (told.press,), y, 0)

    def _short(self, told: Told, width: int) -> Row:
        """All in one line: what to press, and how to leave."""
        row = Row(width).to(1)
        if not told.head:
            return self._keys(row, told.keys, 0, 3)
        row.put(told.head.rpartition("step ")[2], self.ink.quiet).put("   ", self.ink.plain)
        if told.press is not None:
            self._keys(row, (told.press,), 0, 0)
        return row

    def _texts(self, told: Told, width: int, room: int) -> list[Row]:
        task = self._text("▸" if told.head else "", told.task, width, self.ink.accent)
        happened = self._text("✓", told.happened, width, self.ink.accent) if told.happened and told.head else []
        return happened + task if len(happened) + len(task) <= room else task[:room]

    def _text(self, glyph: str, text: str, width: int, style: Style) -> list[Row]:
        rows = []
        for number, line in enumerate(wrap([(text, self.ink.plain)], width - _MARGIN - 1)):
            row = Row(width).to(1)
            row.put("" if number else glyph, style).to(_MARGIN)
            for piece, ink in line:
                row.put(piece, ink)
            rows.append(row)
        return rows

    def _keys(self, row: Row, keys: tuple[tuple[str, str], ...], y: int, gap: int) -> Row:
        for name, words in keys:
            start = row.used
            if name:
                row.put(self._key(name), self.ink.key).put(" ", self.ink.plain)
                self._places.append((y, start, start + self._cells_of(name, words), name))
            row.put(words, self.ink.quiet)
            row.to(row.used + gap)
        return row

    def on_click(self, event: events.Click) -> None:
        """Do what is under the pointer."""
        for y, start, end, name in self._places:
            if event.y == y and start <= event.x < end:
                self.post_message(Wanted(name))

    def _key(self, name: str) -> str:
        return config_of(self.app).keymap.key(BY_ID[name])

    def _cells_of(self, name: str, words: str) -> int:
        return cells(self._key(name)) + 1 + cells(words)
