"""What a screen may ask of a running app. The lab's session is one; tests hand in another."""

from collections.abc import Sequence
from typing import Literal, Protocol

from pmtui.model.app import Receiver
from pmtui.model.point import Point
from pmtui.view.closeup.lens import Progress
from pmtui.view.closeup.node import Closeup
from pmtui.view.closeup.subject import Subject
from pmtui.view.finding.query import Query
from pmtui.view.finding.search import Direction, Found
from pmtui.view.offers import Offer
from pmtui.view.pages import HandledPage, JournalEntry, JournalPage, LogPage, LogRow, Place
from pmtui.view.snapshot import Snapshot, Speed

Jump = Literal["earlier", "later", "earlier_mark", "later_mark"]
"""To the moment after the previous handled event, or the next one; the same to the next one with a crash, a failure or
an action that was applied again just before it."""


class Session(Protocol):
    """A running app under a person's hands.

    Nothing here blocks the event loop for longer than 5 ms. Commands return once they are under way; what came of them
    shows in the next snapshot. Whether a command makes sense now is the caller's to know from the snapshot; one that
    does not is ignored.

    Raises:
        PmtuiError: from any command, with one line for the person, where it could not be carried out.
    """

    def snapshot(self) -> Snapshot:
        """The newest picture; costs nothing."""

    async def changed(self, after: int) -> Snapshot:
        """Wait until there is a snapshot with a greater version than `after`, and return it."""

    async def log_page(
        self, context: str, limit: int, *, after: int | None = None, before: int | None = None
    ) -> LogPage:
        """Up to `limit` rows above position `after`, or the last ones below `before`, or the newest."""

    async def journal_page(
        self, manager: str, limit: int, *, before: tuple[int, int, int] | None = None
    ) -> JournalPage:
        """Up to `limit` entries before a key, or the newest."""

    async def handled_page(self, limit: int, *, before: Place | None = None, after: Place | None = None) -> HandledPage:
        """What all managers did: the first `limit` entries after a place, the last before one, or the newest."""

    async def search_log(self, context: str, query: Query, place: int, direction: Direction, rows: int) -> Found:
        """Look for events in up to `rows` rows of a log, above a position or below it."""

    async def search_journal(self, manager: str, query: Query, place: int, direction: Direction, rows: int) -> Found:
        """Look for handled events in up to `rows` rows of a manager's journal, above an id or below it."""

    async def log_rows(self, context: str, positions: Sequence[int]) -> tuple[LogRow, ...]:
        """The rows at these positions, at most 500."""

    async def journal_rows(self, manager: str, ids: Sequence[int]) -> tuple[JournalEntry, ...]:
        """The saved entries with these ids (the last part of their keys), at most 500."""

    async def look(self, subject: Subject, progress: Progress) -> Closeup:
        """Everything known about one thing; an instance's states by handling its events again, in a process of its own.

        Raises:
            PmtuiError: it is not there, or cannot be read.
        """

    async def step(self, manager: str) -> None:
        """Let a paused manager take one phase; if it has nothing to do, move its clock on to its next timer."""

    async def step_event(self, manager: str) -> None:
        """Let a paused manager go on to the end of its event."""

    async def go_on(self, manager: str) -> None:
        """Let a manager (and those that wait for it) run at the session's speed."""

    async def pause(self, manager: str) -> None:
        """Stop it at its next phase boundary (after the turn in hand at full speed)."""

    async def crash(self, manager: str) -> None:
        """Kill its worker with SIGKILL, now; nothing restarts it until `restart`."""

    async def crash_at(self, manager: str, point: Point | None) -> None:
        """Have its worker kill itself at a point, once; None takes that back."""

    async def add_breakpoint(self, text: str) -> int:
        """Set a breakpoint as a person types it (`orders@3:acted`, `data.amount > 100 then crash`); its number.

        Raises:
            InputError: it cannot be understood.
        """

    async def remove_breakpoint(self, number: int) -> None:
        """Have a breakpoint no longer."""

    async def enable_breakpoint(self, number: int, on: bool) -> None:
        """Switch a breakpoint on or off."""

    async def restart(self, manager: str) -> None:
        """Start a new worker for it, with the app's code as it is now; paused if it was paused."""

    async def start_over(self) -> None:
        """Throw the scratch copy away and make it anew; receipts and speed stay as they are."""

    def set_receipts(self, receiver: Receiver) -> None:
        """Let all contexts use this receiver from the next action on."""

    def set_speed(self, speed: Speed) -> None:
        """Change the speed of what is not paused."""

    async def offers(self, context: str) -> tuple[Offer, ...]:
        """The types of events that a person may want to append there."""

    async def append(self, context: str, stream: str, type: str, data: str, *, missing: int = 0) -> int:
        """Append an event from outside, `data` being JSON text, behind a gap; returns its position.

        Raises:
            InputError: the data is no JSON object, or a name is empty.
        """

    async def travel(self, jump: Jump) -> str:
        """Show another moment: every picture, page and search is of then until `present`. Whoever goes is paused.

        Returns:
            A sentence where there is nothing that way; empty if there was.
        """

    async def travel_to(self, where: str, manager: str) -> str:
        """Show the moment at which an event, `orders@3`, was handled, if possible by this manager, or a time of day.

        Returns:
            A sentence where that is not in the past; empty if it was.

        Raises:
            InputError: it is neither.
        """

    async def present(self) -> None:
        """Show the present again."""

    async def rewind(self) -> None:
        """Make the moment that is shown the present: what came later never happened. Only in the lab.

        What a person has set stays as it is: receipts, speed, and breakpoints; those that crashed a worker stay off.
        """

    async def append_again(self, context: str, position: int, *, same_id: bool) -> int:
        """Append an event once more, as another one that says the same or as the same one; returns its position."""

    async def advance_clock(self, seconds: float) -> None:
        """Move the lab's time on."""

    async def close(self) -> None:
        """End the workers and remove what the session made; safe to call twice."""
