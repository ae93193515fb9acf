"""Breakpoints as a screen shows them: in words, and where they stand."""

from collections.abc import Mapping

from pmtui.model import json
from pmtui.model.point import Phase, Point
from pmtui.view.pages import LogRow
from pmtui.view.safe import safe
from pmtui.view.snapshot import BreakpointView, PlaceView
from pmtui.view.turn import TurnView
from pmtui.view.words import count
from pmtui.workers.breakpoints.breakpoint import Breakpoint
from pmtui.workers.breakpoints.condition import (
    AtPoint,
    AtPosition,
    Compared,
    Condition,
    Doubled,
    InPhase,
    Named,
    Not,
    Term,
)
from pmtui.workers.protocol import StopReport

_ORDINALS = ("", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")


def ordinal(number: int) -> str:
    """`third`, `12th`, `21st`."""
    if number < len(_ORDINALS):
        return _ORDINALS[number]
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number:,}{ending}"


def breakpoint_view(breakpoint: Breakpoint, *, enabled: bool, once: bool, hits: Mapping[str, int]) -> BreakpointView:
    """One as a screen shows it; `hits` by manager."""
    return BreakpointView(
        number=breakpoint.number,
        text=safe(str(breakpoint)),
        words=told(breakpoint.condition),
        place=_place(breakpoint.condition),
        from_hit=breakpoint.from_hit,
        deed=breakpoint.deed,
        enabled=enabled,
        once=once,
        hits=tuple((safe(manager), number) for manager, number in hits.items()),
    )


def stop_words(breakpoint: Breakpoint, stop: StopReport) -> str:
    """Why a worker stopped: `stopped at breakpoint 2: data.amount > 100, third hit`."""
    what = "killed by" if stop.deed == "crash" else "stopped at"
    again = f", {ordinal(stop.time)} hit" if stop.time > 1 else ""
    return f"{what} breakpoint {stop.number}: {told(breakpoint.condition)}{again}"


def hits_words(view: BreakpointView) -> str:
    """`not hit yet`, `2 hits`, `2 hits in fulfilment, 1 hit in refunds`."""
    if not view.hits:
        return "not hit yet"
    if len(view.hits) == 1:
        return count(view.hits[0][1], "hit")
    return ", ".join(f"{count(number, 'hit')} in {manager}" for manager, number in view.hits)


def deed_words(view: BreakpointView) -> str:
    """What is done where it is hit: `pauses`, `crashes once`, `pauses, from hit 3 on`."""
    words = "crashes once" if view.deed == "crash" else "pauses"
    return words if view.from_hit == 1 else f"{words}, from hit {view.from_hit:,} on"


def told(condition: Condition) -> str:
    """A condition in words."""
    return safe(", ".join(map(_told, condition)))


def _told(term: Term) -> str:
    match term:
        case Not():
            return f"not {_told(term.term)}"
        case Named("context", name):
            return f"an event of {name}"
        case Named("type", name):
            return name
        case Named("action", name):
            return f"an action {name}"
        case Named("manager", name):
            return f"in {name}"
        case Named():
            return f"instance {term.name}"
        case AtPoint():
            point = Point.parse(term.point)
            where = f"{point.source}@{point.position}, {_phase(point.phase, point.action, point.target)}"
            return f"{where}, in {point.manager}"
        case InPhase():
            return _phase(term.phase, term.action)
        case Doubled():
            return "an action is doubled"
        case Compared():
            return f"{term.side}.{'.'.join(term.path)} {term.operator} {json.encode(term.value)}"
        case AtPosition():
            return str(term)


def _phase(phase: Phase, action: int | None, target: str | None = None) -> str:
    if phase != "acted":
        return phase
    if action is not None:
        return f"after action {action + 1}"
    return "after an action" if target is None else f"acted in {target}"


def _place(condition: Condition) -> PlaceView:
    """What a condition says about the place of an event."""
    context, position, type_, instance, manager, phase, action = "", 0, "", "", "", "", None
    for term in condition:
        match term:
            case AtPosition():
                context, position = term.context, term.position
            case AtPoint():
                point = Point.parse(term.point)
                context, position, manager = point.source, point.position, point.manager
                phase, action = point.phase, point.action
            case InPhase():
                phase, action = term.phase, term.action
            case Named("context", name):
                context = name
            case Named("type", name):
                type_ = name
            case Named("instance", name):
                instance = name
            case Named("manager", name):
                manager = name
    if not phase and all(isinstance(term, AtPosition) or _names_event(term) for term in condition):
        phase = "decided" if instance else "read"
    return PlaceView(safe(context), position, safe(type_), safe(instance, 80), safe(manager), phase, action)


def _names_event(term: Term) -> bool:
    return isinstance(term, Named) and term.what != "action"


def at_event(view: BreakpointView, context: str, row: LogRow) -> bool:
    """Whether it stands beside this event in a log: it names its position, type or instance and nothing that differs.

    What else it asks, of data, state or actions, only the event's turn will tell.
    """
    place = view.place
    named = bool(place.position or place.type or place.instance)
    return named and _allows(place, context, row.position, row.type, row.label)


def _allows(place: PlaceView, context: str, position: int, type_: str, label: str) -> bool:
    """Whether it says nothing that an event is not."""
    return (
        place.context in ("", context)
        and place.position in (0, position)
        and place.type in ("", type_)
        and place.instance in ("", label)
    )


def at_context(view: BreakpointView, context: str) -> bool:
    """Whether it stands beside a log's name: it is about all of the log's events."""
    place = view.place
    return place.context == context and not (place.position or place.type or place.instance)


def at_step(view: BreakpointView, manager: str, turn: TurnView, step: int) -> bool:
    """Whether it stands at a step of a turn's phase strip: it is hit there, as far as its place tells."""
    place, event = view.place, turn.event
    if not place.phase or place.manager not in ("", manager) or turn.size > 1:
        return False
    if not _allows(place, event.context, event.position, event.type, event.label):
        return False
    label = turn.steps[step].label
    if label in ("read", "decided", "saved"):
        return place.phase == label
    first = next(i for i, each in enumerate(turn.steps) if each.label not in ("read", "decided", "saved"))
    return place.phase == "acted" and place.action in (None, step - first)
