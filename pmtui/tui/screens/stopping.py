"""What the actions for breakpoints do on the main screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pmtui.tui.screens.asking import Asking
from pmtui.tui.screens.break_at import BreakAtScreen
from pmtui.tui.screens.breakpoints import BreakpointsScreen
from pmtui.tui.screens.deeds import Deeds
from pmtui.view.closeup.subject import ActionOf, EventAt, InstanceOf, ManagerOf
from pmtui.view.safe import safe
from pmtui.workers.breakpoints.condition import AtPosition, Condition, InPhase, Named, write

if TYPE_CHECKING:
    from pmtui.tui.screens.main import MainScreen


def stopping(screen: MainScreen, ask: Asking) -> Deeds:
    """By the action's id."""
    return {
        "breakpoint": lambda: _toggle_here(screen, ask),
        "breakpoints": lambda: screen.app.push_screen(BreakpointsScreen(screen.session)),
    }


def _toggle_here(screen: MainScreen, ask: Asking) -> None:
    """Set one at what is chosen, or remove it."""
    subject = screen.stop.subject()
    if isinstance(subject, ManagerOf):
        manager = screen.snapshot.manager(subject.manager)

        def chosen(text: str | None) -> None:
            if text:
                _toggle(screen, ask, text)

        screen.app.push_screen(BreakAtScreen(manager, screen.snapshot.breakpoints), chosen)
    elif subject is None:
        screen.say("There is nothing here to stop at: `B` adds one by typing.")
    else:
        _toggle(screen, ask, write(condition_of(subject)))


def condition_of(subject: EventAt | ActionOf | InstanceOf) -> Condition:
    """What has to hold for a turn to have come to this."""
    match subject:
        case EventAt():
            return _at(subject)
        case ActionOf():
            return (*_at(subject.event), Named("manager", subject.manager), InPhase("acted"))
        case InstanceOf(manager, correlation) if correlation:
            return (Named("manager", manager), Named("instance", correlation))
        case InstanceOf():
            return (Named("manager", subject.manager), *(_at(subject.event) if subject.event is not None else ()))


def _at(event: EventAt) -> Condition:
    place = AtPosition(event.source, event.position)
    return (place, Named("manager", event.manager)) if event.manager else (place,)


def _toggle(screen: MainScreen, ask: Asking, text: str) -> None:
    session = screen.session
    there = next((view for view in session.snapshot().breakpoints if view.text == safe(text)), None)

    async def toggling() -> str:
        if there is not None:
            await session.remove_breakpoint(there.number)
            return f"Breakpoint {there.number} removed: {there.words}."
        number = await session.add_breakpoint(text)
        words = next((view.words for view in session.snapshot().breakpoints if view.number == number), safe(text))
        return f"Breakpoint {number} set: {words}."

    ask(toggling())
