"""The rows of the diagram around one place, read a page at a time. No widget: what to show, not how."""

from collections.abc import Awaitable, Collection, Sequence
from typing import Protocol

from pmtui.view.diagram import Diagram, Lane, Row
from pmtui.view.drawing import draw
from pmtui.view.handled import START
from pmtui.view.pages import HandledPage, Key, Place


class Fetch(Protocol):
    """Reads a page of what all managers did, as `Session.handled_page` does."""

    def __call__(
        self, limit: int, *, before: Place | None = None, after: Place | None = None
    ) -> Awaitable[HandledPage]:
        """The first `limit` entries after a place, the last before one, or the newest."""


PAGE = 200
_FIRST_PAGES = 4
_MOST_PAGES = 8
"""So many pages are kept; what is far away is read again when it comes near."""


class DiagramWindow:
    """Pages that follow one another, the rows drawn of them, and the row that is selected.

    What was drawn does not change when older pages come in before it: runs are folded within a page.
    """

    def __init__(self, fetch: Fetch) -> None:
        self._fetch = fetch
        self._pages: list[HandledPage] = []
        self._lanes: tuple[Lane, ...] = ()
        self._dead: tuple[str, ...] = ()
        self._unfolded: set[tuple[str, Key]] = set()
        self.diagram = Diagram((), ())
        self.selected = 0

    @property
    def rows(self) -> tuple[Row, ...]:
        """All rows that are read."""
        return self.diagram.rows

    @property
    def row(self) -> Row | None:
        """The selected row."""
        return self.rows[self.selected] if self.rows else None

    def show(self, lanes: tuple[Lane, ...], dead: Collection[str]) -> None:
        """Draw with these lanes, these managers being without a worker."""
        if (lanes, tuple(dead)) != (self._lanes, self._dead):
            self._lanes, self._dead = lanes, tuple(dead)
            self._draw()

    async def follow(self, height: int) -> None:
        """Show the newest rows, filling `height` as far as a few pages do, and select the last."""
        self._pages = [await self._fetch(PAGE)]
        self._draw()
        while len(self.rows) < height and self._pages[0].more_before and len(self._pages) < _FIRST_PAGES:
            self._pages.insert(0, await self._fetch(PAGE, before=self._pages[0].above))
            self._draw()
        self.selected = max(0, len(self.rows) - 1)

    async def go_to_start(self, height: int) -> None:
        """Show the oldest rows, filling `height` as far as a few pages do, and select the first."""
        start = dict.fromkeys((lane.name for lane in self._lanes if lane.kind == "manager"), START)
        self._pages = [await self._fetch(PAGE, after=start)]
        self._draw()
        while len(self.rows) < height and self._pages[-1].more_after and len(self._pages) < _FIRST_PAGES:
            self._pages.append(await self._fetch(PAGE, after=self._pages[-1].below))
            self._draw()
        self.selected = 0

    async def move(self, delta: int) -> bool:
        """Select another row, reading on where they run out; whether it has come to the newest."""
        wanted = self.selected + delta
        while wanted < 0 and self._pages and self._pages[0].more_before:
            page = await self._fetch(PAGE, before=self._pages[0].above)
            if not page.entries:
                break
            before = len(self.rows)
            self._pages.insert(0, page)
            self._draw()
            wanted += len(self.rows) - before
        while wanted >= len(self.rows) and self._pages:
            page = await self._fetch(PAGE, after=self._pages[-1].below)
            if not page.entries:
                break
            self._pages.append(page)
            self._draw()
        self.selected = max(0, min(wanted, len(self.rows) - 1))
        self._let_go(older=delta < 0)
        at_end = self.selected >= len(self.rows) - 1 and not (self._pages and self._pages[-1].more_after)
        return at_end and delta > 0

    def unfold(self) -> None:
        """Draw everything that the selected row stands for."""
        if self.row is not None:
            self._unfolded.update(self.row.entries)
            self._draw()

    def _let_go(self, *, older: bool) -> None:
        """Forget the pages furthest from where it goes."""
        if len(self._pages) <= _MOST_PAGES:
            return
        rows = len(self.rows)
        if older:
            del self._pages[_MOST_PAGES:]
            self._draw()
        else:
            del self._pages[:-_MOST_PAGES]
            self._draw()
            self.selected -= rows - len(self.rows)
        self.selected = max(0, min(self.selected, len(self.rows) - 1))

    def _draw(self) -> None:
        entries = [entry for page in self._pages for entry in page.entries]
        self.diagram = draw(self._lanes, entries, dead=self._dead, unfolded=self._unfolded, cuts=_cuts(self._pages))
        self.selected = max(0, min(self.selected, len(self.rows) - 1))


def _cuts(pages: Sequence[HandledPage]) -> set[int]:
    """Where a page begins or ends although there is more."""
    cuts: set[int] = set()
    number = 0
    for page in pages:
        cuts |= {number} if page.more_before else set()
        number += len(page.entries)
        cuts |= {number} if page.more_after else set()
    return cuts
