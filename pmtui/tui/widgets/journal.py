"""The journal's pane: what was handled, what it led to, what was doubled."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from textual.strip import Strip

from pmtui.tui.config.config import config_of
from pmtui.tui.paint import Row
from pmtui.tui.widgets.journallines import Line, Name, lines_of, paint_lines
from pmtui.tui.widgets.messages import Said
from pmtui.tui.widgets.searchedpane import SearchedPane
from pmtui.view.closeup.subject import ActionOf, Subject, event_of
from pmtui.view.finding.query import Query
from pmtui.view.finding.search import Direction, Found
from pmtui.view.pages import JournalEntry, JournalPage, Key
from pmtui.view.snapshot import ManagerView

Search = Callable[[str, Query, int, Direction, int], Awaitable[Found]]
"""(manager, query, place, direction, rows) → one slice of a search through its journal."""

Rows = Callable[[str, Sequence[int]], Awaitable[tuple[JournalEntry, ...]]]
"""(manager, ids, at most 500) → their entries."""

_TITLE = "handled → actions"
_PAGE = 500
_FAR = 10_000
"""Entries that are read at most to get to a match among all the others: they are kept from there to the newest."""


class Fetch(Protocol):
    """Reads a page of a manager's journal, as `Session.journal_page` does."""

    def __call__(self, manager: str, limit: int, *, before: Key | None = None) -> Awaitable[JournalPage]:
        """Up to `limit` entries before a key, or the newest."""


