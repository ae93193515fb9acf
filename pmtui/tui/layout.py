"""Where everything goes on a screen of a given size; no widget, only numbers."""

from dataclasses import dataclass
from typing import Literal

SMALLEST = (40, 10)
GAP = 2
SPLITS = 3
"""The journal may have so many steps more or less room than its share."""
FEW_MANAGERS = 3
"""More than these do not fit beside one another, so that they have a table."""
_PANE = 18
_PANE_ROWS = 11
_BESIDE_TABLE = 24

Journal = Literal["auto", "below", "right", "hidden"]


@dataclass(frozen=True, slots=True)
class Layout:
    """The heights and widths of the main screen's parts; 0 where a part does not fit.

    Attributes:
        tall: whether the phase strip has three rows.
        top: rows of the manager pane.
        side: columns right of the manager pane, for the instance; 0 below 120.
        table: rows of the table of managers, a blank one below it included.
        logs: rows of the log panes; `journal`: rows of the journal.
        column: columns of the journal where it stands right of the logs; 0 where it lies below them.
        panes: the width of each log pane that fits side by side.
        lines: how many rows of log panes there are, one above the other.
        bottom: a blank row above the footer.
    """

    tall: bool
    top: int
    side: int
    table: int
    logs: int
    journal: int
    column: int
    panes: tuple[int, ...]
    lines: int
    bottom: int

    @property
    def fit(self) -> int:
        """How many log panes there is room for."""
        return len(self.panes) * self.lines


def arrange(
    width: int,
    height: int,
    contexts: int,
    zoomed: str = "",
    *,
    managers: int = 1,
    journal: Journal = "auto",
    split: int = 0,
) -> Layout:
    """The layout for a size.

    Args:
        width: of the terminal, at least `SMALLEST`.
        height: the same.
        contexts: how many log panes there are to be shown.
        zoomed: `log` or `journal`, if that alone fills the screen below the manager.
        managers: how many there are.
        journal: where it goes; `auto` is right of the logs from 180 columns, `right` from 120.
        split: steps of room that the journal has beyond its share, at most `SPLITS` either way.
    """
    tall = height >= 32
    top = 11 if tall else 6 if height >= 20 else 5 if height >= 14 else 4
    bottom = 1 if height >= 24 else 0
    beside = journal == "right" or (journal == "auto" and width >= 180)
    column = (width - 2) * (38 + 6 * split) // 100 if beside and width >= 120 and not zoomed and contexts else 0
    side = 0 if width < 120 else column or max(38, width * 32 // 100)
    rest = height - 2 - top - bottom
    table = managers + 3 if managers > FEW_MANAGERS and rest - managers - 3 >= _BESIDE_TABLE and not zoomed else 0
    rest -= table
    if zoomed == "log" or (journal == "hidden" and contexts and not zoomed):
        logs, lower = rest - 1, 0
    elif zoomed == "journal":
        logs, lower = 0, rest
    elif not contexts:
        logs, lower = 0, rest - 1
    elif column:
        logs, lower = rest - 1, rest
    elif rest < 9:
        logs, lower = rest - 1, 0
    else:
        logs = max(3, min(rest - 4, rest // 2 - split * max(1, rest // 8)))
        lower = rest - logs - 1
    room = width - 2 - (column + 3 if column else 0)
    fit = 1 if zoomed == "log" else max(1, min(contexts, (room + GAP) // (_PANE + GAP)))
    lines = 1 if zoomed == "log" else max(1, min(-(-contexts // fit), (logs + 1) // (_PANE_ROWS + 1)))
    fit = min(fit, -(-contexts // lines)) if contexts else 1
    each, over = divmod(room - GAP * (fit - 1), fit)
    panes = tuple(each + (i < over) for i in range(fit))
    return Layout(tall, top, side, table, logs, lower, column, panes, lines, bottom)
