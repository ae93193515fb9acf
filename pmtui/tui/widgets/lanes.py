"""Painting the diagram's lanes: their names, and one row of arrows across them."""

from collections.abc import Sequence

from rich.style import Style

from pmtui.tui.paint import Row as Line
from pmtui.tui.paint import cells, cut, cut_left
from pmtui.tui.themes import Ink
from pmtui.view.diagram import Arrow, Lane, Row

_NARROWEST = 7
_WIDEST = 18
_LAST = 6
"""Cells for the last lane, right of which nothing has to go."""
_LINES = {"doubled": "═", "lost": "╱", "asked": "╌"}
_MARKS = {"handled": "●", "in hand": "●", "ignored": "○", "volatile": "○", "crash": "✖", "start": "╻", "break": " "}


class Lanes:
    """Where the lanes that fit stand.

    Attributes:
        first, last: the lanes shown, `last` not included; `total` is how many there are.
        width: the cells that they take.
    """

    def __init__(self, lanes: Sequence[Lane], room: int, first: int, ink: Ink) -> None:
        """Squeeze the lanes into `room` cells; those that do not fit are out of sight, `first` being the first seen."""
        self._lanes = lanes
        self._ink = ink
        self.total = len(lanes)
        shown = min(self.total, max(1, (room - _LAST) // _NARROWEST + 1))
        self._pitch = max(_NARROWEST, min(_WIDEST, (room - _LAST) // max(1, shown - 1)))
        self.first = max(0, min(first, self.total - shown))
        self.last = self.first + shown
        self.width = min(max(room, 0), self._pitch * shown)

    def _column(self, lane: int) -> int:
        """The column of a lane; beyond the edges for those out of sight."""
        return (lane - self.first) * self._pitch

    def names(self, width: int) -> list[Line]:
        """One row of names, or two in which they stand in turns where they are too long for one."""
        shown = range(self.first, self.last)
        ink = self._ink
        longest = max((cells(self._lanes[lane].name) for lane in shown), default=0)
        rows = 1 if longest < self._pitch else 2
        lines = [Line(width) for _ in range(rows)]
        for number, lane in enumerate(shown):
            line = lines[number % rows]
            style = ink.key if self._lanes[lane].kind == "manager" else ink.plain
            line.to(self._column(lane)).put(cut(self._lanes[lane].name, self._pitch * rows - 1), style)
        return lines

    def line(self, row: Row, width: int, selected: bool) -> Line:
        """A row's lanes and arrows, `width` being that of the whole line."""
        ink = self._ink
        canvas: list[tuple[str, Style]] = [(" ", ink.plain)] * self.width
        for lane in range(self.first, self.last):
            char, style = self._thread(row, lane)
            self._put(canvas, self._column(lane), char, style, None)
        for arrow in row.arrows:
            self._arrow(canvas, arrow, row, selected)
        if self.first <= row.lane < self.last:
            mark = self._mark(row)
            if mark is not None:
                self._put(canvas, self._column(row.lane), *mark, None)
        line = Line(width)
        start = 0
        for column in range(1, len(canvas) + 1):  # as few pieces as there are styles
            if column == len(canvas) or canvas[column][1] is not canvas[start][1]:
                line.put("".join(char for char, _ in canvas[start:column]), canvas[start][1])
                start = column
        return line

    def _thread(self, row: Row, lane: int) -> tuple[str, Style]:
        ink = self._ink
        if lane in row.broken:
            return " ", ink.plain
        manager = self._lanes[lane].kind == "manager"
        if row.mark == "fold":
            return ("┇" if manager else "┊"), (ink.soft if manager else ink.rule)
        return ("┃", ink.soft) if manager else ("│", ink.rule)

    def _mark(self, row: Row) -> tuple[str, Style] | None:
        ink = self._ink
        if row.mark == "branch":
            right = any(arrow.end > row.lane for arrow in row.arrows)
            return ("┠" if right else "┨", ink.soft) if row.arrows else None
        style = {"crash": ink.alarm, "volatile": ink.faint, "ignored": ink.quiet}.get(row.mark, ink.accent)
        return (_MARKS[row.mark], style) if row.mark in _MARKS else None

    def _style(self, arrow: Arrow, row: Row, selected: bool) -> Style:
        ink = self._ink
        if arrow.kind == "event":
            return (ink.quiet if selected else ink.faint) if row.mark == "volatile" else ink.quiet
        if arrow.fate in ("doubled", "lost"):
            return ink.error
        return {"stopped": ink.accent, "asked": ink.quiet, "refused": ink.quiet}.get(arrow.fate, ink.plain)

    def _arrow(self, canvas: list[tuple[str, Style]], arrow: Arrow, row: Row, selected: bool) -> None:
        """The text stands at the context's lane, to the right of it; the line goes between it and the manager's."""
        style = self._style(arrow, row, selected)
        event = arrow.kind == "event"
        context, manager = (arrow.start, arrow.end) if event else (arrow.end, arrow.start)
        text = cut_left(arrow.text, self._pitch - 2)
        at, to = self._column(context), self._column(manager)
        kind = (
            "lost" if arrow.fate == "lost" and not event else "asked" if event and arrow.fate == "lost" else arrow.fate
        )
        char = _LINES.get(kind, "━" if arrow.number > 1 else "─")
        left, right = (at + max(1, len(text)), to - 1) if at < to else (to + 1, at - 1)
        for column in range(max(left, 0), min(right + 1, self.width)):
            self._put(canvas, column, char, style, row)
        head = self._head(arrow, pointing_right=(at < to) == event)
        if head:
            column = right if (at < to) == event else left
            self._put(canvas, max(0, min(column, self.width - 1)), head, style, None)
        for index, character in enumerate(text or ("○" if arrow.fate in ("taken", "refused") and not event else "")):
            self._put(canvas, at + index, character, style, None)

    def _head(self, arrow: Arrow, *, pointing_right: bool) -> str:
        if arrow.fate in ("stopped", "refused"):
            return "┤" if pointing_right else "├"
        if arrow.fate == "lost" and arrow.kind == "action":
            return ""
        if arrow.fate == "asked":
            return "▹" if pointing_right else "◃"
        return "▸" if pointing_right else "◂"

    def _put(self, canvas: list[tuple[str, Style]], column: int, char: str, style: Style, row: Row | None) -> None:
        if not 0 <= column < self.width:
            return
        if row is not None and char in "─━═" and canvas[column][0] in "│┃":
            char = {"─": "┼", "━": "┿", "═": "╪"}[char]
        canvas[column] = (char, style)
