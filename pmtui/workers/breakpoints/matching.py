"""Asking at each point of a turn which breakpoints it hits."""

from typing import Any, NamedTuple

from pmtui.handling.decision import Decision
from pmtui.handling.turn import Turn
from pmtui.model import json
from pmtui.model.point import Point
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


class Hit(NamedTuple):
    """A breakpoint that was hit, and for the how manieth time."""

    breakpoint: Breakpoint
    time: int


class Matcher:
    """Watches the turns of one manager.

    Args:
        hits: how often each breakpoint was hit before, by number.

    Attributes:
        hits: the same, up to date.
    """

    def __init__(self, hits: dict[int, int]) -> None:
        self.hits = dict(hits)
        self._breakpoints: tuple[Breakpoint, ...] = ()
        self._turn: Turn | None = None
        self._passed: set[int] = set()
        """The breakpoints that the turn has hit, or that were met already when they were set."""

    def set(self, breakpoints: tuple[Breakpoint, ...], turn: Turn | None) -> None:
        """Have these from now on; before each step of a turn, in hand if it is given.

        What a new one asks for and the turn has come to already is not hit any more in this turn.
        """
        if breakpoints is self._breakpoints:
            return
        new = [each for each in breakpoints if each not in self._breakpoints]
        self._breakpoints = breakpoints
        self._passed.difference_update(each.number for each in new)
        for each in new:
            self.hits.setdefault(each.number, 0)
        if turn is not None and turn.point is not None:
            self._enter(turn)
            facts = _Facts(turn, turn.point)
            self._passed.update(each.number for each in new if facts.hold(each.condition))

    def hit(self, turn: Turn) -> Hit | None:
        """What a turn hits at the point it has just come to and is to be stopped for; a crash before a pause."""
        if not self._breakpoints or turn.point is None:
            return None
        self._enter(turn)
        facts = _Facts(turn, turn.point)
        found: list[Hit] = []
        for each in self._breakpoints:
            if each.number in self._passed or not facts.hold(each.condition):
                continue
            self._passed.add(each.number)
            time = self.hits[each.number] = self.hits.get(each.number, 0) + 1
            if time >= each.from_hit:
                found.append(Hit(each, time))
        return min(found, key=lambda hit: (hit.breakpoint.deed != "crash", hit.breakpoint.number), default=None)

    def _enter(self, turn: Turn) -> None:
        if self._turn is not turn:
            self._turn = turn
            self._passed.clear()


class _Facts:
    """What is known of a turn at a point."""

    def __init__(self, turn: Turn, point: Point) -> None:
        self._turn = turn
        self._point = point
        self._values: dict[tuple[str, int], Any] = {}

    def hold(self, condition: Condition) -> bool:
        """Whether all terms are known to hold for one of the turn's events."""
        return any(
            all(self._holds(term, index) is True for term in condition) for index in range(len(self._turn.picked))
        )

    def _holds(self, term: Term, index: int) -> bool | None:
        """Whether a term holds for an event; None while that cannot be known."""
        match term:
            case Not():
                holds = self._holds(term.term, index)
                return None if holds is None else not holds
            case Named():
                return self._is_named(term, index)
            case AtPosition():
                source, row = self._turn.picked[index]
                return source == term.context and row.position == term.position
            case AtPoint():
                return str(self._point) == term.point
            case InPhase():
                return self._point.phase == term.phase and term.action in (None, self._point.action)
            case Doubled():
                return self._doubled(index)
            case Compared():
                decision = self._decision(index)
                if term.side == "state" and decision is None:
                    return None
                return _compares(self._value(term, index, decision), term)

    def _is_named(self, term: Named, index: int) -> bool | None:
        source, row = self._turn.picked[index]
        decision = self._decision(index)
        match term.what:
            case "manager":
                return self._point.manager == term.name
            case "context":
                return source == term.name
            case "type":
                return row.type == term.name
            case "instance":
                return None if decision is None else decision.correlation == term.name
            case "action":
                return None if decision is None else term.name in self._asked(decision)

    def _decision(self, index: int) -> Decision | None:
        return self._turn.decisions[index] if self._point.phase != "read" else None

    def _asked(self, decision: Decision) -> list[str]:
        """The types of the actions that count here: after one, that one."""
        if self._point.phase != "acted":
            return [act.type for act in decision.acts] + [own.type for own in decision.own]
        if self._point.action is not None:
            return [decision.acts[self._point.action].type]
        return [act.type for act in decision.acts if act.context == self._point.target]

    def _doubled(self, index: int) -> bool | None:
        decision = self._decision(index)
        taken = [] if decision is None else [act for act in decision.acts if act.outcome != "asked"]
        return any(act.outcome == "doubled" for act in taken) if taken else None

    def _value(self, term: Compared, index: int, decision: Decision | None) -> Any:
        key = (term.side, index)
        if key not in self._values:
            text = self._turn.picked[index].row.data
            if term.side == "state":
                text = "" if decision is None else decision.after.state
            try:
                self._values[key] = json.decode(text)
            except ValueError:
                self._values[key] = None
        value = self._values[key]
        for step in term.path:
            if isinstance(value, dict):
                value = value.get(step)
            elif isinstance(value, list) and step.isascii() and step.isdecimal() and len(step) < 10:
                value = value[int(step)] if int(step) < len(value) else None
            else:
                return None
        return value


def _compares(value: Any, term: Compared) -> bool:
    match term.operator:
        case "==":
            return _equal(value, term.value)
        case "!=":
            return not _equal(value, term.value)
        case "contains":
            return _contains(value, term.value)
    if not _ordered(value, term.value):
        return False
    match term.operator:
        case "<":
            return bool(value < term.value)
        case "<=":
            return bool(value <= term.value)
        case ">":
            return bool(value > term.value)
        case ">=":
            return bool(value >= term.value)


def _equal(one: Any, other: Any) -> bool:
    """Equal as JSON: true is not 1."""
    return isinstance(one, bool) == isinstance(other, bool) and bool(one == other)


def _ordered(one: Any, other: Any) -> bool:
    if isinstance(one, bool) or isinstance(other, bool):
        return False
    numbers = isinstance(one, int | float) and isinstance(other, int | float)
    return numbers or (isinstance(one, str) and isinstance(other, str))


def _contains(value: Any, part: Any) -> bool:
    if isinstance(value, str):
        return isinstance(part, str) and part in value
    if isinstance(value, list):
        return any(_equal(each, part) for each in value)
    return isinstance(value, dict) and isinstance(part, str) and part in value
