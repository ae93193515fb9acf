"""The line that the main screen tells the person, and the question that it may ask there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.timer import Timer

from pmtui.tui.config.config import config_of
from pmtui.view.pages import Tone

if TYPE_CHECKING:
    from pmtui.tui.screens.main import MainScreen

_SECONDS = 6.0


class Notice:
    """One line, there for some seconds or until the next key.

    Attributes:
        line: the words and their tone; None where nothing is told.
    """

    def __init__(self, screen: MainScreen) -> None:
        self.line: tuple[str, Tone] | None = None
        self._screen = screen
        self._timer: Timer | None = None
        self._asked = ""

    def say(self, words: str, tone: Tone, *, stays: bool = False) -> None:
        """Tell a line; keys in it stand between backticks. One that `stays` does so until the next key."""
        if self._timer is not None:
            self._timer.stop()
        self.line = (config_of(self._screen.app).keymap.told(words), tone)
        self._timer = None if stays else self._screen.set_timer(_SECONDS, self.end)
        self._screen.show()

    def ask(self, question: str, name: str) -> None:
        """Tell what an action's key would do if it were pressed once more."""
        self.say(question, "accent")
        self._asked = name

    def end(self) -> str:
        """Take the line away; returns the action that it asked about, empty for none."""
        asked, self._asked = self._asked, ""
        if self.line is not None:
            self.line = None
            self._screen.show()
        return asked
