"""An instance's states, told by handling its journalled events again with the manager's own handlers.

The ledger holds only the present state. What was before is found with the very code that handles events
(`handling.decide`), on copies: no action is taken and nothing is written.
"""

import msgspec

from pmtui.handling.decide import Decider
from pmtui.handling.errors import EventFailed, NotDeterministic
from pmtui.handling.sources import Picked
from pmtui.model.app import App
from pmtui.model.manager import TIMERS
from pmtui.storage.ledger import Instance, Taken, Timer
from pmtui.storage.log import Row


class Journalled(msgspec.Struct, frozen=True):
    """An event of the instance as the journal has it, and its row; None if that is no longer in its log."""

    source: str
    position: int
    turn: int
    outcome: str
    actions: tuple[Taken, ...]
    row: Row | None


class Step(msgspec.Struct, frozen=True):
    """The instance after one of its events.

    Attributes:
        status, state, timers: as in `Instance`; `state` is JSON text, `timers` those not handled yet.
        differs: the handlers, as they are now, decide otherwise than the journal says.
        problem: why it could not be handled again; then there is no state and no further step.
    """

    status: str = "missing"
    state: str = ""
    timers: tuple[Timer, ...] = ()
    differs: bool = False
    problem: str = ""


def replay(app: App, manager: str, correlation: str, events: list[Journalled]) -> list[Step]:
    """The instance after each of its events, handled again in their order.

    Args:
        app: with the handlers as they are now.
        manager: whose instance.
        correlation: its name.
        events: of this instance, from the first that it ever had.
    """
    definition = app.managers.get(manager)
    if definition is None:
        return [Step(problem=f"the app has no manager {manager} any more")]
    steps: list[Step] = []
    try:
        decider = Decider(app, definition)
    except (Exception, SystemExit) as error:
        return [Step(problem=f"the manager cannot be made: {type(error).__name__}: {error}")]
    instance = Instance(correlation, "missing", "", "", 0, {})
    for index, each in enumerate(events):
        if each.row is None:
            return [*steps, Step(problem="it is no longer in its log")]
        if (each.source, each.row.type) not in definition.handlers:
            return [*steps, Step(problem=f"no handler for {each.row.type} from {each.source} any more")]
        picked = Picked(each.source, each.row)
        instance = _fired(instance, each)
        try:
            event, _ = decider.meet(picked, index)
            decision = decider.decide(picked, event, index, instance, fresh=False)
        except (EventFailed, NotDeterministic) as error:
            return [*steps, Step(problem=f"the handler, as it is now, fails: {_told(error)}")]
        instance = decision.after or instance
        differs = decision.outcome != each.outcome or _asked(decision.taken()) != _asked(each.actions)
        timers = tuple(instance.timers.values())
        steps.append(Step(instance.status, instance.state, timers, differs))
    return steps


def _fired(instance: Instance, each: Journalled) -> Instance:
    """The timer whose event this is has come due: the ledger notes that, not handling."""
    if each.source != TIMERS or each.row is None:
        return instance
    timer = instance.timers.get(each.row.type)
    if timer is None or timer.recorded_at != each.row.recorded_at:
        return instance
    fired = msgspec.structs.replace(timer, fired=each.position)
    return msgspec.structs.replace(instance, timers={**instance.timers, timer.type: fired})


def _asked(actions: list[Taken] | tuple[Taken, ...]) -> list[tuple[str, ...]]:
    return [(each.kind, each.context, each.stream, each.type, each.due) for each in actions]


def _told(error: Exception) -> str:
    told = error.__cause__ or error
    return f"{type(told).__name__}: {told}"
