"""Naming a moment to go to."""

from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Input, Static

from pmtui.tui.screens.over import Over


class TravelScreen(Over[str]):
    """One field: an event or a time of day."""

    title_words = "Go to the moment after …"
    keys = (("enter", "go there"), ("esc", "cancel"))

    def inside(self) -> ComposeResult:
        """The field."""
        yield Static(Content("an event, as in orders@3, or a time, as in 10:04"), classes="label", markup=False)
        yield Input(id="where", select_on_focus=False)

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        self.dismiss(event.value.strip() or None)
