"""How one log stands for the selected manager. No widget: what to show, not how."""

from dataclasses import dataclass
from typing import Literal

from pmtui.view.snapshot import BreakpointView, ContextView, ManagerView, Past, Snapshot, SourceView
from pmtui.view.turn import TurnView

Standing = Literal["then", "dead", "in hand", "next", "done", "ahead"]
"""Of an event: the one the past is shown at, the one a worker died or failed at, the one in hand, the one to come where
it is paused, at or below the cursor, or none of these."""


@dataclass(frozen=True, slots=True)
class LogStand:
    """One log in one picture.

    Attributes:
        log: the log itself.
        source: how far the manager is in it; None where it does not read it.
        turn: the manager's.
        state: the manager's; empty in an app without one.
        fast: whether it takes larger turns, so that no event is worth following.
        then: where the log stood at the moment of the past that is shown; None in the present.
        breakpoints: those that may stand at its events.
    """

    log: ContextView
    source: SourceView | None = None
    turn: TurnView | None = None
    state: str = ""
    fast: bool = False
    then: int | None = None
    breakpoints: tuple[BreakpointView, ...] = ()

    @classmethod
    def of(cls, context: str, snapshot: Snapshot, manager: ManagerView | None) -> "LogStand":
        """A context's log as a manager sees it; an empty one where there is no such context any more."""
        log = next((view for view in snapshot.contexts if view.name == context), ContextView(context))
        breakpoints = tuple(view for view in snapshot.breakpoints if view.place.context in ("", context))
        past = snapshot.past
        if manager is None:
            then = None if past is None else past.position if past.context == context else log.head
            return cls(log, then=then, breakpoints=breakpoints)
        source = next((source for source in manager.sources if source.context == context), None)
        then = None if past is None else _then(past, log, source, manager)
        fast = snapshot.at_full_speed(manager)
        return cls(log, source, manager.turn, manager.state, fast, then, breakpoints)

    @property
    def target(self) -> int:
        """The position that has to be in sight; 0 for the newest."""
        turn, source = self.turn, self.source
        if self.fast:
            return 0
        if self.then is not None:
            return self.then or (source.cursor + 1 if source is not None else 0)
        if turn is not None and turn.event.context == self.log.name:
            return turn.event.position
        if turn is not None and turn.point and (acted := _acted(turn, self.log.name)):
            return acted
        return source.cursor + 1 if source is not None and source.behind else 0

    def standing(self, position: int) -> Standing:
        """How an event stands."""
        turn = self.turn
        if position == self.then:
            return "then"
        if turn is not None and not self.fast:
            here = turn.event.context == self.log.name and turn.event.position == position
            if here and self.state in ("killed", "failed"):
                return "dead"
            if here and turn.point and not turn.finished:
                return "in hand"
            if here and not turn.point and self.state == "paused":
                return "next"
        return "done" if self.source is not None and position <= self.source.cursor else "ahead"


def _then(past: Past, log: ContextView, source: SourceView | None, manager: ManagerView) -> int:
    """Where a log stood at that moment: at the event in hand, at what it led to, else at the cursor."""
    if past.context == log.name:
        return past.position
    if manager.turn is not None and manager.name == past.manager and (acted := _acted(manager.turn, log.name)):
        return acted
    return log.head if source is None else source.cursor


def _acted(turn: TurnView, context: str) -> int:
    """The last position at which a turn's actions began to write in a log; 0 for none."""
    return next((action.first for action in reversed(turn.actions) if action.context == context and action.first), 0)
