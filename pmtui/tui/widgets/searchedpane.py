"""Panes that can be filtered: they search what they could show, slice by slice, beside everything else."""

import time
from abc import abstractmethod
from functools import partial

from pmtui.model.errors import PmtuiError
from pmtui.tui.widgets.messages import Said
from pmtui.tui.widgets.pane import Pane
from pmtui.view.finding.matches import Matches
from pmtui.view.finding.query import Query
from pmtui.view.finding.search import Direction, Found

_TELL_SECONDS = 0.25
_SLICE = 5_000
_UP: Direction = "up"
_DOWN: Direction = "down"


class SearchedPane(Pane):
    """A pane that shows all its rows or what is found, and lets one correlation id stand out.

    Attributes:
        filter: what is looked for, as it was typed; empty for all.
        only: the label that stands out; empty for none.
        found: what was found so far; None where nothing is looked for.
    """

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id)
        self.filter = ""
        self.only = ""
        self.found: Matches | None = None
        self._searching = False

    @abstractmethod
    async def look_for(self, query: Query, place: int, direction: Direction, rows: int) -> Found:
        """One slice of a search through all that it could show."""

    @abstractmethod
    def searched_of(self) -> tuple[str, int]:
        """What it is called, and about how many rows there are to search."""

    @abstractmethod
    def place_of_choice(self) -> int:
        """The place of the chosen row, as searches have it; 0 where there is none."""

    @abstractmethod
    async def show_match(self, place: int) -> None:
        """Choose a row among all the others, and bring it into sight."""

    @abstractmethod
    def forget_rows(self) -> None:
        """Begin anew with what there is to show: all, or what is found."""

    def find(self, text: str) -> None:
        """Show only what matches a query, or, where that has no terms, everything again."""
        query = Query.parse(text)
        self.filter = text if query.terms else ""
        self.found = Matches(partial(self.look_for, query)) if query.terms else None
        self._searching = False
        self.forget_rows()
        self.follow(True)
        self.search_on()

    def go_to_match(self, query: Query, step: int) -> None:
        """Choose the next row that matches, or the one before, among all the others."""
        self.run_worker(self._go_to_match(query, step), group="finding", exclusive=True)

    async def _go_to_match(self, query: Query, step: int) -> None:
        name, total = self.searched_of()
        place, direction, looked = self.place_of_choice(), _UP if step > 0 else _DOWN, 0
        try:
            while not (found := await self.look_for(query, place, direction, _SLICE)).places and not found.ended:
                place, looked = found.reached, looked + found.looked
                self.post_message(Said(f"{name}: searched {looked:,} of ~{max(looked, total):,} …"))
        except PmtuiError as error:
            self.post_message(Said(str(error), "error"))
            return
        if not found.places:
            self.post_message(Said(f"{name}: nothing more is found that way."))
            return
        match = found.places[0 if step > 0 else -1]
        self.let_go()
        self.read(lambda: self.show_match(match))

    def search_on(self) -> None:
        """Go on searching, also for what has come since; nothing where nothing is looked for."""
        if self.found is not None and not self._searching:
            self._searching = True
            self.run_worker(self._search(self.found), group="finding", exclusive=True)

    async def _search(self, found: Matches) -> None:
        """Slice by slice, so that neither the screen nor other readers wait; told now and then."""
        said, first = time.monotonic(), not found.complete
        try:
            while await found.go_on() and found is self.found:
                self.refresh_rows()
                if time.monotonic() - said > _TELL_SECONDS:
                    said = time.monotonic()
                    self._tell(found)
        except PmtuiError as error:
            first = False
            self.post_message(Said(str(error), "error"))
        if found is self.found:
            self._searching = False
            self.refresh_rows()
            if first:
                self._tell(found)

    def _tell(self, found: Matches) -> None:
        name, total = self.searched_of()
        number = f"{len(found.places):,}{'+' if found.full else ''} found"
        if found.complete and not found.places:
            told = f"{name}: nothing found in {found.looked:,}. `esc` shows all."
        elif found.complete:
            told = f"{name}: {number} in {found.looked:,}. `n` and `N` go to them, `esc` shows all."
        else:
            told = f"{name}: {number}, searched {found.looked:,} of ~{max(total, found.looked):,} …"
        self.post_message(Said(told))

    def found_words(self) -> str:
        """How many were found, for its head; `…` while it still searches. Empty where nothing is looked for."""
        if self.found is None:
            return ""
        return f"{len(self.found.places):,}{'+' if self.found.full else ''} found{'' if self.found.complete else ' …'}"
