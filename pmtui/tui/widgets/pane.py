"""What panes of rows have in common: they take the focus, scroll, follow, and read their pages one at a time."""

import asyncio
import time
from abc import abstractmethod
from collections.abc import Awaitable, Callable
from functools import partial

from textual import events
from textual.message import Message

from pmtui.model.errors import PmtuiError
from pmtui.tui.widgets.stop import Stop
from pmtui.view.finding.matches import Matches
from pmtui.view.finding.query import Query
from pmtui.view.finding.search import Direction, Found

_TELL_SECONDS = 0.25


class Pane(Stop):
    """A part of the screen that shows rows read from the session.

    It follows by itself until it is scrolled, and again once it is told to. Reading happens beside the screen's own
    work, one page after the other, and never stands in the way of a key.
    """

    class Failed(Message):
        """A page could not be read."""

        def __init__(self, sentence: str) -> None:
            super().__init__()
            self.sentence = sentence

    class Searched(Message):
        """How far a search has come."""

        def __init__(self, sentence: str) -> None:
            super().__init__()
            self.sentence = sentence

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id)
        self.following = True
        self.filter = ""
        self.only = ""
        self.found: Matches | None = None
        self._searching = False
        self._reading = asyncio.Lock()
        self._stale = False

    @abstractmethod
    async def catch_up(self) -> None:
        """Read what has to be shown now."""

    @abstractmethod
    async def move(self, delta: int) -> None:
        """Scroll by lines; past the end it follows again."""

    @abstractmethod
    async def choose(self, delta: int) -> None:
        """Choose the line so many below the one that is chosen, and let go of following."""

    @abstractmethod
    async def go_to_start(self) -> None:
        """Show the oldest rows."""

    def follow(self, on: bool) -> None:
        """Follow what happens from now on, or stay where it is."""
        self.following = on
        self.refresh_rows()

    def refresh_rows(self) -> None:
        """Read again soon; many calls while a page is being read make one more reading."""
        if not self._stale and self.is_attached and self.display:
            self._stale = True
            self.read(self._refreshed)

    async def _refreshed(self) -> None:
        self._stale = False
        await self.catch_up()

    def read(self, reading: Callable[[], Awaitable[None]]) -> None:
        """Read pages in turn with other readings, then paint."""

        async def in_turn() -> None:
            try:
                async with self._reading:
                    await reading()
            except PmtuiError as error:
                self.post_message(self.Failed(str(error)))
            self.repaint()

        self.run_worker(in_turn(), group="reading")

    def scroll_rows(self, delta: int) -> None:
        """Scroll by lines."""
        self.read(lambda: self.move(delta))

    # finding

    @abstractmethod
    async def look_for(self, query: Query, place: int, direction: Direction, rows: int) -> Found:
        """One slice of a search through all that it could show."""

    @abstractmethod
    def searched_of(self) -> tuple[str, int]:
        """What it is called, and about how many rows there are to search."""

    @abstractmethod
    def forget_rows(self) -> None:
        """Begin anew with what there is to show: all, or what is found."""

    def find(self, text: str) -> None:
        """Show only what matches a query, or, where that has no terms, everything again."""
        query = Query.parse(text)
        self.filter = text if query.terms else ""
        self.found = Matches(partial(self.look_for, query)) if query.terms else None
        self._searching = False
        self.forget_rows()
        self.follow(True)
        self.search_on()

    def search_on(self) -> None:
        """Go on searching, also for what has come since; nothing where nothing is looked for."""
        if self.found is not None and not self._searching:
            self._searching = True
            self.run_worker(self._search(self.found), group="finding", exclusive=True)

    async def _search(self, found: Matches) -> None:
        """Slice by slice, so that neither the screen nor other readers wait; told now and then."""
        said, first = time.monotonic(), not found.complete
        try:
            while await found.go_on() and found is self.found:
                self.refresh_rows()
                if time.monotonic() - said > _TELL_SECONDS:
                    said = time.monotonic()
                    self._tell(found)
        except PmtuiError as error:
            first = False
            self.post_message(self.Failed(str(error)))
        if found is self.found:
            self._searching = False
            self.refresh_rows()
            if first:
                self._tell(found)

    def _tell(self, found: Matches) -> None:
        name, total = self.searched_of()
        number = f"{len(found.places):,}{'+' if found.full else ''} found"
        if found.complete and not found.places:
            told = f"{name}: nothing found in {found.looked:,}. esc shows all."
        elif found.complete:
            told = f"{name}: {number} in {found.looked:,}. n and N go to them, esc shows all."
        else:
            told = f"{name}: {number}, searched {found.looked:,} of ~{max(total, found.looked):,} …"
        self.post_message(self.Searched(told))

    def found_words(self) -> str:
        """How many were found, for its head; `…` while it still searches. Empty where nothing is looked for."""
        if self.found is None:
            return ""
        return f"{len(self.found.places):,}{'+' if self.found.full else ''} found{'' if self.found.complete else ' …'}"

    def choose_rows(self, delta: int) -> None:
        """Choose another line."""
        self.read(lambda: self.choose(delta))

    def page_rows(self) -> int:
        """How many lines a page key moves by."""
        return max(1, self.size.height - 3)

    def scroll_to_start(self) -> None:
        """Show the oldest rows and stop following."""
        self.following = False
        self.read(self.go_to_start)

    @abstractmethod
    def scroll_to_newest(self) -> None:
        """Show the newest rows."""

    def on_resize(self) -> None:
        """More or fewer rows fit."""
        self.refresh_rows()

    def on_show(self) -> None:
        """It was out of sight and may have missed something."""
        self.refresh_rows()

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Scroll, whether it has the focus or not."""
        event.stop()
        self.scroll_rows(-3)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Scroll, whether it has the focus or not."""
        event.stop()
        self.scroll_rows(3)
