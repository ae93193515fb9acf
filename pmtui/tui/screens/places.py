"""Where the parts of the main screen stand: what is maximised, which logs are seen, how large everything is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.content import Content

from pmtui.tui.config.config import config_of
from pmtui.tui.layout import GAP, SMALLEST, Layout
from pmtui.tui.screens.arranging import title
from pmtui.tui.widgets.log import LogPane
from pmtui.tui.widgets.pane import Pane
from pmtui.tui.widgets.stop import Stop
from pmtui.tui.widgets.tabs import Tab
from pmtui.tui.widgets.tour import rows_of

if TYPE_CHECKING:
    from pmtui.tui.screens.main import MainScreen


class Places:
    """The place of each part on a screen of its size.

    Attributes:
        zoomed: the pane that has all the room below the manager; None where all panes share it.
        layout: as the parts were laid out last; None before that.
    """

    def __init__(self, screen: MainScreen) -> None:
        self.zoomed: Pane | None = None
        self.layout: Layout | None = None
        self._screen = screen
        self._first = 0
        """The first log seen, among those that are not hidden."""
        self._below = 0
        """Rows kept free above the footer for the tour."""

    def keep_up(self) -> None:
        """Lay out anew if the tour needs more room, or less."""
        if rows_of(self._screen.touring.told, *self._screen.size) != self._below:
            self.lay_out()

    def zoom(self, pane: Pane | None) -> None:
        """Give a pane all the room, or share it among all again."""
        self.zoomed = pane
        self.lay_out()

    def turn_page(self, by: int) -> None:
        """Show the next logs that fit, or those before."""
        if self.layout is not None and self.zoomed is None:
            self._first += by * self.layout.fit
            self.lay_out()

    def reveal(self, stop: Stop) -> None:
        """Give a part the focus, making room for it where it is out of sight."""
        if isinstance(stop, Pane):
            self._make_room(stop)
        self._screen.set_focus(stop)

    def _make_room(self, pane: Pane) -> None:
        screen = self._screen
        before = (self.zoomed, self._first)
        if self.zoomed is not None and pane is not self.zoomed:
            self.zoomed = None if self.zoomed in (screen.diagram, screen.managers) else pane
        if screen.arranging.hides(pane):
            screen.arranging.unhide(pane)
            self.lay_out()
        if self.layout is not None and isinstance(pane, LogPane):
            index = [each for each in screen.log_panes if not screen.arranging.hides(each)].index(pane)
            if not self._first <= index < self._first + self.layout.fit:
                self._first = index // self.layout.fit * self.layout.fit
        if before != (self.zoomed, self._first):  # laying out draws the whole screen anew
            self.lay_out()
        if not pane.display:
            self.zoom(pane)

    def lay_out(self) -> None:
        """Give every part its place."""
        screen = self._screen
        if not screen.whole:
            return
        width, height = screen.size
        small = width < SMALLEST[0] or height < SMALLEST[1]
        screen.set_class(small, "-small")
        self._below = rows_of(screen.touring.told, width, height)
        screen.tour_panel.display = self._below > 0 and not small
        screen.tour_panel.styles.height = self._below
        if small:
            words = f"{width}×{height} is too small:\nat least {SMALLEST[0]}×{SMALLEST[1]}"
            screen.too_small.update(Content(words))
            return
        zoomed = "" if self.zoomed is None else "log" if isinstance(self.zoomed, LogPane) else "journal"
        panes = [pane for pane in screen.log_panes if pane is self.zoomed or not screen.arranging.hides(pane)]
        layout = self.layout = screen.arranging.arrange(width, height, len(panes), zoomed, self._below)
        self._place_top(layout)
        self._place_body(layout, zoomed)
        if isinstance(self.zoomed, LogPane):
            self._first = panes.index(self.zoomed)
        self._first = max(0, min(self._first, len(panes) - layout.fit))
        shown = panes[self._first : self._first + layout.fit]
        self._place_logs(layout, shown)
        self._name_panes()
        fallback = self.zoomed or (shown[0] if layout.logs and shown else screen.journal)
        if not screen.finder.display:  # the focus is lost where nothing fits
            screen.set_focus(screen.stop if screen.stop.display else fallback)

    def _place_top(self, layout: Layout) -> None:
        screen = self._screen
        screen.top.styles.height = layout.top
        screen.instance.display = layout.side > 0
        screen.instance.styles.width = layout.side
        screen.manager_pane.styles.margin = 0 if layout.side else (0, 1, 0, 0)
        screen.footer.styles.margin = (layout.bottom, 0, 0, 0) if layout.bottom else 0

    def _place_body(self, layout: Layout, zoomed: str) -> None:
        """The table of managers, then logs and journal, or what is maximised in their place."""
        screen = self._screen
        managers, journal, diagram = screen.managers, screen.journal, screen.diagram
        managers.display = layout.table > 0 or self.zoomed is managers
        managers.styles.height = layout.table - 1 if layout.table else layout.journal
        managers.styles.margin = (0, 1, 1, 1) if layout.table else (0, 1)
        screen.body.display = self.zoomed is not managers
        screen.body.styles.layout = "horizontal" if layout.column else "vertical"
        screen.left.display = zoomed != "journal"
        screen.left.styles.height = layout.logs + 1
        diagram.display = self.zoomed is diagram
        diagram.styles.height = layout.journal
        journal.display = layout.journal > 0 and self.zoomed in (None, journal)
        journal.styles.height = layout.journal
        journal.styles.width = layout.column or "1fr"
        journal.styles.margin = (0, 0, 0, 3) if layout.column else 0

    def _place_logs(self, layout: Layout, shown: Sequence[LogPane]) -> None:
        """Side by side, in several rows where there is room for these."""
        styles, several = self._screen.logs.styles, layout.lines > 1
        styles.height = layout.logs
        styles.layout = "grid" if several else "horizontal"
        if several:
            styles.grid_size_columns = len(layout.panes)
            styles.grid_columns = " ".join(map(str, layout.panes))
            styles.grid_gutter_horizontal = 1
            styles.grid_gutter_vertical = GAP
        for pane in self._screen.log_panes:
            pane.display = pane in shown
        for pane, width in zip(shown, layout.panes * layout.lines, strict=False):
            pane.styles.width = "100%" if several else width
            pane.styles.margin = 0 if several or pane is shown[-1] else (0, GAP, 0, 0)

    def _name_panes(self) -> None:
        """Name all panes below the logs, where not all of them are seen."""
        screen = self._screen
        if self.zoomed is not None:
            screen.tabs.show((), ("", ""))
            return
        named = tuple(Tab(title(pane), pane.display, screen.arranging.hides(pane)) for pane in screen.panes)
        paged = any(not tab.seen and not tab.hidden for tab in named)
        key = config_of(screen.app).keymap.instead_of("tab" if paged else "p")
        screen.tabs.show(named, (key, "shows them"))
