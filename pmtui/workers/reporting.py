"""Putting what a runner is doing into a report."""

from pmtui.handling.decision import Decision
from pmtui.handling.errors import EventFailed
from pmtui.handling.sources import Picked
from pmtui.handling.turn import Turn
from pmtui.storage.ledger import Instance
from pmtui.workers.protocol import EventReport, FailureReport, InstanceReport, TimerReport, TurnReport


def turn_report(turn: Turn) -> TurnReport:
    """A turn as far as it has come."""
    last = turn.picked[-1]
    decision = turn.decisions[-1] if turn.decisions else None
    targets: dict[str, tuple[str, int, bool]] = {}
    if not turn.single:
        for act in turn.acts:
            _, count, _ = targets.get(act.context, ("", 0, False))
            targets[act.context] = (act.context, count + 1, act.outcome != "asked")
    return TurnReport(
        number=turn.number,
        event=_event(last, decision),
        first=first_of(turn),
        size=len(turn.picked),
        point=str(turn.point or ""),
        finished=turn.finished,
        delivery=turn.delivery,
        repeated=turn.repeated,
        cursor=turn.cursors[last.source].position,
        taken=tuple(act.taken for act in turn.acts) if turn.single else (),
        targets=tuple(targets.values()),
    )


def first_of(turn: Turn) -> int:
    """The position of a turn's first event of its last one's source."""
    source = turn.picked[-1].source
    return next(row.position for name, row in turn.picked if name == source)


def instance_in(turn: Turn) -> Instance | None:
    """The instance of a turn's last event, as the turn leaves it; None where it has none by now."""
    decision = turn.decisions[-1] if turn.decisions else None
    return decision.after if decision is not None and decision.correlation else None


def instance_report(turn: Turn) -> InstanceReport | None:
    """The same as a report."""
    instance = instance_in(turn)
    return None if instance is None else of_instance(instance)


def of_instance(instance: Instance) -> InstanceReport:
    """An instance."""
    timers = tuple(TimerReport(timer.type, timer.due) for timer in instance.timers.values())
    return InstanceReport(instance.correlation, instance.status, instance.started, instance.state, timers)


def upcoming_report(picked: Picked | None) -> EventReport | None:
    """The event that comes next."""
    return None if picked is None else _event(picked, None)


def failure_report(error: BaseException, turn: Turn | None = None) -> FailureReport:
    """Why a worker ends, `turn` being the one in hand, if there is one."""
    if isinstance(error, EventFailed):
        event = None if turn is None else _event(turn.picked[error.index], None)
        return FailureReport(error.sentence, error.place, error.trace, event)
    return FailureReport(str(error))


def _event(picked: Picked, decision: Decision | None) -> EventReport:
    row = picked.row
    return EventReport(picked.source, row.position, row.type, row.stream, decision.correlation if decision else "")
