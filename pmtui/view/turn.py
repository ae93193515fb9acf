"""A turn as a screen shows it: its event, its actions, how far it has come. Every string in it is `safe()`."""

from dataclasses import dataclass
from typing import Literal

from pmtui.model.manager import Delivery
from pmtui.model.point import Phase, Point
from pmtui.storage.ledger import Outcome

StepState = Literal["done", "now", "todo"]


@dataclass(frozen=True, slots=True)
class EventView:
    """An event as one line shows it. `label` is its correlation id where one is known, else its stream."""

    context: str
    position: int
    type: str
    label: str

    @property
    def where(self) -> str:
        """`orders@3`."""
        return f"{self.context}@{self.position}"


@dataclass(frozen=True, slots=True)
class ActionView:
    """One action on a log, of the turn in hand."""

    kind: Literal["append", "send"]
    context: str
    type: str
    outcome: Outcome | None = None
    """None as long as it has not been taken."""
    first: int = 0
    added: int = 0
    original: int = 0


@dataclass(frozen=True, slots=True)
class StepView:
    """One dot of the phase strip: `label` in people's words, `where` its result lies (`in memory`, `in payments@3`,
    `orders 2 → 3`), and whether that would survive a crash."""

    label: str
    where: str
    state: StepState
    durable: bool = False


@dataclass(frozen=True, slots=True)
class TurnView:
    """The turn in hand, or the one a crash interrupted.

    Attributes:
        number: the turn's number.
        event: its last event; the only one, when `size` is 1.
        first: the position of the first event of the same source in it.
        size: how many events.
        point: where it stands, as `fulfilment:orders@3:acted:0`; empty before `read`.
        steps: the phase strip.
        actions: those on logs that it asks for, once decided.
        cursor: the durable cursor in the event's source.
    """

    number: int
    event: EventView
    first: int
    size: int
    point: str
    steps: tuple[StepView, ...]
    actions: tuple[ActionView, ...] = ()
    cursor: int = 0
    delivery: Delivery = "act-then-save"
    repeated: bool = False
    """Whether a worker is doing it again after a crash."""

    @property
    def phase(self) -> Phase | None:
        """How far it has come; None before `read`."""
        return Point.parse(self.point).phase if self.point else None

    @property
    def finished(self) -> bool:
        """Whether it has come to its end, so that nothing is in hand."""
        return bool(self.point) and all(step.state != "todo" for step in self.steps)
