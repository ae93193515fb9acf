"""A part of the main screen that takes the focus, because there is something in it to look at closely."""

from abc import abstractmethod

from textual import events

from pmtui.tui.widgets.messages import Wanted
from pmtui.tui.widgets.painted import Painted
from pmtui.view.closeup.subject import Subject


class Stop(Painted, can_focus=True):
    """Takes the focus, shows that it has it, and says what in it is chosen. Clicked twice, that is looked at."""

    @abstractmethod
    def subject(self) -> Subject | None:
        """What is to be looked at closely; None if there is nothing."""

    @abstractmethod
    def label(self) -> str:
        """What the chosen thing is labelled by, its correlation id where one is known; empty if there is nothing."""

    def watch_has_focus(self, has_focus: bool) -> None:
        """Something in it shows where the focus is."""
        super().watch_has_focus(has_focus)
        self.repaint()

    def choose_at(self, y: int) -> None:
        """Choose what is in a line of it; nothing where it is one thing."""

    def on_click(self, event: events.Click) -> None:
        """Choose the line; twice looks at it closely."""
        self.choose_at(event.y)
        if event.chain > 1:
            self.post_message(Wanted("inspect"))
