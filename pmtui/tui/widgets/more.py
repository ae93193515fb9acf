"""The line below the logs that tells of the panes that do not fit."""

from textual.strip import Strip

from pmtui.tui.paint import Row
from pmtui.tui.widgets.painted import Painted


class More(Painted):
    """`2 more: returns, audit`; blank where every pane is shown."""

    names: tuple[str, ...] = ()

    def show(self, names: tuple[str, ...]) -> None:
        """Tell of these panes."""
        if names != self.names:
            self.names = names
            self.repaint()

    def paint(self, width: int, _height: int) -> list[Strip]:
        """One line."""
        row = Row(width)
        if self.names:
            row.put(f"{len(self.names)} more: ", self.ink.faint).put(", ".join(self.names), self.ink.quiet)
            row.right([("tab", self.ink.key), (" shows them", self.ink.faint)])
        return [row.strip(self.ink.base)]
