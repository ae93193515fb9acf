"""The line below the logs that names all panes where not all of them are seen."""

from dataclasses import dataclass

from rich.style import Style
from textual import events
from textual.message import Message
from textual.strip import Strip

from pmtui.tui.paint import Row, cells
from pmtui.tui.widgets.painted import Painted

_GAP = 2


@dataclass(frozen=True, slots=True)
class Tab:
    """A pane's name, whether it is seen, and whether a person has hidden it."""

    name: str
    seen: bool
    hidden: bool = False

    @property
    def words(self) -> str:
        """`returns`, `(returns)` where it is hidden."""
        return f"({self.name})" if self.hidden else self.name


class Tabs(Painted):
    """`orders payments fraud stock …`, those that are seen in bold; blank where all are. A click shows the pane."""

    class Chosen(Message):
        """A pane's name was clicked."""

        def __init__(self, index: int) -> None:
            super().__init__()
            self.index = index

    class Turned(Message):
        """The wheel was turned: on by so many pages."""

        def __init__(self, pages: int) -> None:
            super().__init__()
            self.pages = pages

    tabs: tuple[Tab, ...] = ()
    hint: tuple[str, str] = ("", "")

    def show(self, tabs: tuple[Tab, ...], hint: tuple[str, str]) -> None:
        """Show these, with a key and what it does; nothing where all are seen."""
        tabs = () if all(tab.seen for tab in tabs) else tabs
        if (tabs, hint) != (self.tabs, self.hint):
            self.tabs, self.hint = tabs, hint
            self.repaint()

    def paint(self, width: int, _height: int) -> list[Strip]:
        """One line."""
        ink, row = self.ink, Row(width)
        if not self.tabs:
            return [row.strip(ink.base)]
        places, before, after = self._places(width)
        if before:
            row.put(f"‹ {before}", ink.faint)
        for column, index in places:
            tab = self.tabs[index]
            row.to(column).put(tab.words, ink.bold if tab.seen else ink.faint if tab.hidden else ink.quiet)
        if after:
            row.put(" " * _GAP, ink.plain).put(f"{after} ›", ink.faint)
        key, words = self.hint
        pieces: list[tuple[str, Style]] = [(key, ink.key), (f" {words}", ink.faint)]
        return [row.right(pieces).strip(ink.base)]

    def _places(self, width: int) -> tuple[list[tuple[int, int]], int, int]:
        """Where each name that fits begins, and how many do not fit before and after these.

        Those that are seen are among them, as far as they fit.
        """
        room = width - cells(f"{self.hint[0]} {self.hint[1]}") - 2 * _GAP
        seen = [index for index, tab in enumerate(self.tabs) if tab.seen]
        first = last = seen[0] if seen else 0
        used = cells(self.tabs[first].words)
        while True:
            grown = False
            for index in (last + 1, first - 1):
                if not 0 <= index < len(self.tabs):
                    continue
                size = cells(self.tabs[index].words) + _GAP
                if used + size <= room - 2 * (_GAP + 4):
                    used += size
                    first, last = min(first, index), max(last, index)
                    grown = True
            if not grown:
                break
        column = _GAP + 3 if first else 0
        places: list[tuple[int, int]] = []
        for index in range(first, last + 1):
            places.append((column, index))
            column += cells(self.tabs[index].words) + _GAP
        return places, first, len(self.tabs) - 1 - last

    def on_click(self, event: events.Click) -> None:
        """Show the pane under the pointer; beside the names, turn the page there."""
        if not self.tabs:
            return
        places, before, after = self._places(self.size.width)
        for column, index in places:
            if column <= event.x < column + cells(self.tabs[index].words):
                self.post_message(self.Chosen(index))
                return
        end = places[-1][0] + cells(self.tabs[places[-1][1]].words)
        if before and event.x < places[0][0]:
            self.post_message(self.Chosen(places[0][1] - 1))
        elif after and end < event.x <= end + _GAP + 4:
            self.post_message(self.Chosen(places[-1][1] + 1))

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """The page before."""
        event.stop()
        self.post_message(self.Turned(-1))

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """The next page."""
        event.stop()
        self.post_message(self.Turned(1))
