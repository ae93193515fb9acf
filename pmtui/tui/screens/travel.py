"""Naming a moment to go to."""

from textual import on
from textual.app import ComposeResult
from textual.widgets import Input

from pmtui.tui.screens.over import Over, label


class TravelScreen(Over[str]):
    """One field: an event or a time of day."""

    title_words = "Go to the moment after …"
    keys = (("enter", "go there"), ("esc", "cancel"))

    def inside(self) -> ComposeResult:
        """The field."""
        yield label("an event, as in orders@3, or a time, as in 10:04")
        yield Input(id="where", select_on_focus=False)

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        self.dismiss(event.value.strip() or None)
