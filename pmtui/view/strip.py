"""The phase strip: a turn's points as dots, in people's words."""

from pmtui.model.manager import Delivery
from pmtui.model.point import Point
from pmtui.storage.ledger import Taken
from pmtui.view.safe import safe
from pmtui.view.turn import ActionView, EventView, StepState, StepView, TurnView
from pmtui.view.words import count
from pmtui.workers.protocol import EventReport, TurnReport


def turn_view(report: TurnReport, label: str) -> TurnView:
    """A turn as its worker last told of it; `label` names its last event's instance."""
    return TurnView(
        number=report.number,
        event=event_view(report.event, label),
        first=report.first,
        size=report.size,
        point=report.point,
        steps=_steps(report),
        actions=tuple(_action(taken) for taken in report.taken),
        cursor=report.cursor,
        delivery=report.delivery,
        repeated=report.repeated,
    )


def upcoming_view(event: EventReport, label: str, number: int, cursor: int, delivery: Delivery) -> TurnView:
    """The turn that has not begun: nothing of it is read."""
    saved = StepView("saved", _moves(event, cursor), "todo")
    act = StepView("action", "", "todo")
    last = (act, saved) if delivery == "act-then-save" else (saved, act)
    return TurnView(
        number=number,
        event=event_view(event, label),
        first=event.position,
        size=1,
        point="",
        steps=(StepView("read", "", "todo"), StepView("decided", "", "todo"), *last),
        cursor=cursor,
        delivery=delivery,
    )


def event_view(event: EventReport, label: str) -> EventView:
    """An event by its place."""
    return EventView(safe(event.source), event.position, safe(event.type), label or safe(event.stream))


def _action(taken: Taken) -> ActionView:
    return ActionView(
        "append" if taken.kind == "append" else "send",
        safe(taken.context),
        safe(taken.type),
        None if taken.outcome == "asked" else taken.outcome,
        taken.first,
        taken.added,
        taken.original,
    )


def _moves(event: EventReport, cursor: int) -> str:
    return f"{safe(event.source)} {cursor} → {event.position}"


def _steps(report: TurnReport) -> tuple[StepView, ...]:
    labels: list[tuple[str, str, bool]] = [("read", "in memory", False), ("decided", "in memory", False)]
    decided = Point.parse(report.point).phase != "read"
    acts = _act_steps(report) if decided else [("action", "", True)]
    saved = [("saved", _moves(report.event, report.cursor), True)]
    labels += acts + saved if report.delivery == "act-then-save" else saved + acts
    now = _reached(report, len(acts))
    return tuple(
        StepView(label, where, _state(index, now), durable) for index, (label, where, durable) in enumerate(labels)
    )


def _act_steps(report: TurnReport) -> list[tuple[str, str, bool]]:
    if report.size > 1:
        return [(count(number, "action"), f"in {safe(context)}", True) for context, number, _ in report.targets]
    total = len(report.taken)
    return [(f"action {i + 1} of {total}", _where(taken), True) for i, taken in enumerate(report.taken)]


def _where(taken: Taken) -> str:
    context = safe(taken.context)
    if taken.outcome == "asked":
        return f"to {context}"
    if taken.outcome == "suppressed" or not taken.added:
        return "nothing added"
    return f"in {context}@{taken.first}"


def _reached(report: TurnReport, acts: int) -> int:
    """The index of the step that the turn has come to."""
    point = Point.parse(report.point)
    saved_first = report.delivery == "save-then-act"
    match point.phase:
        case "read":
            return 0
        case "decided":
            return 1
        case "saved":
            return 2 if saved_first else 2 + acts
        case "acted":
            number = point.action
            if number is None:
                number = [context for context, _, _ in report.targets].index(point.target or "")
            return 2 + number + saved_first


def _state(index: int, now: int) -> StepState:
    return "done" if index < now else "now" if index == now else "todo"
