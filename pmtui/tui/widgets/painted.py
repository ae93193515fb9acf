"""The base of all parts of the screen: a widget that paints its own lines and redraws only those that changed."""

from abc import abstractmethod

from rich.style import Style
from textual.containers import Container
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from pmtui.tui.themes import Ink, ink_of


def filtered(widget: Widget, strip: Strip) -> Strip:
    """What goes to the terminal of a widget's line: the app's filters have seen it."""
    segments = list(strip)
    background = widget.background_colors[1]
    for line_filter in widget.get_line_filters():
        segments = line_filter.apply(segments, background)
    return Strip(segments, strip.cell_length)


def plain_lines(widget: Widget, crop: Region) -> list[Strip]:
    """The empty lines of what only holds other parts.

    One strip stands for all of them, and what is made of it on its way to the terminal is made once.
    """
    return [filtered(widget, Strip.blank(crop.width, ink_of(widget.app).base))] * crop.height


class Plain(Container):
    """Holds other parts of the screen and shows nothing of its own."""

    def render_lines(self, crop: Region) -> list[Strip]:
        """Nothing."""
        return plain_lines(self, crop)


class Painted(Widget):
    """A widget made of lines of cells. Its size is set by the screen's layout, never by what it shows."""

    ALLOW_SELECT = False
    DEFAULT_CSS = "Painted { height: 1; }"

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self._strips: list[Strip] = []
        self._drawn: list[Strip] = []
        self._painted_at: tuple[int, int, Ink] | None = None

    @property
    def ink(self) -> Ink:
        """The inks of the theme shown now."""
        return ink_of(self.app)

    @property
    def ground(self) -> Style:
        """What it is painted on."""
        return self.ink.base

    @abstractmethod
    def paint(self, width: int, height: int, /) -> list[Strip]:
        """At most `height` lines, each `width` cells wide."""

    def repaint(self) -> None:
        """Paint again and redraw the lines that came out different."""
        if not self.is_attached or not self.display or not self.size.height:
            self._painted_at = None  # painted once it is seen
            return
        changed = self._paint()
        if len(changed) == self.size.height:
            self.refresh()
        elif changed:
            self.refresh(*(Region(0, y, self.size.width, 1) for y in changed))

    def _paint(self) -> list[int]:
        """Paint; the lines that came out different. The others stay the strips they were, with all that they cache."""
        width, height = self.size
        at, self._painted_at = self._painted_at, (width, height, self.ink)
        strips = self.paint(width, height)[:height]
        strips += [Strip.blank(width, self.ground)] * (height - len(strips))
        before, drawn = (self._strips, self._drawn) if at == self._painted_at else ([], [])
        self._strips, self._drawn = [], []
        changed = []
        for y, strip in enumerate(strips):
            if y < len(before) and before[y] == strip:
                self._strips.append(before[y])
                self._drawn.append(drawn[y])
            else:
                self._strips.append(strip)
                self._drawn.append(filtered(self, strip))
                changed.append(y)
        return changed

    def render_lines(self, crop: Region) -> list[Strip]:
        """The lines as they were painted last, painted anew if size or theme have changed.

        In place of Textual's own, which copies each line about ten times for borders, paddings, links and the like that
        no part has: on a large screen most of the time that a key press took.
        """
        if self._painted_at != (*self.size, self.ink):
            self._paint()
        lines = self._drawn[crop.y : crop.bottom]
        if crop.width == self.size.width:
            return lines
        return [strip.crop(crop.x, crop.right) for strip in lines]


class Bar(Painted):
    """A part on the ground of the header and the footer."""

    @property
    def ground(self) -> Style:
        """A ground of its own."""
        return self.ink.bar
