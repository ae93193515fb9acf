"""Having the session do something, beside the screen's own work."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any

from pmtui.model.errors import PmtuiError
from pmtui.tui.early import Early

if TYPE_CHECKING:
    from pmtui.tui.screens.main import MainScreen


class Asking:
    """Sends commands to the session, and says what came of them on the screen."""

    def __init__(self, screen: MainScreen, early: Early) -> None:
        self._screen = screen
        self._early = early

    def __call__(self, command: Coroutine[Any, Any, str | None], told: str = "") -> None:
        """Send a command.

        Args:
            command: what it answers, if that is a sentence, is said; a fault is said as one.
            told: said where it answers nothing; empty for nothing to say.
        """

        async def asking() -> None:
            try:
                words = await command or told
            except PmtuiError as error:
                self._screen.say(str(error), "error")
            else:
                if words:
                    self._screen.say(words)

        self._screen.run_worker(asking(), group="commands")

    def anew(self, command: Coroutine[Any, Any, None], told: str = "") -> None:
        """The same with a command after which other workers begin; steps asked for meanwhile wait for them."""
        screen = self._screen
        self._early.busy += 1

        async def beginning() -> None:
            try:
                await command
            finally:
                self._early.busy -= 1
                screen.post_message(screen.Pulled(screen.session.snapshot()))

        self(beginning(), told)
