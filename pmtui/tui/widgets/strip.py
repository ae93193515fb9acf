"""The phase strip: how far the turn has come, as dots on a line."""

from collections.abc import Set

from rich.style import Style

from pmtui.tui.paint import Row, cells
from pmtui.tui.themes import Ink
from pmtui.tui.widgets.marks import ON
from pmtui.view.turn import StepView, TurnView

_LABEL = len("action 1 of 1")


def strip_rows(
    turn: TurnView, width: int, rows: int, killed: bool, ink: Ink, stops: Set[int] = frozenset()
) -> list[Row]:
    """The strip in one row (dots and labels) or three (dots, labels, where it lies).

    Where a step's dot stands depends on the labels alone, not on how far the turn has come, so nothing glides. Where
    the labels do not fit, only the step reached has its own. At the steps in `stops` stands a breakpoint.
    """
    drawing = _Drawing(turn.steps, killed, ink, stops)
    wide = [max(cells(step.label), _LABEL if step.label.startswith("action") else 0) for step in turn.steps]
    if rows == 3:
        last = max(wide[-1], cells(turn.steps[-1].where))
        slot = (width - last) // max(1, len(wide) - 1)
        return drawing.three(width, slot) if slot >= max(wide) + 2 else drawing.dense_three(width)
    between = len(wide) - 1
    line = (width - sum(wide) - 2 * len(wide)) // between - 2 if between else 0
    return [drawing.one(width, wide, line) if line >= 3 else drawing.dense_one(width)]


class _Drawing:
    def __init__(self, steps: tuple[StepView, ...], killed: bool, ink: Ink, stops: Set[int]) -> None:
        self.steps = steps
        self.stops = stops
        self.killed = killed
        self.ink = ink
        self.now = next((i for i, step in enumerate(steps) if step.state == "now"), -1)
        if self.now < 0 and steps and all(step.state == "done" for step in steps):
            self.now = len(steps) - 1

    def _reached(self, index: int) -> Style:
        """The ink of what has happened: grey once a crash has taken it, because it was only in memory."""
        if self.killed and not self.steps[index].durable:
            return self.ink.faint
        return self.ink.accent

    def _dot(self, row: Row, index: int) -> None:
        if self.killed and self.now < 0 and index == 0:
            row.put("✖", self.ink.alarm)
        elif index in self.stops:
            row.put(ON, self._reached(index) if index <= self.now else self.ink.accent)
        elif index <= self.now:
            row.put("●", self._reached(index))
        else:
            row.put("○", self.ink.faint)

    def _label(self, index: int) -> Style:
        if index == self.now:
            return self.ink.bold
        return self.ink.quiet if index < self.now else self.ink.faint

    def _line(self, row: Row, index: int, length: int) -> None:
        """From step `index` to the one after it."""
        if index < self.now:
            row.put("━" * length, self._reached(index))
        elif index == self.now and self.killed:
            half = max(0, (length - 2) // 2)
            if half:
                row.put("━" * (half - 1), self._reached(index)).put(" ", self.ink.plain)
            row.put("✖", self.ink.alarm)
            rest = length - half - 1
            if rest:
                row.put(" ", self.ink.plain).put("╌" * (rest - 1), self.ink.rule)
        else:
            row.put("─" * length, self.ink.rule)

    def one(self, width: int, wide: list[int], line: int) -> Row:
        row = Row(width)
        for index, step in enumerate(self.steps):
            self._dot(row, index)
            start = row.used
            row.put(f" {step.label}", self._label(index))
            if index < len(self.steps) - 1:
                row.put(" ", self.ink.plain)
                self._line(row, index, start + wide[index] + 2 + line - row.used)
                row.put(" ", self.ink.plain)
        return row

    def three(self, width: int, slot: int) -> list[Row]:
        dots, labels, places = Row(width), Row(width), Row(width)
        for index, step in enumerate(self.steps):
            for row in (dots, labels, places):
                row.to(index * slot)
            self._dot(dots, index)
            if index < len(self.steps) - 1:
                dots.put(" ", self.ink.plain)
                self._line(dots, index, slot - 3)
            limit = slot - 1 if index < len(self.steps) - 1 else None
            style = self.ink.bold if index == self.now else self.ink.plain if index < self.now else self.ink.faint
            labels.put(step.label, style, limit)
            places.put(step.where, self.ink.quiet if index <= self.now else self.ink.faint, limit)
        return [dots, labels, places]

    def _dense_dots(self, row: Row, room: int) -> int:
        """Dots at even distances in `room` cells; returns the column of the step reached."""
        count = len(self.steps)
        fits = max(3, room // 2)
        first = 0 if count <= fits else min(max(0, self.now - fits // 2), count - fits)
        shown = range(first, min(count, first + fits))
        gap = max(0, min(8, room // max(1, len(shown)) - 1))
        column = row.used
        for index in shown:
            if index == max(self.now, 0):
                column = row.used
            edge = (index == shown[0] and first > 0) or (index == shown[-1] and index < count - 1)
            if edge:
                row.put("⋯", self.ink.faint)
            else:
                self._dot(row, index)
            if index != shown[-1]:
                self._line(row, index, gap)
        return column

    def dense_one(self, width: int) -> Row:
        row = Row(width)
        label = self.steps[max(self.now, 0)].label
        slot = max(_LABEL, *(cells(step.label) for step in self.steps))
        room = width - min(slot, width // 2) - 2
        self._dense_dots(row, room)
        return row.to(room + 2).put(label, self.ink.bold if self.now >= 0 else self.ink.faint)

    def dense_three(self, width: int) -> list[Row]:
        dots = Row(width)
        column = self._dense_dots(dots, width)
        step = self.steps[max(self.now, 0)]
        rows = [dots]
        for text, style in (
            (step.label, self.ink.bold if self.now >= 0 else self.ink.faint),
            (step.where, self.ink.quiet),
        ):
            row = Row(width)
            row.to(max(0, min(column, width - cells(text)))).put(text, style)
            rows.append(row)
        return rows
