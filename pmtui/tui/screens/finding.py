"""What keys do about finding on the main screen, and how one gets out of it again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pmtui.tui.screens.deeds import Deeds
from pmtui.tui.widgets.searchedpane import SearchedPane
from pmtui.view.finding.query import Query

if TYPE_CHECKING:
    from pmtui.tui.screens.main import MainScreen

_NOT_HERE = "The diagram is not searched: `d` closes it, `/` finds in the panes."


class Finding:
    """Filters panes, and goes from match to match."""

    def __init__(self, screen: MainScreen) -> None:
        self._screen = screen
        self._last_filter = ""
        """What was looked for before everything was shown again: `n` goes on with it."""

    @property
    def deeds(self) -> Deeds:
        """By the action's id."""
        return {
            "find": self._find,
            "next_match": lambda: self._go_to_match(1),
            "previous_match": lambda: self._go_to_match(-1),
            "back": self._back,
        }

    def _find(self) -> None:
        pane = self._screen.pane
        if isinstance(pane, SearchedPane):
            self._screen.find(pane)
        else:
            self._screen.say(_NOT_HERE)

    def _go_to_match(self, step: int) -> None:
        screen, pane = self._screen, self._screen.pane
        if not isinstance(pane, SearchedPane):
            screen.say(_NOT_HERE)
        elif pane.found is not None:
            pane.choose_rows(step)
        elif self._last_filter:
            pane.go_to_match(Query.parse(self._last_filter), step)
        else:
            screen.say("Nothing is looked for: `/` finds.")

    def _back(self) -> None:
        """Out of finding, the filter first, then what stands out; then out of what is maximised."""
        screen = self._screen
        pane = screen.finder.pane or screen.pane
        if screen.finder.display:
            screen.finder.end()
        if isinstance(pane, SearchedPane) and pane.found is not None:
            self._last_filter = pane.filter
            pane.find("")
        elif screen.only:
            screen.look_only_at("")
        elif screen.places.zoomed is not None:
            screen.places.zoom(None)
