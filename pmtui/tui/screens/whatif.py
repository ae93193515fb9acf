"""What the actions for trying something out do on the main screen: events from outside, and the clock."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from pmtui.model import instant
from pmtui.model.manager import TIMERS
from pmtui.tui.screens.advance import AdvanceScreen
from pmtui.tui.screens.append import AppendScreen
from pmtui.tui.screens.asking import Asking
from pmtui.tui.screens.deeds import Deeds
from pmtui.tui.screens.once_more import OnceMoreScreen
from pmtui.tui.widgets.log import LogPane
from pmtui.view.closeup.subject import ActionOf, EventAt, InstanceOf, Subject
from pmtui.view.duration import seconds_of
from pmtui.view.words import span

if TYPE_CHECKING:
    from pmtui.tui.screens.main import MainScreen


def trying(screen: MainScreen, ask: Asking) -> Deeds:
    """By the action's id."""
    return {
        "append": lambda: _append(screen),
        "duplicate": lambda: _once_more(screen, ask, same_id=False),
        "deliver_again": lambda: _once_more(screen, ask, same_id=True),
        "advance": lambda: _advance(screen),
    }


def _append(screen: MainScreen) -> None:
    """Open the form."""
    contexts = tuple(context.name for context in screen.snapshot.contexts)
    here = screen.pane.context if isinstance(screen.pane, LogPane) else next(iter(contexts), "")
    screen.app.push_screen(AppendScreen(screen.session, here), partial(_tell, screen))


def _tell(screen: MainScreen, told: str | None) -> None:
    if told:
        screen.say(told)


def _once_more(screen: MainScreen, ask: Asking, *, same_id: bool) -> None:
    """Append the chosen event once more, with its id; or another event that says the same."""
    event = _event_of(screen.stop.subject())
    if event is None:
        screen.say("Choose an event of a log first.")
        return
    head = next((view.head for view in screen.snapshot.contexts if view.name == event.source), 0)

    async def appending() -> str:
        position = await screen.session.append_again(event.source, event.position, same_id=same_id)
        return f"Appended {event.source}@{position}, {'the same as' if same_id else 'like'} {event.where}."

    def chosen(yes: bool | None) -> None:
        if yes:
            ask(appending())

    screen.app.push_screen(OnceMoreScreen(event.where, head, event.source, same_id=same_id), chosen)


def _event_of(subject: Subject | None) -> EventAt | None:
    """The event of a context's log that something is, or is about; timers are the ledger's own."""
    if isinstance(subject, ActionOf | InstanceOf):
        subject = subject.event
    return subject if isinstance(subject, EventAt) and subject.source != TIMERS else None


def _advance(screen: MainScreen) -> None:
    """Ask how far time is to move on."""
    clock = screen.snapshot.clock
    if clock is None:
        screen.say("The lab's time begins with the first event that is handled.")
        return
    now = instant.write(instant.EPOCH + timedelta(seconds=round(clock)))
    manager = screen.manager
    next_timer = None if manager is None else manager.next_timer
    timer = "no timer is pending" if next_timer is None else f"the next timer is due {span(next_timer)}"

    async def move(typed: str) -> str:
        seconds = seconds_of(typed)
        await screen.session.advance_clock(seconds)
        then = instant.EPOCH + timedelta(seconds=round(clock) + seconds)
        return f"The clock is moved on to {instant.write(then).replace('T', ' ')}."

    words = f"It is {now.replace('T', ' ')}; {timer}."
    screen.app.push_screen(AdvanceScreen(words, move), partial(_tell, screen))
