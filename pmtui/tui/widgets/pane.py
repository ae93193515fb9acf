"""What panes of rows have in common: they take the focus, scroll, follow, and read their pages one at a time."""

import asyncio
from abc import abstractmethod
from collections.abc import Awaitable, Callable

from textual import events

from pmtui.model.errors import PmtuiError
from pmtui.tui.widgets.messages import Said
from pmtui.tui.widgets.stop import Stop


class Pane(Stop):
    """A part of the screen that shows rows read from the session.

    It follows by itself until it is scrolled, and again once it is told to. Reading happens beside the screen's own
    work, one page after the other, and never stands in the way of a key.
    """

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id)
        self.following = True
        self._left_at = 0
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

    def extent(self) -> int:
        """How much there is to show, a number that grows with what comes in; 0 where nothing ever does."""
        return 0

    @property
    def new(self) -> int:
        """How much has come in since it let go of following; 0 while it follows."""
        return 0 if self.following else max(0, self.extent() - self._left_at)

    def new_words(self) -> str:
        """The same for its head; empty where nothing has come in."""
        return f"+{self.new:,} new" if self.new else ""

    def follow(self, on: bool) -> None:
        """Follow what happens from now on, or stay where it is."""
        if on:
            self.following = True
        else:
            self.let_go()
        self.refresh_rows()

    def let_go(self) -> None:
        """Follow no longer; what comes in from now on is new."""
        if self.following:
            self.stay()

    def stay(self) -> None:
        """Show what is there now and do not follow; what comes in from now on is new."""
        self.following, self._left_at = False, self.extent()

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
                self.post_message(Said(str(error), "error"))
            self.repaint()

        self.run_worker(in_turn(), group="reading")

    def scroll_rows(self, delta: int) -> None:
        """Scroll by lines."""
        self.read(lambda: self.move(delta))

    def choose_rows(self, delta: int) -> None:
        """Choose another line."""
        self.read(lambda: self.choose(delta))

    def page_rows(self) -> int:
        """How many lines a page key moves by."""
        return max(1, self.size.height - 3)

    def scroll_to_start(self) -> None:
        """Show the oldest rows and stop following."""
        self.let_go()
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
