"""What is seen while the session is being made."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static


class StartScreen(Screen[None]):
    """One quiet line that says what is being done."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("q", "app.quit", "quit", show=False)]

    def compose(self) -> ComposeResult:
        """The line."""
        yield Static(Content("starting …"), id="doing", markup=False)

    def progress(self, line: str) -> None:
        """Show a line of progress; on the event loop."""
        if self.is_mounted:
            self.query_one("#doing", Static).update(Content(line))
