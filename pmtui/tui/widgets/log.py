"""A log's pane: its events, how far the selected manager has come in it, the event in hand."""

from collections.abc import Awaitable, Callable, Sequence

from rich.style import Style
from textual.strip import Strip

from pmtui.model.errors import PmtuiError
from pmtui.tui.brackets import brackets
from pmtui.tui.config.config import config_of
from pmtui.tui.paint import Row, cells, cut, cut_left, wrap
from pmtui.tui.widgets.logwindow import SMALL, Fetch, Gap, Line, LogWindow
from pmtui.tui.widgets.manager import full_speed
from pmtui.tui.widgets.marks import ON, mark
from pmtui.tui.widgets.searchedpane import SearchedPane
from pmtui.view.breakpoints import at_context, at_event
from pmtui.view.closeup.subject import EventAt, Subject
from pmtui.view.finding.query import Query
from pmtui.view.finding.search import Direction, Found
from pmtui.view.pages import LogPage, LogRow
from pmtui.view.snapshot import BreakpointView, ContextView, ManagerView, Past, Snapshot, SourceView, TurnView
from pmtui.view.words import time_as

_Mark = tuple[str, Style, Style, bool]
"""The cursor margin's glyph and ink, the type's ink, and whether this is the event in hand."""

Search = Callable[[Query, int, Direction, int], Awaitable[Found]]
"""(query, place, direction, rows) → one slice of a search through the log."""

Rows = Callable[[Sequence[int]], Awaitable[tuple[LogRow, ...]]]
"""(positions, at most 500) → their rows."""

_PAGE = 500


def finished(turn: TurnView) -> bool:
    """Whether a turn has come to its end, so that nothing is in hand."""
    return bool(turn.point) and all(step.state != "todo" for step in turn.steps)


