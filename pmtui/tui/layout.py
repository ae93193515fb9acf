"""Where everything goes on a screen of a given size; no widget, only numbers."""

from dataclasses import dataclass

SMALLEST = (40, 10)
_PANE = 18
GAP = 2


@dataclass(frozen=True, slots=True)
class Layout:
    """The heights and widths of the main screen's parts; 0 where a part does not fit.

    Attributes:
        tall: whether the phase strip has three rows.
        top: rows of the manager pane.
        side: columns right of the manager pane, for the instance; 0 below 120.
        logs: rows of the log panes; `journal`: rows of the journal.
        column: columns of the journal where it stands right of the logs; 0 where it lies below them.
        panes: the width of each log pane that fits side by side.
        bottom: a blank row above the footer.
    """

    tall: bool
    top: int
    side: int
    logs: int
    journal: int
    column: int
    panes: tuple[int, ...]
    bottom: int


def arrange(width: int, height: int, contexts: int, zoomed: str = "", below: int = 0) -> Layout:
    """The layout for a size.

    Args:
        width: of the terminal, at least `SMALLEST`.
        height: the same.
        contexts: how many log panes there are.
        zoomed: `log` or `journal`, if that alone fills the screen below the manager.
        below: rows kept free above the footer.
    """
    tall = height >= 32
    top = 11 if tall else 6 if height >= 20 else 5 if height >= 14 else 4
    bottom = 1 if height >= 24 and not below else 0
    column = (width - 2) * 38 // 100 if width >= 180 and not zoomed else 0
    side = 0 if width < 120 else column or max(38, width * 32 // 100)
    rest = height - 2 - top - bottom - below
    if zoomed == "log":
        logs, journal = rest - 1, 0
    elif zoomed == "journal":
        logs, journal = 0, rest
    elif column:
        logs, journal = rest - 1, rest
    elif rest < 9:
        logs, journal = rest - 1, 0
    else:
        logs = rest // 2
        journal = rest - logs - 1
    room = width - 2 - (column + 3 if column else 0)
    fit = 1 if zoomed == "log" else max(1, min(contexts, (room + GAP) // (_PANE + GAP)))
    each, over = divmod(room - GAP * (fit - 1), fit)
    return Layout(tall, top, side, logs, journal, column, tuple(each + (i < over) for i in range(fit)), bottom)
