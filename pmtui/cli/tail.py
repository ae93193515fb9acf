"""`pmtui tail`: the last events of a log."""

import shutil
import sys
import unicodedata
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import click

from pmtui.cli.logs import log_argument
from pmtui.storage.log import Row
from pmtui.storage.sqlite.events import page_of
from pmtui.storage.sqlite.listener import Listener
from pmtui.storage.sqlite.log import SqliteLog
from pmtui.view.safe import safe

_PAGE = 100
_MOST = 2**63 - 1
"""As many as SQLite can count."""
_POLL_SECONDS = 0.25
"""Between looks while no bell rings: not all that appends rings it."""
_WIDEST = 40
"""Cells that a column before the data may take; what is longer is cut."""


@click.command()
@log_argument
@click.option("-n", "--lines", default=10, show_default=True, type=click.IntRange(0, _MOST), help="How many events.")
@click.option("-f", "--follow", is_flag=True, help="Go on with events as they are appended, until ctrl+c.")
def command(log: Path, lines: int, follow: bool) -> None:
    """Show the last events of a log.

    A line an event: position, time, type, stream and data.
    """
    table = _Table(shutil.get_terminal_size().columns if sys.stdout.isatty() else 0)
    with (
        closing(SqliteLog.open(log.stem, log, read_only=True)) as opened,
        closing(Listener([opened.database.bell] if follow else [])) as listener,
    ):
        after = _before_last(opened, lines)
        while True:
            with opened.database.reading() as connection:
                page = page_of(connection, after, _PAGE)
            if page:
                after = page[-1].position
                click.echo("\n".join(table.lines(page)))
            elif not follow:
                return
            else:
                listener.wait(_POLL_SECONDS)


def _before_last(log: SqliteLog, count: int) -> int:
    """The position after which the last so many events come."""
    with log.database.reading() as connection:
        last = connection.execute("SELECT max(position) FROM events").fetchone()[0] or 0
        if not count:
            return int(last)
        first = connection.execute(
            "SELECT min(position) FROM (SELECT position FROM events ORDER BY position DESC LIMIT ?)", (count,)
        ).fetchone()[0]
    return int(last if first is None else first - 1)


class _Table:
    """Aligned columns that only ever grow wider, so that what follows stands under what went before."""

    def __init__(self, width: int) -> None:
        self._width = width
        self._widths = [0, 0, 0, 0]

    def lines(self, rows: Sequence[Row]) -> list[str]:
        """A line a row, as wide as the terminal at most; not cut there if there is none."""
        cells = [
            [safe(str(text), _WIDEST) for text in (row.position, row.recorded_at, row.type, row.stream)] for row in rows
        ]
        self._widths = [
            max(width, *map(_width, column))
            for width, column in zip(self._widths, zip(*cells, strict=True), strict=True)
        ]
        made = []
        for row, texts in zip(rows, cells, strict=True):
            fills = [" " * (width - _width(text)) for width, text in zip(self._widths, texts, strict=True)]
            head = [fills[0] + texts[0], *(text + fill for text, fill in zip(texts[1:], fills[1:], strict=True))]
            line = "  ".join([*head, safe(row.data if isinstance(row.data, str) else str(row.data))])
            made.append(_cut(line, self._width) if self._width else line)
        return made


def _width(text: str) -> int:
    """How many cells of a terminal a text takes."""
    if text.isascii():
        return len(text)
    return sum(_cells(character) for character in text)


def _cells(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _cut(text: str, width: int) -> str:
    if _width(text) <= width:
        return text
    left = width - 1
    for index, character in enumerate(text):
        left -= _cells(character)
        if left < 0:
            return text[:index] + "…"
    return text
