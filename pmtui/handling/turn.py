"""A turn: the events that are handled together, and how far that has come."""

from datetime import datetime

from pmtui.handling.decision import Act, Decision
from pmtui.handling.sources import Picked, runs_of
from pmtui.model import instant
from pmtui.model.manager import Delivery
from pmtui.model.point import Phase, Point
from pmtui.storage.ledger import Counters, Cursor, Instance


class Alarms:
    """When the timers that a turn schedules come due: before an event later than that it must end, as life had it.

    Attributes:
        first: not after the first of them, in microseconds since 1970; None where there is none.
    """

    def __init__(self) -> None:
        self.first: int | None = None
        self._due: dict[str, int] = {}

    def set(self, instance: Instance) -> None:
        """An instance has other timers now."""
        waiting = [timer.due for timer in instance.timers.values() if timer.fired is None]
        if waiting:
            due = self._due[instance.correlation] = min(waiting)
            self.first = due if self.first is None else min(due, self.first)
        else:
            self._due.pop(instance.correlation, None)

    def before(self, recorded_at: datetime) -> bool:
        """Whether a timer comes due before an event of this time, or with it."""
        if self.first is None:
            return False
        moment = instant.microseconds(recorded_at)
        if moment >= self.first:
            self.first = min(self._due.values(), default=None)  # the one it came from may be gone
        return self.first is not None and moment >= self.first


class Turn:
    """The turn in hand; whoever drives it may look at it at every point.

    Attributes:
        number: one more than the last turn saved.
        picked: its events, in order.
        runs: the same, run-length coded, as the pin has them.
        decisions: what follows from each, once decided.
        acts: all their actions on logs, in order.
        delivery: whether it acts or saves first.
        cursors: where the cursors stood before it, by source.
        repeated: whether it is done again because a crash interrupted it.
        point: the last point reached, None before `read`.
    """

    def __init__(
        self,
        manager: str,
        number: int,
        picked: list[Picked],
        delivery: Delivery,
        cursors: dict[str, Cursor],
        *,
        repeated: bool,
    ) -> None:
        self.number = number
        self.cursors = cursors
        self.picked = picked
        self.runs = runs_of(picked)
        self.decisions: list[Decision] = []
        self.acts: list[Act] = []
        self.delivery = delivery
        self.repeated = repeated
        self.point: Point | None = None
        self._manager = manager

    @property
    def single(self) -> bool:
        """Whether it is one event, whose actions are taken one by one."""
        return len(self.picked) == 1

    @property
    def size(self) -> int:
        """How many events it has."""
        return len(self.picked)

    @property
    def finished(self) -> bool:
        """Whether its last point is reached."""
        if self.point is None or self.point.phase in ("read", "decided"):
            return False
        if self.delivery == "act-then-save":
            return self.point.phase == "saved"
        return all(act.outcome != "asked" for act in self.acts)

    def at(self, phase: Phase, *, action: int | None = None, target: str | None = None) -> Point:
        """Note that a phase is reached; the point that names it, after the turn's last event."""
        last = self.picked[-1]
        self.point = Point(self._manager, last.source, last.row.position, phase, action, target)
        return self.point

    def targets(self) -> list[str]:
        """The contexts it acts on, those with commands first.

        An aggregate that raises then does so before anything else of a larger turn is durable.
        """
        targets = list(dict.fromkeys([act.context for act in self.acts]))
        if len(targets) < 2:
            return targets
        commanded = {act.context for act in self.acts if act.kind == "send"}
        return sorted(targets, key=lambda target: target not in commanded)

    def doubtful(self) -> list[str]:
        """The contexts whose aggregates could still refuse something when other parts of the turn are durable."""
        sent = {act.context for act in self.acts if act.kind == "send"}
        if not sent:
            return []
        commanded = [context for context in self.targets() if context in sent]
        if self.delivery == "save-then-act":
            return commanded
        if not self.single:
            return commanded[1:]
        later = {act.context for act in self.acts[1:] if act.kind == "send"}
        return [context for context in commanded if context in later]

    def cut(self, index: int) -> list[Picked]:
        """End the turn before one of its events; the events that it then leaves, in order."""
        left = self.picked[index:]
        del self.picked[index:], self.decisions[index:]
        self.runs = runs_of(self.picked)
        self.gather()
        return left

    def gather(self) -> None:
        """Have the actions of the events that are decided."""
        self.acts = [act for decision in self.decisions for act in decision.acts]

    def afters(self) -> dict[str, Instance]:
        """The instances that the turn changes, as it leaves them."""
        return {decision.correlation: decision.after for decision in self.decisions if decision.changed}

    def latest(self) -> int:
        """When the latest of its events was recorded, in microseconds since 1970."""
        return instant.microseconds(max([decision.recorded_at for decision in self.decisions]))

    def counted(self, *, decisions: bool, acts: bool) -> Counters:
        """What its decisions, its actions or both add to the totals."""
        ignored = late = suppressed = 0
        if decisions:
            for decision in self.decisions:
                ignored += decision.outcome == "ignored"
                late += decision.late
        if acts:
            for act in self.acts:
                suppressed += act.outcome == "suppressed"
        handled = len(self.decisions) - ignored if decisions else 0
        return Counters(handled, ignored, len(self.acts) - suppressed if acts else 0, suppressed, 0, late)
