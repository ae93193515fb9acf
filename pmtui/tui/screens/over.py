"""The base of what is laid over the main screen."""

from functools import lru_cache
from typing import ClassVar, Generic, TypeVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.app import ComposeResult
from textual.await_complete import AwaitComplete
from textual.binding import Binding, BindingType
from textual.color import Color
from textual.containers import Vertical
from textual.content import Content
from textual.geometry import Region
from textual.screen import ModalScreen
from textual.strip import Strip
from textual.widgets import Static

from pmtui.tui.config.config import config_of
from pmtui.tui.paint import cells
from pmtui.tui.themes import ink_of
from pmtui.tui.widgets.painted import filtered
from pmtui.view.safe import safe

Result = TypeVar("Result")
_BETWEEN = 4
_PRESSED = {"esc": "escape", "enter": "enter", "tab": "tab", "space": "space"}
"""Keys of sheets that a click stands for, as Textual names them."""


class Over(ModalScreen[Result | None], Generic[Result]):
    """A sheet with a title, over the dimmed main screen; escape takes it away."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "close", "close", show=False)]
    title_words = ""
    keys: ClassVar[tuple[tuple[str, str], ...]] = (("esc", "close"),)
    _veiled: tuple[list[Strip], list[Strip]] = ([], [])
    """The lines of the screen below when they were seen last, and how they are drawn here."""
    _veil_of: tuple[object, ...] = ()

    def render_lines(self, crop: Region) -> list[Strip]:
        """The screen below, dimmed.

        In place of Textual's own, which draws it all anew for every picture that is pulled meanwhile: on a large screen
        each time more than a key press may take.
        """
        width, height, veil, ground = crop.right, crop.bottom, self.styles.background, ink_of(self.app).base
        below = self._below()[:height]
        below += [Strip.blank(width, ground)] * (height - len(below))  # it may not have been resized yet
        below = [strip.adjust_cell_length(width, ground) for strip in below]
        seen, drawn = self._veiled
        if (veil, width) != self._veil_of:
            seen, drawn, self._veil_of = [], [], (veil, width)
        veiled = [
            drawn[y] if y < len(seen) and seen[y] == strip else filtered(self, _dimmed(strip, veil))
            for y, strip in enumerate(below)
        ]
        self._veiled = below, veiled
        return [strip.crop(crop.x, crop.right) for strip in veiled[crop.y : crop.bottom]]

    def _below(self) -> list[Strip]:
        """The lines of the screen below."""
        stack = self.app.screen_stack
        return stack[stack.index(self) - 1]._compositor.render_strips()

    def compose(self) -> ComposeResult:
        """Title, what the sheet holds, its keys."""
        with Vertical(id="sheet"):
            yield Static(Content(self.title_words), id="title", markup=False)
            yield from self.inside()
            yield KeysLine(self.keys)

    def inside(self) -> ComposeResult:
        """What the sheet holds."""
        yield from ()

    def on_mount(self) -> None:
        """Have the focus before anything is seen, so that who types at once is heard."""
        if self.AUTO_FOCUS:
            self.set_focus(self.query_one(self.AUTO_FOCUS))

    def wrong(self, words: str) -> None:
        """Say what is wrong, in the sheet's line for that; empty for nothing. Keys in it stand between backticks."""
        self.query_one("#wrong", Static).update(Content(config_of(self.app).keymap.told(safe(words))))

    def dismiss(self, result: Result | None = None) -> AwaitComplete:
        """Take it away. A second time, as when enter is pressed twice, it does nothing.

        Textual would take away whatever is on top by then, the main screen too.
        """
        return super().dismiss(result) if self.app.screen is self else AwaitComplete()

    def action_close(self) -> None:
        """Take it away, with nothing chosen."""
        self.dismiss(None)


def label(words: str = "", id: str | None = None) -> Static:
    """A quiet line of a sheet."""
    return Static(Content(words), id=id, classes="label", markup=False)


def wrong_line() -> Static:
    """The line of a sheet in which `Over.wrong` says what is wrong."""
    return Static(Content(""), id="wrong", classes="wrong", markup=False)


def _dimmed(strip: Strip, veil: Color) -> Strip:
    return Strip([Segment(text, _dim(style or Style(), veil)) for text, style, _ in strip], strip.cell_length)


@lru_cache(1024)
def _dim(style: Style, veil: Color) -> Style:
    color, ground = (
        (Color.from_rich_color(each) + veil).rich_color if each is not None else None
        for each in (style.color, style.bgcolor)
    )
    return style + Style(color=color, bgcolor=ground)


class KeysLine(Static):
    """A sheet's keys and what they do; a click on them is as good as the key."""

    def __init__(self, keys: tuple[tuple[str, str], ...]) -> None:
        super().__init__(keys_line(keys), classes="keys", markup=False)
        self._keys = keys

    def on_click(self, event: events.Click) -> None:
        """Press the key under the pointer, if it is one key."""
        column = 0
        for key, words in self._keys:
            end = column + cells(key) + 1 + cells(words)
            if column <= event.x < end and (name := _PRESSED.get(key)) is not None:
                self.app.simulate_key(name)
            column = end + _BETWEEN


def keys_line(keys: tuple[tuple[str, str], ...]) -> Content:
    """Keys and what they do, the keys in the accent."""
    parts: list[Content] = []
    for key, words in keys:
        parts += [Content(" " * _BETWEEN)] if parts else []
        parts += [Content.styled(key, "bold $primary"), Content(f" {words}")]
    return Content("").join(parts)
