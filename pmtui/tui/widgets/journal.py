"""The journal's pane: what was handled, what it led to, what was doubled."""

from collections.abc import Awaitable, Callable, Sequence

from rich.style import Style
from textual.strip import Strip

from pmtui.tui.brackets import brackets
from pmtui.tui.config.config import config_of
from pmtui.tui.paint import Row, cells
from pmtui.tui.widgets.searchedpane import SearchedPane
from pmtui.view.closeup.subject import ActionOf, Subject, event_of
from pmtui.view.finding.query import Query
from pmtui.view.finding.search import Direction, Found
from pmtui.view.pages import JournalAction, JournalEntry, JournalPage, Tone
from pmtui.view.snapshot import ManagerView
from pmtui.view.words import time_as

Key = tuple[int, int, int]
Fetch = Callable[[str, int, Key | None], Awaitable[JournalPage]]
"""(manager, limit, before) → a page of its journal."""

Search = Callable[[str, Query, int, Direction, int], Awaitable[Found]]
"""(manager, query, place, direction, rows) → one slice of a search through its journal."""

Rows = Callable[[str, Sequence[int]], Awaitable[tuple[JournalEntry, ...]]]
"""(manager, ids, at most 500) → their entries."""

Chosen = tuple[Key, int]
"""An entry, and which of its actions; -1 for the entry itself."""

_TITLE = "handled → actions"