class LogPane(SearchedPane):
    """One context's log, anchored at a position and without a scrollbar.

    Following, it shows where the turn in hand reads or acts, moving only when that is out of sight; at full speed the
    newest events.
    """

    def __init__(self, context: str, fetch: Fetch, number: int, search: Search, rows: Rows) -> None:
        super().__init__(id=f"log-{number}")
        self.context = context
        self._fetch = fetch
        self._search_log = search
        self._rows_at = rows
        self._window = LogWindow(fetch)
        self._view = ContextView(context)
        self._manager: ManagerView | None = None
        self._fast = False
        self._past: Past | None = None
        self._left_at = 0
        self._frame: tuple[object, ...] = ()
        self._painted: dict[tuple[Line, str, _Mark | None, bool], Strip] = {}
        self._chosen: int | None = None
        self._breakpoints: tuple[BreakpointView, ...] = ()

    def show(self, snapshot: Snapshot, manager: ManagerView | None) -> None:
        """Show this log as the selected manager sees it."""
        before, known = (self._view, self._target(), self._fast), self._known()
        self._view = next((view for view in snapshot.contexts if view.name == self.context), ContextView(self.context))
        self._manager = manager
        self._breakpoints = tuple(view for view in snapshot.breakpoints if view.place.context in ("", self.context))
        self._fast = manager is not None and full_speed(snapshot, manager)
        self._past = snapshot.past
        if self._view.head < before[0].head:
            self.find(self.filter)
        if before != (self._view, self._target(), self._fast):
            self.refresh_rows()
            self.search_on()
        elif known != self._known():
            self.repaint()

    def _known(self) -> tuple[object, ...]:
        """What of the manager is painted."""
        return self._source, self._turn, self._manager.state if self._manager else "", self._breakpoints

    @property
    def _source(self) -> SourceView | None:
        sources = self._manager.sources if self._manager else ()
        return next((source for source in sources if source.context == self.context), None)

    @property
    def _turn(self) -> TurnView | None:
        return self._manager.turn if self._manager else None

    def _then(self, past: Past) -> int:
        """Where this log stood at that moment: at the event in hand, at what it led to, else at the cursor."""
        turn, source, manager = self._turn, self._source, self._manager
        if past.context == self.context:
            return past.position
        if turn is not None and manager is not None and manager.name == past.manager:
            acted = [action.first for action in turn.actions if action.context == self.context and action.first]
            if acted:
                return acted[-1]
        return self._view.head if source is None else source.cursor

    def _target(self) -> int:
        """The position that has to be in sight; 0 for the newest."""
        turn, source = self._turn, self._source
        if self._fast or self.found is not None:
            return 0
        if self._past is not None:
            return self._then(self._past) or (source.cursor + 1 if source is not None else 0)
        if turn is not None and turn.point:
            acted = [action.first for action in turn.actions if action.context == self.context and action.first]
            if turn.event.context == self.context:
                return turn.event.position
            if acted:
                return acted[-1]
        if turn is not None and turn.event.context == self.context:
            return turn.event.position
        if source is None or not source.behind:
            return 0
        return source.cursor + 1

    @property
    def _rows_high(self) -> int:
        return max(1, self.size.height - 2)

    async def catch_up(self) -> None:
        """Follow, or read again what is shown."""
        height, head, target = self._rows_high, self._view.head, self._target()
        if not self.following:
            await self._window.reload(height, head)
        elif target:
            await self._window.follow(target, height, head)
        else:
            await self._window.follow_end(height, head)

    async def move(self, delta: int) -> None:
        """Scroll by lines; from the first line up or down it stays where it is put."""
        if self.following:
            self._left_at = self._view.head
        await self._window.scroll(delta, self._rows_high, self._view.head)
        self.following = False

    def subject(self) -> Subject | None:
        """The chosen event; where none is, the one that is followed, or the newest in sight."""
        position = self._row_of_choice()
        return None if position is None else EventAt(self.context, position)

    def label(self) -> str:
        """The chosen row's."""
        lines = self._window.visible(self._rows_high)
        here = self._row_of_choice()
        return next((line.label for line in lines if isinstance(line, LogRow) and line.position == here), "")

    async def look_for(self, query: Query, place: int, direction: Direction, rows: int) -> Found:
        """One slice of a search through its log."""
        return await self._search_log(query, place, direction, rows)

    def searched_of(self) -> tuple[str, int]:
        """The context, and its head."""
        return self.context, self._view.head

    def forget_rows(self) -> None:
        """Begin anew with the newest rows."""
        self._window = LogWindow(self._fetch if self.found is None else self._fetch_found)

    async def _fetch_found(self, limit: int, after: int | None, before: int | None) -> LogPage:
        if self.found is None:
            return LogPage(self.context, (), more_before=False, more_after=False)
        places, more_before, more_after = self.found.page(min(limit, _PAGE), after, before)
        return LogPage(self.context, await self._rows_at(places), more_before, more_after)

    def go_to_match(self, query: Query, step: int) -> None:
        """Choose the next event that matches, or the one before, among all the others."""

        async def going() -> None:
            place = self._row_of_choice() or 0
            direction: Direction = "up" if step > 0 else "down"
            looked = 0
            try:
                while True:
                    found = await self._search_log(query, place, direction, _PAGE * 10)
                    looked += found.looked
                    if found.places or found.ended:
                        break
                    place = found.reached
                    told = f"{self.context}: searched {looked:,} of ~{max(looked, self._view.head):,} …"
                    self.post_message(self.Searched(told))
            except PmtuiError as error:
                self.post_message(self.Failed(str(error)))
                return
            if not found.places:
                self.post_message(self.Searched(f"{self.context}: nothing more is found that way."))
                return
            self._chosen = found.places[0 if step > 0 else -1]
            self._left_at = self._view.head if self.following else self._left_at
            self.following = False
            here = self._chosen
            self.read(lambda: self._window.follow(here, self._rows_high, self._view.head))

        self.run_worker(going(), group="finding", exclusive=True)

    def _row_of_choice(self) -> int | None:
        rows = [line.position for line in self._window.visible(self._rows_high) if isinstance(line, LogRow)]
        if self._chosen in rows:
            return self._chosen
        return self._target() if self._target() in rows else next(reversed(rows), None)

    async def choose(self, delta: int) -> None:
        """Choose a row; gaps are passed over."""
        if self.following:
            self._left_at = self._view.head
        self._chosen = await self._window.choose(self._row_of_choice(), delta, self._rows_high, self._view.head)
        self.following = False

    def choose_at(self, y: int) -> None:
        """Choose the row in a line."""
        lines = self._window.visible(self._rows_high)
        line = lines[y - 2] if 2 <= y < len(lines) + 2 else None
        if isinstance(line, LogRow):
            self._left_at = self._view.head if self.following else self._left_at
            self._chosen, self.following = line.position, False
            self.repaint()

    def follow(self, on: bool) -> None:
        """Follow, with nothing chosen, or stay."""
        self._chosen = None if on else self._chosen
        super().follow(on)

    async def go_to_start(self) -> None:
        """Show the oldest events."""
        self._left_at = self._view.head
        await self._window.go_to_start(self._rows_high, self._view.head)

    def scroll_to_newest(self) -> None:
        """Show the newest events and stay there."""
        self.following = False
        self._left_at = self._view.head
        self.read(lambda: self._window.follow_end(self._rows_high, self._view.head))

    def go_to(self, position: int) -> None:
        """Show a position, and stay there."""
        self.following = False
        self._left_at = self._view.head
        self.read(lambda: self._window.follow(position, self._rows_high, self._view.head))

    def paint(self, width: int, height: int) -> list[Strip]:
        """Head, rule, rows."""
        ink = self.ink
        lines = self._window.visible(height - 2)
        rows = [self._head(width), self._rule(width)]
        strips = [row.strip(ink.base) for row in rows]
        if self._view.problem:
            return [*strips, Row(width).put(self._view.problem, ink.error).strip(ink.base)]
        if not lines:
            return strips + [row.strip(ink.base) for row in self._empty(width)]
        index = {line.position: y for y, line in enumerate(lines) if isinstance(line, LogRow)}
        twins = [
            (index.get(line.original, -1), y)
            for y, line in enumerate(lines)
            if isinstance(line, LogRow) and line.original
        ]
        joints = brackets(twins, len(lines))
        number = max(2, len(str(max(self._view.head, *index))) if index else 2)
        return strips + self._lines(list(zip(lines, joints, strict=True)), width, number)

    def _lines(self, lines: list[tuple[Line, str]], width: int, number: int) -> list[Strip]:
        """The lines' strips; one that is as it was when painted last is not painted again."""
        frame = (width, number, self.ink, self._view.head > SMALL, self.only, self._breakpoints)
        known = self._painted if frame == self._frame else {}
        self._frame, self._painted = frame, {}
        strips = []
        for line, joint in lines:
            mark = None if isinstance(line, Gap) else self._mark(line)
            key = (line, joint, mark, self._is_chosen(line))
            strips.append(known.get(key) or self._line(line, joint, width, number))
            self._painted[key] = strips[-1]
        return strips

    def _line(self, line: Line, joint: str, width: int, number: int) -> Strip:
        if isinstance(line, Gap):
            return self._gap(line, joint, width, number)
        return self._row(line, joint, width, number)

    def _head(self, width: int) -> Row:
        ink, source = self.ink, self._source
        right: list[tuple[str, Style]] = []
        new = self._view.head - self._left_at
        if self.found is not None:
            right = [(self.found_words(), ink.accent)]
        elif not self.following and new > 0:
            right = [(f"+{new:,} new", ink.accent)]
        elif source is not None and source.behind:
            plus = "+" if source.capped else ""
            right = [(f"{source.behind:,}{plus} to do", ink.plain)]
        elif source is None and self._view.head + len(self._view.writers) and width >= 28:
            right = [("only written", ink.faint)]
        short = cells(self.context) + 1 + sum(cells(text) for text, _ in right) > width
        if short and right:
            right = [(right[0][0].split(" ")[0], right[0][1])] if right[0][0][0] in "+0123456789" else []
        room = width - sum(cells(text) + 1 for text, _ in right)
        row = Row(width).put(cut(self.context, room), ink.focus if self.has_focus else ink.plain)
        stops = mark(view for view in self._breakpoints if at_context(view, self.context))
        if stops and row.used + 2 <= room:
            row.put(f" {stops}", ink.accent if stops == ON else ink.faint)
        return row.right(right)

    def _rule(self, width: int) -> Row:
        ink, source, row = self.ink, self._source, Row(width)
        if source is None:
            return row.put("╌" * width, ink.rule)
        total = source.done + source.behind
        filled = width * source.done // total if total else 0
        if source.done and not filled:
            filled = 1
        return row.put("━" * filled, ink.accent).put("─" * (width - filled), ink.rule)

    def _empty(self, width: int) -> list[Row]:
        if self.found is not None:
            return [Row(width).put("nothing found" if self.found.complete else "searching …", self.ink.faint)]
        if self._view.why_empty:
            lines = wrap([(self._view.why_empty, self.ink.faint)], width)
            return [Row(width).put("".join(text for text, _ in line), self.ink.faint) for line in lines]
        rows = [Row(width).put("no events yet", self.ink.faint)]
        if self._view.writers:
            rows.append(Row(width).put(f"written by {', '.join(self._view.writers)}", self.ink.faint))
        return rows

    def _is_chosen(self, line: Line) -> bool:
        return self.has_focus and isinstance(line, LogRow) and line.position == self._chosen

    def _gap(self, gap: Gap, joint: str, width: int, number: int) -> Strip:
        row = Row(width)
        span = str(gap.first) if gap.first == gap.last else f"{gap.first}–{gap.last}"
        row.to(number + 1).put(f"⋯ {span} missing", self.ink.faint)
        if joint.strip():
            row.right([(joint, self.ink.error)])
        return row.strip(self.ink.base)

    def _row(self, line: LogRow, joint: str, width: int, number: int) -> Strip:
        ink = self.ink
        row = Row(width)
        glyph, glyph_ink, style, in_hand = self._mark(line)
        chosen = self._is_chosen(line)
        ground = ink.chosen if chosen else ink.row if in_hand else ink.base
        faint = ink.quiet if in_hand or chosen else ink.faint
        if self.only:
            style = ink.key if line.label == self.only else faint
        row.put(glyph, glyph_ink)
        stops = mark(view for view in self._breakpoints if at_event(view, self.context, line))
        if stops:
            row.put(stops, ink.accent if stops == ON else faint)
        elif line.missing and self._view.head > SMALL:
            row.put("⋯", faint)
        digits = str(line.position)
        row.to(2 + number - len(digits)).put(digits, ink.plain if in_hand else faint).put(" ", ink.plain)
        edge = width - (len(joint) + 1 if joint.strip() else 0)
        time = time_as(line.time, config_of(self.app).time) if width >= 60 else ""
        if time:
            self._words(row, line, style, faint, edge - len(time) - 3)
            row.right([(time, faint)], edge)
        else:
            self._words(row, line, style, faint, edge)
        if joint.strip():
            row.right([(joint, ink.error)])
        return row.strip(ground)

    def _words(self, row: Row, line: LogRow, style: Style, faint: Style, edge: int) -> None:
        """Type and label up to column `edge`; below 26 cells there is no room for a label."""
        room = edge - row.used
        label = cut_left(line.label, max(7, room // 3, room - 1 - cells(line.type))) if edge >= 24 else ""
        row.put(line.type, style, room - (cells(label) + 1 if label else 0))
        if label:
            row.right([(label, faint)], edge)

    def _mark(self, line: LogRow) -> _Mark:
        ink, turn, source, manager = self.ink, self._turn, self._source, self._manager
        if self._past is not None and line.position == self._then(self._past):
            return "▸", ink.accent, ink.error if line.original else ink.bold, True
        words = ink.error if line.original else ink.plain
        if turn is not None and manager is not None and not self._fast:
            here = turn.event.context == self.context and turn.event.position == line.position
            if here and manager.state in ("killed", "failed"):
                return "✖", ink.alarm, ink.bold, False
            if here and not finished(turn):
                if turn.point:
                    return "▸", ink.accent, ink.bold, True
                if manager.state == "paused":
                    return "‖", ink.accent, ink.bold, False
        if source is not None and line.position <= source.cursor:
            return "┃", ink.accent, ink.error if line.original else ink.quiet, False
        return " ", ink.plain, words, False
