"""The base of all parts of the screen: a widget that paints its own lines and redraws only those that changed."""

from abc import abstractmethod

from rich.style import Style
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from pmtui.tui.themes import Ink, ink_of


class Painted(Widget):
    """A widget made of lines of cells. Its size is set by the screen's layout, never by what it shows."""

    ALLOW_SELECT = False
    DEFAULT_CSS = "Painted { height: 1; }"

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self._strips: list[Strip] = []
        self._painted_at: tuple[int, int, Ink] | None = None

    @property
    def ink(self) -> Ink:
        """The inks of the theme shown now."""
        return ink_of(self.app)

    @abstractmethod
    def paint(self, width: int, height: int, /) -> list[Strip]:
        """At most `height` lines, each `width` cells wide."""

    def repaint(self) -> None:
        """Paint again and redraw the lines that came out different."""
        if not self.is_attached or not self.size.height:
            return
        before, at = self._strips, self._painted_at
        self._paint()
        if at != self._painted_at or len(before) != len(self._strips):
            self.refresh()
            return
        changed = [y for y, (old, new) in enumerate(zip(before, self._strips, strict=True)) if old != new]
        if changed:
            self.refresh(*(Region(0, y, self.size.width, 1) for y in changed))

    def _paint(self) -> None:
        width, height = self.size
        self._painted_at = (width, height, self.ink)
        self._strips = self.paint(width, height)[:height]

    def render_line(self, y: int) -> Strip:
        """A line as it was painted last, painted anew if size or theme have changed."""
        width, height = self.size
        if self._painted_at != (width, height, self.ink):
            self._paint()
        return self._strips[y] if y < len(self._strips) else Strip.blank(width, self.ground)

    @property
    def ground(self) -> Style:
        """What it is painted on."""
        return self.ink.base
