"""Painting a log's lines: events and gaps."""

from dataclasses import dataclass

from rich.style import Style
from textual.strip import Strip

from pmtui.tui.brackets import brackets
from pmtui.tui.paint import Row, cells, cut_left
from pmtui.tui.themes import Ink
from pmtui.tui.widgets.logstand import LogStand, Standing
from pmtui.tui.widgets.logwindow import SMALL, Gap, Line
from pmtui.tui.widgets.marks import ON, mark
from pmtui.view.breakpoints import at_event
from pmtui.view.pages import LogRow
from pmtui.view.snapshot import BreakpointView
from pmtui.view.words import TimeFormat, time_as


@dataclass(frozen=True, slots=True)
class _Sheet:
    """What all lines that are painted together have in common."""

    width: int
    ink: Ink
    context: str
    digits: int
    small: bool
    only: str
    time: TimeFormat
    breakpoints: tuple[BreakpointView, ...]

    @property
    def margin(self) -> int:
        """Columns before the number: how it stands, and its breakpoint or the gap before it; both only if need be."""
        return 3 if self.breakpoints and not self.small else 2

    def gap(self, gap: Gap, joint: str) -> Strip:
        row = Row(self.width)
        span = str(gap.first) if gap.first == gap.last else f"{gap.first}–{gap.last}"
        row.to(self.digits + 1).put(f"⋯ {span} missing", self.ink.faint)
        if joint.strip():
            row.right([(joint, self.ink.error)])
        return row.strip(self.ink.base)

    def event(self, line: LogRow, joint: str, standing: Standing, chosen: bool) -> Strip:
        ink, row = self.ink, Row(self.width)
        in_hand = standing in ("then", "in hand")
        faint = ink.quiet if in_hand or chosen else ink.faint
        row.put(*self._margin(standing))
        stops = mark(view for view in self.breakpoints if at_event(view, self.context, line))
        if stops:
            row.put(stops, ink.accent if stops == ON else faint)
        if line.missing and not self.small:
            row.to(self.margin - 1).put("⋯", faint)
        number = str(line.position)
        row.to(self.margin + self.digits - len(number)).put(number, ink.plain if in_hand else faint).put(" ", ink.plain)
        edge = self.width - (len(joint) + 1 if joint.strip() else 0)
        time = time_as(line.time, self.time) if self.width >= 60 else ""
        self._words(row, line, self._style(line, standing, faint), faint, edge - (len(time) + 3 if time else 0))
        if time:
            row.right([(time, faint)], edge)
        if joint.strip():
            row.right([(joint, ink.error)])
        return row.strip(ink.chosen if chosen else ink.row if in_hand else ink.base)

    def _margin(self, standing: Standing) -> tuple[str, Style]:
        """The cursor margin's glyph."""
        ink = self.ink
        match standing:
            case "then" | "in hand":
                return "▸", ink.accent
            case "dead":
                return "✖", ink.alarm
            case "next":
                return "‖", ink.accent
            case "done":
                return "┃", ink.accent
            case "ahead":
                return " ", ink.plain

    def _style(self, line: LogRow, standing: Standing, faint: Style) -> Style:
        """The type's ink."""
        ink = self.ink
        if self.only:
            return ink.key if line.label == self.only else faint
        if standing in ("dead", "in hand", "next"):
            return ink.bold
        if line.original:
            return ink.error
        return {"then": ink.bold, "done": ink.quiet}.get(standing, ink.plain)

    def _words(self, row: Row, line: LogRow, style: Style, faint: Style, edge: int) -> None:
        """Type and label up to column `edge`; below 26 cells there is no room for a label."""
        room = edge - row.used
        label = cut_left(line.label, max(7, room // 3, room - 1 - cells(line.type))) if edge >= 24 else ""
        row.put(line.type, style, room - (cells(label) + 1 if label else 0))
        if label:
            row.right([(label, faint)], edge)


class LogLines:
    """Paints lines; one that is as it was when painted last is not painted again."""

    def __init__(self) -> None:
        self._sheet: _Sheet | None = None
        self._painted: dict[tuple[LogRow, str, Standing, bool], Strip] = {}

    def paint(
        self,
        stand: LogStand,
        lines: list[Line],
        width: int,
        ink: Ink,
        *,
        time: TimeFormat,
        only: str = "",
        chosen: int | None = None,
    ) -> list[Strip]:
        """A strip for each line.

        Args:
            stand: how the log stands.
            lines: those in sight.
            width: of a line.
            ink: what it is painted with.
            time: how times of day are shown.
            only: the label that stands out; empty for none.
            chosen: the position of the chosen line, if there is one.
        """
        rows = {line.position: y for y, line in enumerate(lines) if isinstance(line, LogRow)}
        digits = max(2, len(str(max(stand.log.head, *rows)))) if rows else 2
        small = stand.log.head <= SMALL
        sheet = _Sheet(width, ink, stand.log.name, digits, small, only, time, stand.breakpoints)
        known = self._painted if sheet == self._sheet else {}
        self._sheet, self._painted = sheet, {}
        twins = [
            (rows.get(line.original, -1), y)
            for y, line in enumerate(lines)
            if isinstance(line, LogRow) and line.original
        ]
        strips = []
        for line, joint in zip(lines, brackets(twins, len(lines)), strict=True):
            if isinstance(line, Gap):
                strips.append(sheet.gap(line, joint))
                continue
            key = (line, joint, stand.standing(line.position), line.position == chosen)
            strip = known.get(key) or sheet.event(*key)
            self._painted[key] = strip
            strips.append(strip)
        return strips
