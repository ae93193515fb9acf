"""All that keys do on the main screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pmtui.tui.screens.asking import Asking
from pmtui.tui.screens.deeds import Deeds
from pmtui.tui.screens.everywhere import everywhere
from pmtui.tui.screens.finding import Finding
from pmtui.tui.screens.looking import Looking
from pmtui.tui.screens.steering import Steering
from pmtui.tui.screens.stopping import stopping
from pmtui.tui.screens.travelling import travelling
from pmtui.tui.screens.whatif import trying

if TYPE_CHECKING:
    from pmtui.tui.screens.main import MainScreen


class Commands:
    """One deed for each action of the registry. Whether it makes sense now has been asked before."""

    def __init__(self, screen: MainScreen) -> None:
        ask = Asking(screen)
        self._looking = Looking(screen, ask)
        self._deeds: Deeds = {
            **everywhere(screen),
            **screen.arranging.deeds,
            **Steering(screen, ask).deeds,
            **travelling(screen, ask),
            **trying(screen, ask),
            **stopping(screen, ask),
            **Finding(screen).deeds,
            **self._looking.deeds,
        }

    def do(self, name: str, number: int) -> None:
        """Do one; `number` is that of a pane, for going there."""
        if name == "pane":
            self._looking.go_to_pane(number)
        else:
            self._deeds[name]()
