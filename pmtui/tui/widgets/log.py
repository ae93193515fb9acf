"""A log's pane: its events, how far the selected manager has come in it, the event in hand."""

from collections.abc import Awaitable, Callable, Sequence

from rich.style import Style
from textual.strip import Strip

from pmtui.tui.config.config import config_of
from pmtui.tui.paint import Row, cells, cut, wrap
from pmtui.tui.widgets.loglines import LogLines
from pmtui.tui.widgets.logstand import LogStand
from pmtui.tui.widgets.logwindow import Fetch, LogWindow
from pmtui.tui.widgets.marks import ON, mark
from pmtui.tui.widgets.searchedpane import SearchedPane
from pmtui.view.breakpoints import at_context
from pmtui.view.closeup.subject import EventAt, Subject
from pmtui.view.finding.query import Query
from pmtui.view.finding.search import Direction, Found
from pmtui.view.pages import LogPage, LogRow
from pmtui.view.snapshot import ContextView, ManagerView, Snapshot

Search = Callable[[Query, int, Direction, int], Awaitable[Found]]
"""(query, place, direction, rows) → one slice of a search through the log."""

Rows = Callable[[Sequence[int]], Awaitable[tuple[LogRow, ...]]]
"""(positions, at most 500) → their rows."""

_PAGE = 500
_MOST_NEW = 100
"""Events that have come in are counted up to so many."""


