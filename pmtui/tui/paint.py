"""Painting lines of cells: widths count cells, so that wide characters keep everything else in its place."""

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip


def cells(text: str) -> int:
    """How many cells a text takes."""
    return len(text) if text.isascii() else cell_len(text)


def cut(text: str, width: int) -> str:
    """The text, or as much of its beginning as fits with … at its end."""
    if cells(text) <= width:
        return text
    return set_cell_size(text, width - 1).rstrip() + "…" if width > 0 else ""


def cut_left(text: str, width: int) -> str:
    """The text, or … and as much of its end as fits: for labels, whose ends tell them apart."""
    if cells(text) <= width:
        return text
    if width < 1:
        return ""
    while cells(text) > width - 1:
        text = text[1:]
    return "…" + text


def cut_into(text: str, width: int) -> list[str]:
    """The whole text in pieces of at most `width` cells, however it is written; `width` is at least 2."""
    pieces = [""]
    used = 0
    for character in text:
        size = cells(character)
        if used + size > width:
            pieces.append("")
            used = 0
        pieces[-1] += character
        used += size
    return pieces


def wrap(words: list[tuple[str, Style]], width: int) -> list[list[tuple[str, Style]]]:
    """Styled pieces broken into lines at the spaces between pieces, a piece too long for a line at its own spaces."""
    lines: list[list[tuple[str, Style]]] = [[]]
    used = 0
    for piece, style in words:
        for word in piece.split(" "):
            size = cells(word)
            if used and used + 1 + size > width:
                lines.append([])
                used = 0
            lines[-1].append((f" {word}" if used else word, style))
            used += size + bool(used)
    return lines


class Row:
    """One line being painted from left to right; what does not fit is cut."""

    __slots__ = ("_segments", "used", "width")

    def __init__(self, width: int) -> None:
        self.width = width
        self.used = 0
        self._segments: list[Segment] = []

    def put(self, text: str, style: Style, limit: int | None = None) -> "Row":
        """Add a text in at most `limit` cells."""
        room = self.width - self.used
        text = cut(text, room if limit is None else min(room, limit))
        if text:
            self._segments.append(Segment(text, style))
            self.used += cells(text)
        return self

    def to(self, column: int) -> "Row":
        """Leave blank up to a column; nothing if it is there already."""
        gap = min(column, self.width) - self.used
        if gap > 0:
            self._segments.append(Segment(" " * gap))
            self.used += gap
        return self

    def right(self, pieces: list[tuple[str, Style]], edge: int | None = None) -> "Row":
        """Add pieces that end at column `edge`, the row's end by default; all of them, or none if they do not fit."""
        start = (self.width if edge is None else edge) - sum(cells(text) for text, _ in pieces)
        if start <= self.used and self.used:
            return self
        self.to(start)
        for text, style in pieces:
            self.put(text, style)
        return self

    def strip(self, ground: Style) -> Strip:
        """The line, filled up to its width, on a ground; a reversed one is one block, whatever is on it."""
        self.to(self.width)
        if ground.reverse:
            return Strip([Segment(text, (style or Style()) + ground) for text, style, _ in self._segments], self.width)
        return Strip([Segment(text, ground + (style or Style())) for text, style, _ in self._segments], self.width)
