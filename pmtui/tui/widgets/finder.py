"""The line in which a person types what they want to find in a pane."""

from textual import on
from textual.message import Message
from textual.widgets import Input

from pmtui.tui.widgets.searchedpane import SearchedPane


class Finder(Input):
    """Filters a pane while it is being typed; enter keeps the filter, escape takes it away."""

    class Ended(Message):
        """It is out of sight again."""

    def __init__(self, id: str | None = None) -> None:
        words = "text, !text, type: stream: correlation: data: and quotes around spaces"
        super().__init__(placeholder=words, id=id, select_on_focus=False)
        self.display = False
        self.pane: SearchedPane | None = None

    def ask(self, pane: SearchedPane) -> None:
        """Ask for what is to be found in a pane, beginning with what it is filtered by."""
        self.pane = pane
        with self.prevent(Input.Changed):
            self.value = pane.filter
        self.cursor_position = len(self.value)
        self.display = True
        self.screen.set_focus(self)  # at once: the next key may have been pressed already

    def end(self) -> None:
        """Keep the filter, and give the pane the focus back."""
        self.display = False
        if self.pane is not None:
            self.screen.set_focus(self.pane)
        self.pane = None
        self.post_message(self.Ended())

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        if self.pane is not None:
            self.pane.find(event.value)

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        event.stop()
        self.end()
