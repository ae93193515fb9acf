"""The base of what is laid over the main screen."""

from typing import ClassVar, Generic, TypeVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

Result = TypeVar("Result")


class Over(ModalScreen[Result | None], Generic[Result]):
    """A sheet with a title, over the dimmed main screen; escape takes it away."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "close", "close", show=False)]
    title_words = ""
    keys: ClassVar[tuple[tuple[str, str], ...]] = (("esc", "close"),)

    def compose(self) -> ComposeResult:
        """Title, what the sheet holds, its keys."""
        with Vertical(id="sheet"):
            yield Static(Content(self.title_words), id="title", markup=False)
            yield from self.inside()
            yield Static(keys_line(self.keys), classes="keys", markup=False)

    def inside(self) -> ComposeResult:
        """What the sheet holds."""
        yield from ()

    def action_close(self) -> None:
        """Take it away, with nothing chosen."""
        self.dismiss(None)


class Reading(Over[None]):
    """A sheet of text that scrolls."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q,enter", "close", "close", show=False),
        Binding("j,down", "scroll(1)", "down", show=False),
        Binding("k,up", "scroll(-1)", "up", show=False),
        Binding("pagedown,space", "scroll(10)", "page down", show=False),
        Binding("pageup", "scroll(-10)", "page up", show=False),
        Binding("g,home", "scroll(-9999)", "top", show=False),
        Binding("G,shift+g,end", "scroll(9999)", "bottom", show=False),
    ]
    keys = (("j k", "scroll"), ("esc", "close"))

    def inside(self) -> ComposeResult:
        """The text."""
        with VerticalScroll(id="scroll", can_focus=False):
            yield Static(self.text(), id="text", markup=False)

    def on_resize(self) -> None:
        """Title and keys stay in sight; the text scrolls between them."""
        self.query_one("#scroll").styles.max_height = max(3, self.size.height - 6)

    def text(self) -> Content:
        """The whole text."""
        return Content("")

    def action_scroll(self, lines: int) -> None:
        """Scroll by lines."""
        scroll = self.query_one("#scroll", VerticalScroll)
        scroll.scroll_to(y=scroll.scroll_y + lines, animate=False)


def keys_line(keys: tuple[tuple[str, str], ...]) -> Content:
    """Keys and what they do, the keys in the accent."""
    parts: list[Content] = []
    for key, words in keys:
        parts += [Content("    ")] if parts else []
        parts += [Content.styled(key, "bold $primary"), Content(f" {words}")]
    return Content("").join(parts)
