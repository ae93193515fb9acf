"""People's words for stories of crashes."""

from pmtui.explorer.verdict import Step
from pmtui.handling.turn import Turn
from pmtui.model.app import App
from pmtui.model.point import Point


def when_killed(step: Step, turn: Turn) -> str:
    """When a worker was killed, `after acting and before saving`.

    Args:
        step: a crash.
        turn: as it went.
    """
    actions, then = len(turn.acts), "saving" if turn.delivery == "act-then-save" else "the rest"
    if step.targets:
        return f"after acting in {' and '.join(step.targets)} and before acting anywhere else, in a larger turn"
    at = Point.parse(step.point)
    if at.phase == "read":
        return "after a timer came due and before it was handled"
    if at.phase == "saved":
        return "after saving and before acting"
    if at.target is not None:
        return f"after acting in {at.target} and before {then}"
    number = (at.action or 0) + 1
    if number < actions:
        return f"after action {number} of {actions} and before action {number + 1}"
    return f"after acting and before {then}"


def events_of(turn: Turn) -> str:
    """The events of a turn: `orders@3`, `orders@1, payments@1 and orders@2`."""
    names = [f"{source}@{row.position}" for source, row in turn.picked]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def told(step: Step, turn: Turn | None) -> str:
    """One step of a story in words.

    Args:
        step: the step.
        turn: as it went, None where an event arrived.
    """
    if turn is None:
        return f"an event arrives in {step.sources[0]}"
    again = " again" if turn.repeated else ""
    what = f"{step.manager} handles {events_of(turn)}{again}"
    if step.what == "crash":
        return f"{what} and is killed {when_killed(step, turn)}"
    return what


def handler_at(app: App, turn: Turn | None, manager: str, index: int = -1) -> str:
    """`file:line` of the handler of one of a turn's events, the last one if it is not said which."""
    if turn is None or not turn.picked:
        return ""
    source, row = turn.picked[index]
    handler = app.managers[manager].handlers[source, row.type]
    return f"{handler.file}:{handler.line}"