class LogPane(SearchedPane):
    """One context's log, anchored at a position and without a scrollbar.

    Following, it shows where the turn in hand reads or acts, moving only when that is out of sight; at full speed the
    newest events.
    """

    def __init__(self, context: str, number: int, fetch: Fetch, search: Search, rows: Rows) -> None:
        super().__init__(id=f"log-{number}")
        self.context = context
        self._fetch = fetch
        self._search_log = search
        self._rows_at = rows
        self._window = LogWindow(fetch)
        self._lines = LogLines()
        self.stand = LogStand(ContextView(context))
        self._chosen: int | None = None
        self._new = 0

    def show(self, snapshot: Snapshot, manager: ManagerView | None) -> None:
        """Show this log as the selected manager sees it."""
        before, target = self.stand, self._target
        now = self.stand = LogStand.of(self.context, snapshot, manager)
        if now.log.head < before.log.head:
            self.find(self.filter)
        if (before.log, target, before.fast) != (now.log, self._target, now.fast):
            self.refresh_rows()
            self.search_on()
        elif before != now:
            self.repaint()

    @property
    def _target(self) -> int:
        """The position that has to be in sight; 0 for the newest."""
        return 0 if self.found is not None else self.stand.target

    def extent(self) -> int:
        """The log's head."""
        return self.stand.log.head

    @property
    def _rows_high(self) -> int:
        return max(1, self.size.height - 2)

    @property
    def new(self) -> int:
        """How many events have come in since it let go of following, up to `_MOST_NEW`; 0 while it follows."""
        return 0 if self.following else self._new

    def new_words(self) -> str:
        """The same for its head; `100+ new` where there may be more."""
        return super().new_words() if self.new < _MOST_NEW else f"{_MOST_NEW}+ new"

    def stay(self) -> None:
        """Show what is there now and do not follow; what comes in from now on is new."""
        super().stay()
        self._new = 0

    async def catch_up(self) -> None:
        """Follow, or read again what is shown."""
        height, head, target = self._rows_high, self.stand.log.head, self._target
        if not self.following:
            await self._window.reload(height, head)
            if self._new < _MOST_NEW and self.found is None:  # positions tell no number: there may be gaps
                self._new = len((await self._fetch(_MOST_NEW, after=self._left_at)).rows)
        elif target:
            await self._window.follow(target, height, head)
        else:
            await self._window.follow_end(height, head)

    async def move(self, delta: int) -> None:
        """Scroll by lines; from the first line up or down it stays where it is put."""
        self.let_go()
        await self._window.scroll(delta, self._rows_high, self.stand.log.head)

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
        return self.context, self.stand.log.head

    def forget_rows(self) -> None:
        """Begin anew with the newest rows."""
        self._window = LogWindow(self._fetch if self.found is None else self._fetch_found)

    async def _fetch_found(self, limit: int, *, after: int | None = None, before: int | None = None) -> LogPage:
        if self.found is None:
            return LogPage(self.context, (), more_before=False, more_after=False)
        places, more_before, more_after = self.found.page(min(limit, _PAGE), after, before)
        return LogPage(self.context, await self._rows_at(places), more_before, more_after)

    def place_of_choice(self) -> int:
        """The chosen row's position."""
        return self._row_of_choice() or 0

    async def show_match(self, place: int) -> None:
        """Choose the row at a position."""
        self._chosen = place
        await self._window.follow(place, self._rows_high, self.stand.log.head)

    def _row_of_choice(self) -> int | None:
        rows = [line.position for line in self._window.visible(self._rows_high) if isinstance(line, LogRow)]
        if self._chosen in rows:
            return self._chosen
        return self._target if self._target in rows else next(reversed(rows), None)

    async def choose(self, delta: int) -> None:
        """Choose a row; gaps are passed over."""
        self.let_go()
        self._chosen = await self._window.choose(self._row_of_choice(), delta, self._rows_high, self.stand.log.head)

    def choose_at(self, y: int) -> None:
        """Choose the row in a line."""
        lines = self._window.visible(self._rows_high)
        line = lines[y - 2] if 2 <= y < len(lines) + 2 else None
        if isinstance(line, LogRow):
            self.let_go()
            self._chosen = line.position
            self.repaint()

    def follow(self, on: bool) -> None:
        """Follow, with nothing chosen, or stay."""
        self._chosen = None if on else self._chosen
        super().follow(on)

    async def go_to_start(self) -> None:
        """Show the oldest events."""
        await self._window.go_to_start(self._rows_high, self.stand.log.head)

    def scroll_to_newest(self) -> None:
        """Show the newest events and stay there."""
        self.stay()
        self.read(lambda: self._window.follow_end(self._rows_high, self.stand.log.head))

    def go_to(self, position: int) -> None:
        """Show a position, and stay there."""
        self.stay()
        self.read(lambda: self._window.follow(position, self._rows_high, self.stand.log.head))

    def paint(self, width: int, height: int) -> list[Strip]:
        """Head, rule, rows."""
        ink = self.ink
        strips = [self._head(width).strip(ink.base), self._rule(width).strip(ink.base)]
        if self.stand.log.problem:
            return [*strips, Row(width).put(self.stand.log.problem, ink.error).strip(ink.base)]
        lines = self._window.visible(height - 2)
        if not lines:
            return strips + [row.strip(ink.base) for row in self._empty(width)]
        chosen = self._chosen if self.has_focus else None
        time = config_of(self.app).time
        return strips + self._lines.paint(self.stand, lines, width, ink, time=time, only=self.only, chosen=chosen)

    def _head(self, width: int) -> Row:
        ink, source = self.ink, self.stand.source
        right: list[tuple[str, Style]] = []
        if self.found is not None:
            right = [(self.found_words(), ink.accent)]
        elif words := self.new_words():
            right = [(words, ink.accent)]
        elif source is not None and source.behind:
            plus = "+" if source.capped else ""
            right = [(f"{source.behind:,}{plus} to do", ink.plain)]
        elif source is None and self.stand.log.head + len(self.stand.log.writers) and width >= 28:
            right = [("only written", ink.faint)]
        short = cells(self.context) + 1 + sum(cells(text) for text, _ in right) > width
        if short and right:
            right = [(right[0][0].split(" ")[0], right[0][1])] if right[0][0][0] in "+0123456789" else []
        room = width - sum(cells(text) + 1 for text, _ in right)
        row = Row(width).put(cut(self.context, room), ink.focus if self.has_focus else ink.plain)
        stops = mark(view for view in self.stand.breakpoints if at_context(view, self.context))
        if stops and row.used + 2 <= room:
            row.put(f" {stops}", ink.accent if stops == ON else ink.faint)
        return row.right(right)

    def _rule(self, width: int) -> Row:
        ink, source, row = self.ink, self.stand.source, Row(width)
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
        if self.stand.log.why_empty:
            lines = wrap([(self.stand.log.why_empty, self.ink.faint)], width)
            return [Row(width).put("".join(text for text, _ in line), self.ink.faint) for line in lines]
        rows = [Row(width).put("no events yet", self.ink.faint)]
        if self.stand.log.writers:
            rows.append(Row(width).put(f"written by {', '.join(self.stand.log.writers)}", self.ink.faint))
        return rows
