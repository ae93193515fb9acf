"""All that keys do on the main screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pmtui.tui.actions import BY_ID, Action
from pmtui.tui.early import EARLY, Early
from pmtui.tui.reasons import only_reading
from pmtui.tui.screens.asking import Asking
from pmtui.tui.screens.deeds import Deeds
from pmtui.tui.screens.everywhere import everywhere
from pmtui.tui.screens.finding import Finding
from pmtui.tui.screens.looking import Looking
from pmtui.tui.screens.notice import Notice
from pmtui.tui.screens.steering import Steering
from pmtui.tui.screens.stopping import stopping
from pmtui.tui.screens.travelling import travelling
from pmtui.tui.screens.whatif import trying
from pmtui.tui.touring import TOURS

if TYPE_CHECKING:
    from pmtui.tui.screens.main import MainScreen


class Commands:
    """One deed for each action of the registry."""

    def __init__(self, screen: MainScreen, notice: Notice, early: Early) -> None:
        ask = Asking(screen, early)
        self._screen = screen
        self._notice = notice
        self._early = early
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

    def do(self, name: str, number: int = 0) -> None:
        """Do one, or say why it would do nothing now, or what it would lose, which takes a second time.

        Args:
            name: the action's id.
            number: that of a pane, for going there.
        """
        screen, touring, action = self._screen, self._screen.touring, BY_ID[name]
        if screen.finder.display and name != "back":
            screen.finder.end()
        asked = self._notice.end()
        if why := self._why_not(action):
            screen.say(why)
            return
        manager = screen.manager
        question = None if manager is None or touring.tour is not None else action.confirm(screen.snapshot, manager)
        if question and asked != name:
            self._notice.ask(question, name)
            return
        touring.noticed(action)
        if name in TOURS:
            touring.do(name, screen)
            screen.show()
        elif name == "pane":
            self._looking.go_to_pane(number)
        else:
            self._deeds[name]()

    def take_up(self) -> None:
        """Do what was asked for early, once there is a worker for it."""
        manager = self._screen.manager
        if not self._early.busy and manager is not None and manager.state != "starting":
            for name in self._early.take():
                self.do(name)

    def _why_not(self, action: Action) -> str | None:
        """Why it does nothing now, as a sentence; what is asked for early waits."""
        why = self._screen.touring.why_not(action)
        if not why and action.id in EARLY and self._is_early:
            return self._early.ask(action.id)
        manager = self._screen.manager
        return why or (None if manager is None else action.why_not(self._screen.snapshot, manager))

    @property
    def _is_early(self) -> bool:
        """Whether the selected manager's worker is only about to be there."""
        manager = self._screen.manager
        if self._early.busy or manager is None:
            return self._early.busy > 0
        return manager.state == "starting" and only_reading(self._screen.snapshot, manager) is None
