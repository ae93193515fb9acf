"""The diagram's pane: what led to what, lane by lane, time going down."""

from dataclasses import replace

from rich.style import Style
from textual import events
from textual.message import Message
from textual.strip import Strip

from pmtui.tui.actions import BY_ID
from pmtui.tui.brackets import brackets
from pmtui.tui.config.config import config_of
from pmtui.tui.paint import Row as Line
from pmtui.tui.paint import cells, cut
from pmtui.tui.widgets.diagramwindow import DiagramWindow, Fetch
from pmtui.tui.widgets.lanes import Lanes
from pmtui.tui.widgets.pane import Pane
from pmtui.view.closeup.subject import Subject, event_at
from pmtui.view.diagram import Row, lanes_of
from pmtui.view.snapshot import Snapshot
from pmtui.view.words import time_as

_KEYS = (replace(BY_ID["inspect"], words="go to it"), BY_ID["export"], BY_ID["back"])
_TITLE = "what led to what"
_DEAD = ("killed", "failed", "stopped")


class DiagramPane(Pane):
    """Rows of the space-time diagram with one selected; it follows the newest until another is selected."""

    class Chosen(Message):
        """A row was opened: go to this event."""

        def __init__(self, context: str, position: int) -> None:
            super().__init__()
            self.context, self.position = context, position

    def __init__(self, fetch: Fetch) -> None:
        super().__init__(id="diagram")
        self.window = DiagramWindow(fetch)
        self._snapshot: Snapshot | None = None
        self._top = 0
        self._left = 0

    def show(self, snapshot: Snapshot) -> None:
        """Show what the managers of this snapshot did."""
        before, self._snapshot = self._snapshot, snapshot
        if before is not None and _journalled(snapshot) < _journalled(before):
            self.following = True  # started over
        self.window.show(lanes_of(snapshot), [manager.name for manager in snapshot.managers if manager.state in _DEAD])
        if before is None or [each.news for each in before.managers] != [each.news for each in snapshot.managers]:
            self.refresh_rows()

    def extent(self) -> int:
        """How many events were handled or ignored."""
        return 0 if self._snapshot is None else _journalled(self._snapshot)

    async def catch_up(self) -> None:
        """Read the newest rows; while another row is selected, stay."""
        if self.following or not self.window.rows:
            await self.window.follow(self.size.height)

    def subject(self) -> Subject | None:
        """The event that the selected row is about."""
        row = self.window.row
        return None if row is None or row.where is None else event_at(*row.where, row.manager)

    def label(self) -> str:
        """Nothing: its rows are told in words, not by their instances."""
        return ""

    async def choose(self, delta: int) -> None:
        """Select another row."""
        await self.move(delta)

    async def move(self, delta: int) -> None:
        """Select another row; beyond the newest it follows again."""
        self.let_go()
        self.following = await self.window.move(delta)
        if self.following:
            await self.window.follow(self.size.height)

    async def go_to_start(self) -> None:
        """Select the oldest row."""
        await self.window.go_to_start(self.size.height)

    def scroll_to_newest(self) -> None:
        """Select the newest row, and follow."""
        self.follow(True)

    def move_lanes(self, by: int) -> None:
        """Show other lanes, where not all fit."""
        self._left += by
        self.repaint()

    def open_row(self) -> None:
        """Go to the selected row's event, or draw what it stands for."""
        row = self.window.row
        if row is None:
            return
        if row.mark == "fold":
            self.let_go()
            self.window.unfold()
            self.repaint()
        elif row.where is not None:
            self.post_message(self.Chosen(*row.where))

    def page_rows(self) -> int:
        """How many rows a page key moves by."""
        return max(1, self.size.height - 4)

    def paint(self, width: int, height: int) -> list[Strip]:
        """Title, the lanes' names, rows."""
        ink = self.ink
        diagram = self.window.diagram
        lanes = self._lanes(width)
        self._left = lanes.first
        strips = [self._head(width, lanes).strip(ink.base)]
        if not diagram.rows:
            return [*strips, Line(width).put("nothing handled yet", ink.faint).strip(ink.base)]
        strips += [line.strip(ink.base) for line in lanes.names(width)]
        high = max(1, height - len(strips))
        self._scroll(high)
        rows = diagram.rows[self._top : self._top + high]
        twins = [(row.twin - self._top, y) for y, row in enumerate(rows) if row.twin is not None]
        joints = brackets([(max(-1, original), y) for original, y in twins], len(rows))
        edge = lanes.width + max(1, max(len(joint) for joint in joints) + 1)
        for y, (row, joint) in enumerate(zip(rows, joints, strict=True)):
            selected = self._top + y == self.window.selected and (self.has_focus or not self.following)
            line = lanes.line(row, width, selected)
            line.put(joint, ink.error).to(edge)
            self._words(line, row, selected)
            strips.append(line.strip(ink.row if selected else ink.base))
        return strips

    def _scroll(self, high: int) -> None:
        """Keep the selected row in sight."""
        if self.following:
            self._top = len(self.window.rows) - high
        self._top = min(max(self._top, self.window.selected - high + 1), self.window.selected)
        self._top = max(0, min(self._top, len(self.window.rows) - high))

    def _head(self, width: int, lanes: Lanes) -> Line:
        ink = self.ink
        line = Line(width).put(_TITLE, ink.focus if self.has_focus else ink.plain).put(" ", ink.plain)
        notes = [f"lanes {lanes.first + 1}–{lanes.last} of {lanes.total}"] * (lanes.last - lanes.first < lanes.total)
        notes += [self.new_words()] * bool(self.new)
        pieces = [(f"   {each}", ink.accent) for each in notes]
        keys = [
            piece
            for action in map(config_of(self.app).keymap.apply, _KEYS)
            for piece in ((f"   {action.key}", ink.key), (f" {action.words}", ink.quiet))
        ]
        if line.used + sum(cells(text) for text, _ in pieces + keys) + 4 <= width:
            pieces += keys
        pieces[:1] = [(f" {text.lstrip()}", style) for text, style in pieces[:1]]
        line.put("─" * (width - line.used - sum(cells(text) for text, _ in pieces)), ink.rule)
        for text, style in pieces:
            line.put(text, style)
        return line

    def _words(self, line: Line, row: Row, selected: bool) -> None:
        ink = self.ink
        time = time_as(row.time, config_of(self.app).time) if line.width >= 100 and row.first else ""
        edge = line.width - (cells(time) + 2 if time else 0)
        quiet = ink.quiet if selected else ink.faint
        styles: dict[str, Style] = {"plain": ink.plain, "accent": ink.key, "error": ink.alarm, "quiet": ink.quiet}
        for number, (text, tone) in enumerate(row.words):
            style = quiet if number and tone == "quiet" else styles[tone]
            if number and edge - line.used < 4:
                break
            line.put("  " if number else "", ink.plain).put(cut(text, edge - line.used), style)
        if time:
            line.right([(time, quiet)])

    def on_click(self, event: events.Click) -> None:
        """Select the row under the pointer; the selected one is opened."""
        above = 1 + len(self._lanes(self.size.width).names(self.size.width))
        target = self._top + event.y - above
        if event.y < above or not 0 <= target < len(self.window.rows):
            return
        if target == self.window.selected:
            self.open_row()
        else:
            self.scroll_rows(target - self.window.selected)

    def _lanes(self, width: int) -> Lanes:
        """The lanes, left of room for words."""
        words = min(max(28, width * 36 // 100), 44, width // 2)
        return Lanes(self.window.diagram.lanes, width - words - 2, self._left, self.ink)


def _journalled(snapshot: Snapshot) -> int:
    return sum(manager.journalled for manager in snapshot.managers)
