"""What keys do about time: go to another moment, back to the present, and make a moment the present."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from pmtui.tui.screens.asking import Asking
from pmtui.tui.screens.deeds import Deeds, of_manager
from pmtui.tui.screens.travel import TravelScreen
from pmtui.view.snapshot import ManagerView

if TYPE_CHECKING:
    from pmtui.tui.screens.main import MainScreen


def travelling(screen: MainScreen, ask: Asking) -> Deeds:
    """By the action's id."""
    session = screen.session
    return {
        "earlier": lambda: ask(session.travel("earlier")),
        "later": lambda: ask(session.travel("later")),
        "earlier_mark": lambda: ask(session.travel("earlier_mark")),
        "later_mark": lambda: ask(session.travel("later_mark")),
        "travel_to": of_manager(screen, partial(_travel_to, screen, ask)),
        "live": lambda: ask(session.present()),
        "rewind": lambda: ask.anew(session.rewind(), "Rewound: this is the present now."),
    }


def _travel_to(screen: MainScreen, ask: Asking, manager: ManagerView) -> None:
    def chosen(where: str | None) -> None:
        if where:
            ask(screen.session.travel_to(where, manager.name))

    screen.app.push_screen(TravelScreen(), chosen)
