"""What keys have the session do: step, crash, restart, change speed and receipts, start over."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from pmtui.model.app import Receiver
from pmtui.tui.screens.asking import Asking
from pmtui.tui.screens.crash_at import Choice, CrashAtScreen
from pmtui.tui.screens.deeds import Deeds, of_manager
from pmtui.tui.screens.traceback import TracebackScreen
from pmtui.tui.widgets.header import SPEED_WORDS, receipts_word
from pmtui.view.snapshot import SPEEDS, ManagerView

if TYPE_CHECKING:
    from pmtui.tui.screens.main import MainScreen

_NEXT_RECEIPTS: dict[str, Receiver] = {"none": "exact", "exact": "high-water", "high-water": "none", "mixed": "exact"}
_RECEIPTS: dict[Receiver, str] = {
    "none": "nothing stops a repeated action",
    "exact": "each action has its own",
    "high-water": "the highest one per aggregate and sender counts",
}


class Steering:
    """Commands to the session, from the main screen."""

    def __init__(self, screen: MainScreen, ask: Asking) -> None:
        self._screen = screen
        self._session = screen.session
        self._ask = ask

    @property
    def deeds(self) -> Deeds:
        """By the action's id."""
        of = partial(of_manager, self._screen)
        return {
            "pause": of(self._pause),
            "step": of(lambda manager: self._ask(self._session.step(manager.name))),
            "step_event": of(lambda manager: self._ask(self._session.step_event(manager.name))),
            "crash": of(lambda manager: self._ask(self._session.crash(manager.name))),
            "restart": of(lambda manager: self._ask.anew(self._session.restart(manager.name))),
            "crash_at": of(self._crash_at),
            "traceback": of(self._traceback),
            "faster": lambda: self._change_speed(1),
            "slower": lambda: self._change_speed(-1),
            "receipts": self._receipts,
            "start_over": lambda: self._ask.anew(self._session.start_over(), "Started over."),
        }

    def _pause(self, manager: ManagerView) -> None:
        going = manager.state in ("running", "idle")
        self._ask(self._session.pause(manager.name) if going else self._session.go_on(manager.name))

    def _crash_at(self, manager: ManagerView) -> None:
        def chosen(choice: Choice | None) -> None:
            if choice is None:
                return
            told = f"It will die at {choice.point}, once." if choice.point else "It will not die at a chosen point."
            self._ask(self._session.crash_at(manager.name, choice.point), told)

        self._screen.app.push_screen(CrashAtScreen(manager), chosen)

    def _traceback(self, manager: ManagerView) -> None:
        if manager.failure is not None:
            self._screen.app.push_screen(TracebackScreen(manager.failure))

    def _change_speed(self, by: int) -> None:
        # From the session's own picture: of keys that come fast, none may count on one that is not drawn yet.
        number = SPEEDS.index(self._session.snapshot().speed) + by
        speed = SPEEDS[min(max(number, 0), len(SPEEDS) - 1)]
        self._session.set_speed(speed)
        self._screen.say(f"Speed: {SPEED_WORDS[speed]}.")

    def _receipts(self) -> None:
        receiver = _NEXT_RECEIPTS[self._session.snapshot().receipts]
        self._session.set_receipts(receiver)
        self._screen.say(f"Receipts {receipts_word(receiver)}: {_RECEIPTS[receiver]}.")
