"""The lines around one place of a log, read a page at a time. No widget: what to show, not how."""

from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Protocol

from pmtui.view.pages import LogPage, LogRow


@dataclass(frozen=True, slots=True)
class Gap:
    """Positions that are missing, as a line of its own."""

    first: int
    last: int


Line = LogRow | Gap


class Fetch(Protocol):
    """Reads a page of the log, as `Session.log_page` does."""

    def __call__(self, limit: int, *, after: int | None = None, before: int | None = None) -> Awaitable[LogPage]:
        """Up to `limit` rows above position `after`, or the last ones below `before`, or the newest."""


SMALL = 9_999
"""Up to this head a log counts as small: its gaps get lines of their own, elsewhere they stand before the number."""


class LogWindow:
    """`height` lines of a log from `top` on, out of rows read around them.

    It is anchored at a position: what is appended or read beyond its edges does not move it.
    """

    def __init__(self, fetch: Fetch) -> None:
        self._fetch = fetch
        self._rows: list[LogRow] = []
        self._before = self._after = False
        self._height = 0
        self.lines: list[Line] = []
        self.top = 0

    def visible(self, height: int) -> list[Line]:
        """The lines to show."""
        return self.lines[self.top : self.top + height]

    def shows(self, position: int, height: int) -> bool:
        """Whether this position is among the lines to show."""
        return any(isinstance(line, LogRow) and line.position == position for line in self.visible(height))

    async def follow(self, position: int, height: int, head: int) -> None:
        """Show a position; where it is shown already, nothing moves but what is new comes in.

        Otherwise it comes to stand in the upper third, or higher or lower where the log begins or ends near it.
        """
        anchor = self._anchor() if height == self._height and self.shows(position, height) else None
        self._height = height
        await self._read_at(position if anchor is None else min(position, anchor), height, head)
        if anchor is not None:
            self.top = self._index(anchor)
            self._clamp(height)
        if anchor is None or not self.shows(position, height):
            line = self._index(position)
            self.top = 0 if not self._before and line <= height - 2 else line - height // 3
            self._clamp(height)

    async def follow_end(self, height: int, head: int) -> None:
        """Show the newest events."""
        page = await self._fetch(height)
        self._take(page.rows, page.more_before, page.more_after, head)
        self.top = max(0, len(self.lines) - height)

    async def reload(self, height: int, head: int) -> None:
        """Read again what is shown, without moving."""
        anchor = self._anchor()
        if anchor is None:
            await self.follow_end(height, head)
        else:
            await self._around(anchor, height, head)

    async def go_to_start(self, height: int, head: int) -> None:
        """Show the oldest events."""
        page = await self._fetch(2 * height, after=0)
        self._take(page.rows, False, page.more_after, head)
        self.top = 0

    async def scroll(self, delta: int, height: int, head: int) -> None:
        """Move by lines, reading on where they run out."""
        for _ in range(2):
            wanted = self.top + delta
            starved = (wanted < 0 and self._before) or (wanted > len(self.lines) - height and self._after)
            if not starved or (anchor := self._anchor()) is None:
                break
            await self._around(anchor, height + abs(delta), head)
        self.top += delta
        self._clamp(height)

    async def choose(self, position: int | None, delta: int, height: int, head: int) -> int | None:
        """The row so many lines below one that is in sight, or the nearest that there is, scrolled into sight."""
        if position is None:
            return None
        step = 1 if delta > 0 else -1
        wanted = self._index(position) - self.top + delta
        for _ in range(2):  # once more where a gap has come to the edge
            over = min(wanted, 0) + max(wanted - height + 1, 0)
            if over:
                await self.scroll(over, height, head)
            lines = self.visible(height)
            wanted = max(0, min(wanted - over, len(lines) - 1))
            if isinstance(lines[wanted], Gap):
                wanted += step
        beyond = [*lines[max(wanted, 0) :], *lines[:wanted][::-1]]
        before = [*lines[: wanted + 1][::-1], *lines[wanted + 1 :]]
        rows = (line.position for line in (beyond if step > 0 else before) if isinstance(line, LogRow))
        return next(rows, None)

    async def _around(self, anchor: int, height: int, head: int) -> None:
        offset = self.top - self._index(anchor)
        await self._read_at(anchor, height, head)
        self.top = max(0, self._index(anchor) + offset)

    async def _read_at(self, position: int, height: int, head: int) -> None:
        """Read as many rows before a position as fit, and twice as many from it on."""
        older = await self._fetch(height, before=position)
        newer = await self._fetch(2 * height, after=position - 1)
        self._take(older.rows + newer.rows, older.more_before, newer.more_after, head)

    def _take(self, rows: tuple[LogRow, ...], before: bool, after: bool, head: int) -> None:
        self._rows, self._before, self._after = list(rows), before, after
        self.lines = []
        for row in rows:
            if row.missing and head <= SMALL:
                self.lines.append(Gap(row.position - row.missing, row.position - 1))
            self.lines.append(row)

    def _anchor(self) -> int | None:
        """The position of the first row at or below the top."""
        return next((line.position for line in self.lines[self.top :] if isinstance(line, LogRow)), None)

    def _index(self, position: int) -> int:
        """The line of a position, or of the first row after it."""
        for index, line in enumerate(self.lines):
            if isinstance(line, LogRow) and line.position >= position:
                return index
        return max(0, len(self.lines) - 1)

    def _clamp(self, height: int) -> None:
        self.top = max(0, min(self.top, len(self.lines) - height))
