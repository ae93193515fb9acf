"""What is seen while the session is being made."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from pmtui.tui.bindings import bindings
from pmtui.tui.early import EARLY, Early


class StartScreen(Screen[None]):
    """One quiet line that says what is being done, and what is to be done then.

    Attributes:
        early: what the person has asked for meanwhile.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q", "app.quit", "quit", show=False),
        *(binding for binding in bindings("main") if binding.id in EARLY),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.early = Early()
        self._line = "starting …"

    def compose(self) -> ComposeResult:
        """The line."""
        yield Static(Content(self._line), id="doing", markup=False)

    def progress(self, line: str) -> None:
        """Show a line of progress; on the event loop."""
        self._line = line
        if self.is_mounted:
            self.query_one("#doing", Static).update(Content(f"{line}  {self.early.words}".rstrip()))

    def action_do(self, name: str) -> None:
        """Note that an action is to be done then."""
        self.early.ask(name)
        self.progress(self._line)