class JournalPane(SearchedPane):
    """Entries with their actions, the newest at the bottom."""

    def __init__(self, fetch: Fetch, search: Search, rows: Rows) -> None:
        super().__init__(id="journal")
        self._fetch_all = fetch
        self._search_journal = search
        self._rows_at = rows
        self._manager: ManagerView | None = None
        self._entries: list[JournalEntry] = []
        self._more = False
        self._up = 0
        self._left_at = 0
        self._chosen: Chosen | None = None

    def show(self, manager: ManagerView | None) -> None:
        """Show this manager's journal."""
        before, self._manager = self._manager, manager
        if before is None or manager is None or before.name != manager.name or manager.handled < before.handled:
            self.find(self.filter)
        if before is None or manager is None or _news(before) != _news(manager):
            self.refresh_rows()
            self.search_on()

    @property
    def _rows_high(self) -> int:
        return max(1, self.size.height - 1)

    async def catch_up(self) -> None:
        """Read the newest entries; scrolled back, stay."""
        if self._manager is None or (not self.following and self._entries):
            return
        page = await self._fetch(self._manager.name, self._rows_high, None)
        self._entries, self._more, self._up = list(page.entries), page.more_before, 0

    async def move(self, delta: int) -> None:
        """Scroll by lines; down to the newest it follows again."""
        if self.following:
            self._left_at = self._manager.handled if self._manager else 0
        if self.found is not None and self._entries:  # a search that still goes on has found older ones since
            self._more = bool(self.found.page(1, None, self._entries[0].key[2])[0])
        wanted = self._up - delta
        while self._manager and self._more and self._entries and len(self._lines()) - wanted < self._rows_high:
            page = await self._fetch(self._manager.name, self._rows_high + abs(delta), self._entries[0].key)
            self._entries[:0] = page.entries
            self._more = page.more_before
        self._up = max(0, min(wanted, len(self._lines()) - self._rows_high))
        self.following = self._up == 0
        if self.following:
            await self.catch_up()

    async def _fetch(self, manager: str, limit: int, before: Key | None) -> JournalPage:
        """A page of all entries, or of those found; of these, only saved ones."""
        if self.found is None:
            return await self._fetch_all(manager, limit, before)
        places, more_before, more_after = self.found.page(min(limit, 500), None, None if before is None else before[2])
        return JournalPage(manager, await self._rows_at(manager, places), more_before, more_after)

    async def look_for(self, query: Query, place: int, direction: Direction, rows: int) -> Found:
        """One slice of a search through the manager's journal."""
        if self._manager is None:
            return Found((), place, 0, 0, ended=True)
        return await self._search_journal(self._manager.name, query, place, direction, rows)

    def searched_of(self) -> tuple[str, int]:
        """The journal, and how many events were handled."""
        return "journal", self._manager.handled if self._manager is not None else 0

    def forget_rows(self) -> None:
        """Begin anew with the newest entries."""
        self._entries, self._more, self._up = [], False, 0

    def label(self) -> str:
        """The chosen entry's."""
        index = self._index_of_choice()
        return "" if index is None else self._lines()[index][0].label

    def _in_sight(self) -> tuple[int, int]:
        """The first of the lines in sight, and the one after the last."""
        end = len(self._lines()) - self._up
        return max(0, end - self._rows_high), end

    def _index_of_choice(self) -> int | None:
        """The chosen line, if it is in sight; else the last one that is."""
        start, end = self._in_sight()
        here = (i for i, line in enumerate(self._lines()[start:end], start) if _name_of(line) == self._chosen)
        return next(here, end - 1 if end > start else None)

    def subject(self) -> Subject | None:
        """The chosen line's event or action; where none is, the last in sight."""
        index = self._index_of_choice()
        if index is None or self._manager is None:
            return None
        entry, action, _ = self._lines()[index]
        manager = self._manager.name
        event = event_of(entry.where, manager)
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
        if wanted >= len(self._lines()):
            self._chosen = None
            await self.move(delta)
            return
        self._left_at = self._manager.handled if self._manager and self.following else self._left_at
        self.following = False
        below = len(self._lines()) - wanted  # older ones may be read above it
        if not start <= wanted < end:
            await self.move(min(wanted - start, 0) + max(wanted - end + 1, 0))
            self.following = False
        self._choose_line(max(0, len(self._lines()) - below))

    def choose_at(self, y: int) -> None:
        """Choose the line."""
        start, end = self._in_sight()
        if 1 <= y < end - start + 1:
            self._left_at = self._manager.handled if self._manager and self.following else self._left_at
            self.following = False
            self._choose_line(start + y - 1)
            self.repaint()

    def _choose_line(self, index: int) -> None:
        self._chosen = _name_of(self._lines()[index])

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

    def _lines(self) -> list[tuple[JournalEntry, JournalAction | None, bool]]:
        """Each line's entry, its action if it is one, and whether that is the entry's last."""
        return [
            line
            for entry in self._entries
            for line in (
                (entry, None, False),
                *((entry, action, i == len(entry.actions) - 1) for i, action in enumerate(entry.actions)),
            )
        ]

    def paint(self, width: int, height: int) -> list[Strip]:
        """Head, then the lines."""
        ink = self.ink
        strips = [self._head(width).strip(ink.base)]
        every = self._lines()
        end = len(every) - self._up
        start = max(0, end - (height - 1))
        lines = every[start:end]
        if not lines:
            searching = self.found is not None and not self.found.complete
            words = "searching …" if searching else "nothing handled yet" if self.found is None else "nothing found"
            return [*strips, Row(width).put(words, ink.faint).strip(ink.base)]
        wanted = config_of(self.app).time
        joints = brackets(self._twins(lines), len(lines))
        columns = _columns(lines, width, len(time_as("12:00:00", wanted)))
        bracket = self._bracket_column(lines, joints, columns, width)
        for (entry, action, last), joint in zip(lines, joints, strict=True):
            row = Row(width)
            in_hand = action is None and entry.glyph == "▸"
            time = columns[3]
            if action is None:
                self._entry(row, entry, columns, in_hand)
            else:
                self._action(row, entry, action, last, columns)
            if joint.strip() and row.used < bracket:
                row.to(bracket).put(joint, ink.error)
            if action is None and time and row.used < time:
                row.right([(time_as(entry.time, wanted), ink.quiet if in_hand else ink.faint)])
            chosen = self.has_focus and self._chosen is not None and _name_of((entry, action, last)) == self._chosen
            strips.append(row.strip(ink.chosen if chosen else ink.row if in_hand else ink.base))
        return strips

    def _head(self, width: int) -> Row:
        ink, row = self.ink, Row(width)
        row.put(_TITLE, ink.focus if self.has_focus else ink.plain).put(" ", ink.plain)
        new = (self._manager.handled if self._manager else 0) - self._left_at
        note = f" +{new:,} new" if not self.following and new > 0 else ""
        note = f" {self.found_words()}" if self.found is not None else note
        return row.put("─" * (width - row.used - len(note)), ink.rule).put(note, ink.accent)

    def _entry(self, row: Row, entry: JournalEntry, columns: tuple[int, int, int, int], in_hand: bool) -> None:
        ink = self.ink
        glyph = {"✖": ink.alarm, "▸": ink.accent}.get(entry.glyph, ink.quiet)
        kind, label, words, _ = columns
        row.put(entry.glyph, glyph).put(" ", ink.plain).put(entry.where, ink.plain, kind - 3).to(kind)
        style = self._picked_out(entry, ink.bold if in_hand else ink.plain)
        row.put(entry.type, style, label - kind - 1).to(label)
        row.put(entry.label, ink.quiet, words - label - 1).to(words)
        row.put(entry.words, self._tone(entry.tone), self._word_room(columns, row.width))

    def _action(
        self, row: Row, entry: JournalEntry, action: JournalAction, last: bool, columns: tuple[int, int, int, int]
    ) -> None:
        ink = self.ink
        kind, _, words, _ = columns
        style = ink.error if action.tone == "error" else ink.quiet
        row.to(2).put("└ " if last else "├ ", ink.faint).put(action.where, style, kind - 5).to(kind)
        type_ = ink.error if action.tone == "error" else self._picked_out(entry, ink.plain)
        row.put(action.type, type_, words - kind - 1).to(words)
        row.put(action.words, self._tone(action.tone, strong=True), self._word_room(columns, row.width))

    def _picked_out(self, entry: JournalEntry, style: Style) -> Style:
        """The ink of a type: where one correlation id is to stand out, its own alone do."""
        if not self.only:
            return style
        return self.ink.key if entry.label == self.only else self.ink.quiet

    def _word_room(self, columns: tuple[int, int, int, int], width: int) -> int:
        return (columns[3] or width) - columns[2] - 1

    def _tone(self, tone: Tone, strong: bool = False) -> Style:
        ink = self.ink
        if tone == "error":
            return ink.error + Style(bold=True) if strong else ink.error
        if tone == "accent":
            return ink.key if strong else ink.accent
        return ink.plain if tone == "plain" else ink.quiet

    def _twins(self, lines: list[tuple[JournalEntry, JournalAction | None, bool]]) -> list[tuple[int, int]]:
        latest: dict[str, int] = {}
        pairs = []
        for y, (_, action, _) in enumerate(lines):
            if action is None:
                continue
            if action.twin:
                pairs.append((latest.get(action.twin, -1), y))
            latest[action.where] = y
        return pairs

    def _bracket_column(
        self,
        lines: list[tuple[JournalEntry, JournalAction | None, bool]],
        joints: list[str],
        columns: tuple[int, int, int, int],
        width: int,
    ) -> int:
        """Right of the longest words that a bracket has to pass."""
        longest = max(
            (
                cells(action.words if action else entry.words)
                for (entry, action, _), joint in zip(lines, joints, strict=True)
                if joint.strip()
            ),
            default=0,
        )
        size = max((len(joint) for joint in joints), default=0)
        return min(columns[2] + longest + 2, (columns[3] or width) - size - 1)


def _name_of(line: tuple[JournalEntry, JournalAction | None, bool]) -> Chosen:
    entry, action, _ = line
    return entry.key, -1 if action is None else entry.actions.index(action)


def _news(manager: ManagerView) -> tuple[object, ...]:
    return (manager.handled, manager.state, manager.turn, manager.late)


def _columns(
    lines: list[tuple[JournalEntry, JournalAction | None, bool]], width: int, time: int
) -> tuple[int, int, int, int]:
    """Where type, label, words and time, which is so long, begin; the time at 0 where there is no room for it."""
    where = max(max(cells(entry.where) + 2, 4 + cells(action.where) if action else 0) for entry, action, _ in lines)
    kinds = max(cells(action.type if action else entry.type) for entry, action, _ in lines)
    labels = max(cells(entry.label) for entry, _, _ in lines)
    wide = width >= 100
    kind = min(max(20 if wide else 18, where + 2), width // 3)
    label = kind + min(max(22 if wide else 18, kinds + 2), max(10, width // 4))
    words = label + min(max(14 if wide else 11, labels + 2), max(8, width // 5))
    return kind, label, words, width - time if wide else 0