class JournalPane(SearchedPane):
    """Entries with their actions, the newest at the bottom."""

    def __init__(self, fetch: Fetch, search: Search, rows: Rows) -> None:
        super().__init__(id="journal")
        self._fetch_all = fetch
        self._search_journal = search
        self._rows_at = rows
        self._manager: ManagerView | None = None
        self._entries: list[JournalEntry] = []
        self._lines: list[Line] = []
        self._more = False
        self._up = 0
        self._chosen: Name | None = None

    def show(self, manager: ManagerView | None) -> None:
        """Show this manager's journal."""
        before, self._manager = self._manager, manager
        if before is None or manager is None or before.name != manager.name or manager.handled < before.handled:
            self.find(self.filter)
        if before is None or manager is None or before.news != manager.news:
            self.refresh_rows()
            self.search_on()

    @property
    def _rows_high(self) -> int:
        return max(1, self.size.height - 1)

    def extent(self) -> int:
        """How many events it shows: those handled, and those ignored."""
        return 0 if self._manager is None else self._manager.journalled

    def _take(self, entries: Sequence[JournalEntry], more_before: bool) -> None:
        """Have these entries to show."""
        self._entries, self._lines, self._more = list(entries), lines_of(entries), more_before

    async def catch_up(self) -> None:
        """Read the newest entries; scrolled back, stay."""
        if self._manager is None or (not self.following and self._entries):
            return
        page = await self._fetch(self._manager.name, self._rows_high)
        self._take(page.entries, page.more_before)
        self._up = 0

    async def move(self, delta: int) -> None:
        """Scroll by lines; down to the newest it follows again."""
        self.let_go()
        if self.found is not None and self._entries:  # a search that still goes on has found older ones since
            self._more = bool(self.found.page(1, None, self._entries[0].key[2])[0])
        wanted = self._up - delta
        while self._manager and self._more and self._entries and len(self._lines) - wanted < self._rows_high:
            page = await self._fetch(self._manager.name, self._rows_high + abs(delta), before=self._entries[0].key)
            self._take([*page.entries, *self._entries], page.more_before)
        self._up = max(0, min(wanted, len(self._lines) - self._rows_high))
        if self._up == 0:
            self.following = True
            await self.catch_up()

    async def _fetch(self, manager: str, limit: int, *, before: Key | None = None) -> JournalPage:
        """A page of all entries, or of those found; of these, only saved ones."""
        if self.found is None:
            return await self._fetch_all(manager, limit, before=before)
        places, more_before, more_after = self.found.page(min(limit, 500), None, None if before is None else before[2])
        return JournalPage(manager, await self._rows_at(manager, places), more_before, more_after)

    async def look_for(self, query: Query, place: int, direction: Direction, rows: int) -> Found:
        """One slice of a search through the manager's journal."""
        if self._manager is None:
            return Found((), place, 0, 0, ended=True)
        return await self._search_journal(self._manager.name, query, place, direction, rows)

    def searched_of(self) -> tuple[str, int]:
        """The journal, and how many events it has."""
        return "journal", self.extent()

    def place_of_choice(self) -> int:
        """The id of the chosen entry, or of the last saved one before it."""
        index = self._index_of_choice()
        saved = [line.entry.key[2] for line in self._lines[: 0 if index is None else index + 1] if line.entry.key[2]]
        return saved[-1] if saved else 0

    async def show_match(self, place: int) -> None:
        """Choose the entry of an id; one that is very far back is only told."""
        index = self._index_of_entry(place)
        if index is None and self._manager is not None:
            page = await self._fetch(self._manager.name, self._rows_high)
            self._take(page.entries, page.more_before)
            while (index := self._index_of_entry(place)) is None and self._more and len(self._entries) < _FAR:
                page = await self._fetch(self._manager.name, _PAGE, before=self._entries[0].key)
                self._take([*page.entries, *self._entries], page.more_before)
        if index is None:
            self.post_message(Said(f"journal: the next is more than {_FAR:,} events back; `/` goes there."))
            return
        start, end = self._in_sight()
        if not start <= index < end:
            self._up = max(0, len(self._lines) - index - 1 - self._rows_high // 2)
        self._choose_line(index)

    def _index_of_entry(self, id_: int) -> int | None:
        """The first line of a saved entry."""
        return next((i for i, line in enumerate(self._lines) if line.entry.key[2] == id_), None)

    def forget_rows(self) -> None:
        """Begin anew with the newest entries."""
        self._take((), False)
        self._up = 0

    def label(self) -> str:
        """The chosen entry's."""
        index = self._index_of_choice()
        return "" if index is None else self._lines[index].entry.label

    def _in_sight(self) -> tuple[int, int]:
        """The first of the lines in sight, and the one after the last."""
        end = len(self._lines) - self._up
        return max(0, end - self._rows_high), end

    def _index_of_choice(self) -> int | None:
        """The chosen line, if it is in sight; else the last one that is."""
        start, end = self._in_sight()
        here = (i for i, line in enumerate(self._lines[start:end], start) if line.name == self._chosen)
        return next(here, end - 1 if end > start else None)

    def subject(self) -> Subject | None:
        """The chosen line's event or action; where none is, the last in sight."""
        index = self._index_of_choice()
        if index is None or self._manager is None:
            return None
        line, manager = self._lines[index], self._manager.name
        action, event = line.action, event_of(line.entry.where, manager)
        if action is None or action.ordinal < 0 or event is None:
            return event
        return ActionOf(manager, event.source, event.position, action.ordinal)

    async def choose(self, delta: int) -> None:
        """Choose a line; beyond the newest, follow again."""
        index = self._index_of_choice()
        if index is None:
            return
        start, end = self._in_sight()
        wanted = index + delta
        if wanted >= len(self._lines):
            self._chosen = None
            await self.move(delta)
            return
        self.let_go()
        below = len(self._lines) - wanted  # older ones may be read above it
        if not start <= wanted < end:
            await self.move(min(wanted - start, 0) + max(wanted - end + 1, 0))
            self.following = False
        self._choose_line(max(0, len(self._lines) - below))

    def choose_at(self, y: int) -> None:
        """Choose the line."""
        start, end = self._in_sight()
        if 1 <= y < end - start + 1:
            self.let_go()
            self._choose_line(start + y - 1)
            self.repaint()

    def _choose_line(self, index: int) -> None:
        self._chosen = self._lines[index].name

    def follow(self, on: bool) -> None:
        """Follow, with nothing chosen, or stay."""
        self._chosen = None if on else self._chosen
        super().follow(on)

    async def go_to_start(self) -> None:
        """Go back as far as a few pages reach; a journal may be very long."""
        await self.move(-50 * self._rows_high)

    def scroll_to_newest(self) -> None:
        """Show the newest entries, and follow."""
        self.follow(True)

    def paint(self, width: int, height: int) -> list[Strip]:
        """Head, then the lines."""
        ink = self.ink
        strips = [self._head(width).strip(ink.base)]
        end = len(self._lines) - self._up
        lines = self._lines[max(0, end - (height - 1)) : end]
        if not lines:
            searching = self.found is not None and not self.found.complete
            words = "searching …" if searching else "nothing handled yet" if self.found is None else "nothing found"
            return [*strips, Row(width).put(words, ink.faint).strip(ink.base)]
        chosen = self._chosen if self.has_focus else None
        time = config_of(self.app).time
        return strips + paint_lines(lines, width, ink, time=time, only=self.only, chosen=chosen)

    def _head(self, width: int) -> Row:
        ink, row = self.ink, Row(width)
        row.put(_TITLE, ink.focus if self.has_focus else ink.plain).put(" ", ink.plain)
        note = self.new_words() if self.found is None else self.found_words()
        note = note and f" {note}"
        return row.put("─" * (width - row.used - len(note)), ink.rule).put(note, ink.accent)
