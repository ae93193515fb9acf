"""Where a handler failed, in full."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from pmtui.tui.screens.over import Over
from pmtui.view.snapshot import Failure


class TracebackScreen(Over[None]):
    """A failure's sentence, its place and its whole traceback, which scrolls."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q,enter", "close", "close", show=False),
        Binding("j,down", "scroll(1)", "down", show=False),
        Binding("k,up", "scroll(-1)", "up", show=False),
        Binding("pagedown,space", "scroll(10)", "page down", show=False),
        Binding("pageup", "scroll(-10)", "page up", show=False),
        Binding("g,home", "scroll(-9999)", "top", show=False),
        Binding("G,shift+g,end", "scroll(9999)", "bottom", show=False),
    ]
    title_words = "Why it stopped"
    keys = (("j k", "scroll"), ("esc", "close"))

    def __init__(self, failure: Failure) -> None:
        super().__init__()
        self._failure = failure

    def inside(self) -> ComposeResult:
        """The sentence and the place first, then the traceback as Python wrote it."""
        head = [
            Content.styled(self._failure.sentence, "bold"),
            Content.styled(self._failure.place, "$primary"),
            Content(""),
        ]
        text = Content("\n").join([*head, *(Content(line) for line in self._failure.traceback)])
        with VerticalScroll(id="scroll", can_focus=False):
            yield Static(text, id="text", markup=False)

    def on_resize(self) -> None:
        """Title and keys stay in sight; the text scrolls between them."""
        self.query_one("#scroll").styles.max_height = max(3, self.size.height - 6)

    def action_scroll(self, lines: int) -> None:
        """Scroll by lines."""
        scroll = self.query_one("#scroll", VerticalScroll)
        scroll.scroll_to(y=scroll.scroll_y + lines, animate=False)
