"""What every session does alike: it shows pictures, reads pages and looks closely."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from pmtui.view.closeup.lens import Lens, Progress
from pmtui.view.closeup.node import Closeup
from pmtui.view.closeup.subject import Subject
from pmtui.view.finding.query import Query
from pmtui.view.finding.search import Direction, Found, search_journal, search_log
from pmtui.view.handled import handled_page
from pmtui.view.journal import journal_page, journal_rows
from pmtui.view.logpage import log_page, log_rows
from pmtui.view.pages import HandledPage, JournalEntry, JournalPage, Key, LogPage, LogRow, Place
from pmtui.view.past import PastReader
from pmtui.view.pictures import Pictures
from pmtui.view.reader import Reader
from pmtui.view.snapshot import Snapshot

_T = TypeVar("_T")


class Onlooker(ABC):
    """The half of a `Session` that only looks.

    Args:
        spec: what finds the app, as in `AppFile`.
        pictures: of the app.
    """

    def __init__(self, spec: str, pictures: Pictures) -> None:
        self._pictures = pictures
        self._lens = Lens(self._read, spec)

    @abstractmethod
    async def _read(self, function: Callable[[Reader], _T], /) -> _T:
        """Read in the database thread, of the present or of the moment that is looked at."""

    @abstractmethod
    def _beside(self, reader: Reader, manager: str) -> tuple[list[JournalEntry], int | None]:
        """What a journal does not have itself: entries that are not saved, and a turn about to act; in that thread."""

    def snapshot(self) -> Snapshot:
        """See `Session.snapshot`."""
        return self._pictures.newest

    async def changed(self, after: int) -> Snapshot:
        """See `Session.changed`."""
        return await self._pictures.changed(after)

    async def log_page(
        self, context: str, limit: int, *, after: int | None = None, before: int | None = None
    ) -> LogPage:
        """See `Session.log_page`."""
        return await self._read(lambda reader: log_page(reader, context, limit, after, before))

    async def journal_page(self, manager: str, limit: int, *, before: Key | None = None) -> JournalPage:
        """See `Session.journal_page`."""

        def read(reader: Reader) -> JournalPage:
            page = journal_page(reader, manager, limit, before, *self._beside(reader, manager))
            return _marked(page) if isinstance(reader, PastReader) and before is None else page

        return await self._read(read)

    async def handled_page(self, limit: int, *, before: Place | None = None, after: Place | None = None) -> HandledPage:
        """See `Session.handled_page`."""

        def read(reader: Reader) -> HandledPage:
            return handled_page(reader, lambda name: self._beside(reader, name), limit, before=before, after=after)

        return await self._read(read)

    async def search_log(self, context: str, query: Query, place: int, direction: Direction, rows: int) -> Found:
        """See `Session.search_log`."""
        return await self._read(lambda reader: search_log(reader, context, query, place, direction, rows))

    async def search_journal(self, manager: str, query: Query, place: int, direction: Direction, rows: int) -> Found:
        """See `Session.search_journal`."""
        return await self._read(lambda reader: search_journal(reader, manager, query, place, direction, rows))

    async def log_rows(self, context: str, positions: Sequence[int]) -> tuple[LogRow, ...]:
        """See `Session.log_rows`."""
        return await self._read(lambda reader: log_rows(reader, context, positions))

    async def journal_rows(self, manager: str, ids: Sequence[int]) -> tuple[JournalEntry, ...]:
        """See `Session.journal_rows`."""
        return await self._read(lambda reader: journal_rows(reader, manager, ids, self._beside(reader, manager)[1]))

    async def look(self, subject: Subject, progress: Progress) -> Closeup:
        """See `Session.look`."""
        return await self._lens.look(subject, progress)


def _marked(page: JournalPage) -> JournalPage:
    """Of the past: its last entry is where one looks at."""
    if not page.entries:
        return page
    return replace(page, entries=(*page.entries[:-1], replace(page.entries[-1], glyph="▸")))
