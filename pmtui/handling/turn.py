"""A turn: the events that are handled together, and how far that has come."""

from pmtui.handling.decide import Act, Decision
from pmtui.handling.sources import Picked, moment_of, runs_of
from pmtui.model.manager import Delivery
from pmtui.model.point import Phase, Point
from pmtui.storage.ledger import Counters, Cursor, Instance
from pmtui.storage.log import Row, Run


class Alarms:
    """When the timers that a turn schedules come due: before an event later than that it must end, as life had it."""

    def __init__(self) -> None:
        self._due: dict[str, int] = {}
        self._first: int | None = None

    def set(self, instance: Instance) -> None:
        """An instance has other timers now."""
        waiting = [timer.due for timer in instance.timers.values() if timer.fired is None]
        if waiting:
            due = self._due[instance.correlation] = min(waiting)
            self._first = due if self._first is None else min(due, self._first)
        else:
            self._due.pop(instance.correlation, None)

    def before(self, row: Row) -> bool:
        """Whether a timer comes due before this event, or with it."""
        if self._first is None:
            return False
        moment = moment_of(row)
        if moment >= self._first:
            self._first = min(self._due.values(), default=None)  # the one it came from may be gone
        return self._first is not None and moment >= self._first


class Turn:
    """The turn in hand; whoever drives it may look at it at every point.

    Attributes:
        number: one more than the last turn saved.
        picked: its events, in order.
        decisions: what follows from each, once decided.
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
        self.decisions: list[Decision] = []
        self.delivery = delivery
        self.repeated = repeated
        self.point: Point | None = None
        self._manager = manager

    @property
    def single(self) -> bool:
        """Whether it is one event, whose actions are taken one by one."""
        return len(self.picked) == 1

    @property
    def finished(self) -> bool:
        """Whether its last point is reached."""
        if self.point is None or self.point.phase in ("read", "decided"):
            return False
        if self.delivery == "act-then-save":
            return self.point.phase == "saved"
        return all(act.outcome != "asked" for act in self.acts)

    @property
    def runs(self) -> tuple[Run, ...]:
        """Its events, run-length coded, as the pin has them."""
        return runs_of(self.picked)

    @property
    def acts(self) -> list[Act]:
        """All its actions on logs, in order."""
        return [act for decision in self.decisions for act in decision.acts]

    def at(self, phase: Phase, *, action: int | None = None, target: str | None = None) -> Point:
        """Note that a phase is reached; the point that names it, after the turn's last event."""
        last = self.picked[-1]
        self.point = Point(self._manager, last.source, last.row.position, phase, action, target)
        return self.point

    def targets(self) -> list[str]:
        """The contexts it acts on, those with commands first.

        An aggregate that raises then does so before anything else of a larger turn is durable.
        """
        commanded = {act.context for act in self.acts if act.kind == "send"}
        return sorted(dict.fromkeys(act.context for act in self.acts), key=lambda target: target not in commanded)

    def doubtful(self) -> list[str]:
        """The contexts whose aggregates could still refuse something when other parts of the turn are durable."""
        commanded = [c for c in self.targets() if any(a.kind == "send" and a.context == c for a in self.acts)]
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
        return left

    def afters(self) -> dict[str, Instance]:
        """The instances that the turn changes, as it leaves them."""
        return {d.correlation: d.after for d in self.decisions if d.after is not None}

    def decided(self) -> Counters:
        """What its decisions add to the totals."""
        handled = sum(d.outcome == "handled" for d in self.decisions)
        late = sum(d.late for d in self.decisions)
        return Counters(handled=handled, ignored=len(self.decisions) - handled, late=late)

    def acted(self) -> Counters:
        """What its actions add to the totals."""
        suppressed = sum(act.outcome == "suppressed" for act in self.acts)
        return Counters(performed=len(self.acts) - suppressed, suppressed=suppressed)
