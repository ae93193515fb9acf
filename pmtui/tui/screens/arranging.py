"""Which panes are seen, where, and how large: what a person has chosen, kept for each app."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pmtui.tui.config.config import config_of
from pmtui.tui.kept import Arrangement, Keeper
from pmtui.tui.layout import SPLITS, Layout, arrange
from pmtui.tui.screens.deeds import Deeds
from pmtui.tui.screens.panes import PaneLine, PanesScreen
from pmtui.tui.widgets.log import LogPane
from pmtui.tui.widgets.stop import Stop

if TYPE_CHECKING:
    from pmtui.tui.screens.main import MainScreen


class Arranging:
    """What a person has chosen of the screen's parts. Names that the app no longer has are kept and do no harm."""

    def __init__(self, screen: MainScreen, keeper: Keeper) -> None:
        self._screen = screen
        self._keeper = keeper
        kept = keeper.recall(screen.snapshot.app)
        self._hidden = set(kept.hidden)
        self._journal = kept.journal
        self._split = max(-SPLITS, min(SPLITS, kept.split))
        self.manager = kept.manager
        if self._hidden.issuperset(context.name for context in screen.snapshot.contexts):
            self._journal = True  # something has to be there

    def keep(self, manager: str | None = None) -> None:
        """Keep how it is now, and which manager is selected if another one is."""
        self.manager = self.manager if manager is None else manager
        now = Arrangement(tuple(sorted(self._hidden)), self._journal, self._split, self.manager)
        self._keeper.keep(self._screen.snapshot.app, now)

    def hides(self, pane: Stop) -> bool:
        """Whether a pane is hidden."""
        if isinstance(pane, LogPane):
            return pane.context in self._hidden
        return pane is self._screen.journal and not self._journal

    def hide(self, pane: Stop) -> None:
        """Hide a log's pane, or the journal's."""
        if isinstance(pane, LogPane):
            self._hidden.add(pane.context)
        else:
            self._journal = False
        self.keep()

    def unhide(self, pane: Stop) -> None:
        """Show it again."""
        if isinstance(pane, LogPane):
            self._hidden.discard(pane.context)
        else:
            self._journal = True
        self.keep()

    def arrange(self, width: int, height: int, logs: int, zoomed: str, below: int) -> Layout:
        """The layout for a size and so many logs, with rows kept free above the footer."""
        managers = len(self._screen.snapshot.managers)
        journal = config_of(self._screen.app).journal if self._journal else "hidden"
        return arrange(width, height, logs, zoomed, managers=managers, journal=journal, split=self._split, below=below)

    # what keys do

    @property
    def deeds(self) -> Deeds:
        """By the action's id."""
        return {
            "hide": self._hide_here,
            "panes": self._choose,
            "managers": self._show_managers,
            "more_journal": lambda: self._give(1),
            "less_journal": lambda: self._give(-1),
        }

    def _hide_here(self) -> None:
        """Hide the pane that has the focus, if it is not the last one."""
        screen = self._screen
        pane = screen.pane
        if pane not in screen.panes:
            screen.say("Only logs and the journal can be hidden.")
        elif sum(not self.hides(each) for each in screen.panes) == 1:
            screen.say("This is the last pane: it stays.")
        else:
            self.hide(pane)
            screen.places.zoom(None)
            screen.say(f"{title(pane)} is hidden: `p` shows it again.")

    def _choose(self) -> None:
        """Ask which panes are to be shown, and go to one."""
        screen = self._screen

        def lines() -> list[PaneLine]:
            return [PaneLine(title(pane), not self.hides(pane)) for pane in screen.panes]

        def turn(index: int) -> None:
            pane = screen.panes[index]
            if self.hides(pane):
                self.unhide(pane)
            elif sum(line.shown for line in lines()) > 1:
                self.hide(pane)
            screen.places.zoom(None)

        def chosen(index: int | None) -> None:
            if index is not None:
                screen.places.reveal(screen.panes[index])

        here = screen.panes.index(screen.pane) if screen.pane in screen.panes else 0
        screen.app.push_screen(PanesScreen(lines, turn, here), chosen)

    def _show_managers(self) -> None:
        """Give the table of managers the screen, or the focus where it is seen already; or go back."""
        screen = self._screen
        table = screen.managers
        if screen.places.zoomed is table:
            screen.places.zoom(None)
        if table.has_focus:
            screen.set_focus(next(pane for pane in screen.panes if pane.display))
            return
        if not table.display:
            screen.places.zoom(table)
        screen.set_focus(table)
        table.show(screen.snapshot, "" if screen.manager is None else screen.manager.name)

    def _give(self, steps: int) -> None:
        split = max(-SPLITS, min(SPLITS, self._split + steps))
        if split == self._split:
            self._screen.say("There is no more room to give.")
            return
        self._split = split
        self.keep()
        self._screen.places.lay_out()


def title(pane: Stop) -> str:
    """A pane's name."""
    return pane.context if isinstance(pane, LogPane) else "journal"
