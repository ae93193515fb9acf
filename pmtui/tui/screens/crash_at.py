"""Choosing the point at which a worker dies."""

from dataclasses import dataclass

from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option

from pmtui.model.errors import InputError
from pmtui.model.point import Point
from pmtui.tui.screens.over import Over, label, wrong_line
from pmtui.tui.widgets.choices import Choices
from pmtui.view.snapshot import ManagerView
from pmtui.view.turn import TurnView


@dataclass(frozen=True, slots=True)
class Choice:
    """What was chosen: a point, or to take back the one chosen before (None)."""

    point: Point | None


def coming_points(manager: ManagerView) -> list[tuple[str, Point]]:
    """The points that the turn in hand, or to come, has not passed, in people's words; all of them after a crash."""
    turn = manager.turn
    if turn is None or turn.size > 1:
        return []
    now = next((i for i, step in enumerate(turn.steps) if step.state == "now"), -1)
    if manager.dead or not turn.point:
        now = -1
    points: list[tuple[str, Point]] = []
    taken = 0
    for index, step in enumerate(turn.steps):
        if step.label in ("read", "decided", "saved"):
            point = (step.label, Point(manager.name, turn.event.context, turn.event.position, step.label))  # type: ignore[arg-type]
        else:
            point = (_acted(taken, turn), Point(manager.name, turn.event.context, turn.event.position, "acted", taken))
            taken += 1
        if index > now:
            points.append(point)
    return points


def _acted(index: int, turn: TurnView) -> str:
    if index < len(turn.actions):
        action = turn.actions[index]
        return f"after action {index + 1}: {action.type} in {action.context}"
    return f"after action {index + 1}, if it takes one"


class CrashAtScreen(Over[Choice]):
    """A list of the points to come, and a field for any other."""

    title_words = "Crash its worker at …"
    keys = (("enter", "choose"), ("tab", "list or field"), ("esc", "cancel"))

    def __init__(self, manager: ManagerView) -> None:
        super().__init__()
        self._manager = manager
        self.points = coming_points(manager)

    def inside(self) -> ComposeResult:
        """The points of the event in hand, then the field."""
        turn = self._manager.turn
        words = "Nothing is in hand: name a point of an event to come."
        if turn is not None and self.points:
            words = f"{turn.event.where}  {turn.event.type}  {turn.event.label}"
        yield label(words)
        options = [Option(Content(f"  {words}"), id=str(i)) for i, (words, _) in enumerate(self.points)]
        yield Choices(*options, Option(Content("  nowhere: take back what was chosen"), id="none"), markup=False)
        yield label()
        yield label("or a point, as in fulfilment:orders@3:acted:0")
        yield Input(value=f"{self._manager.name}:", id="typed", select_on_focus=False)
        yield wrong_line()

    @on(OptionList.OptionSelected)
    def _listed(self, event: OptionList.OptionSelected) -> None:
        name = event.option.id or ""
        self.dismiss(Choice(None if name == "none" else self.points[int(name)][1]))

    @on(Input.Submitted, "#typed")
    def _typed(self, event: Input.Submitted) -> None:
        try:
            point = Point.parse(event.value.strip())
        except InputError as error:
            self.wrong(str(error))
            return
        sources = [source.context for source in self._manager.sources]
        if point.manager != self._manager.name:
            self.wrong(f"The selected manager is {self._manager.name}: `m` selects another.")
        elif sources and point.source not in sources:
            self.wrong(f"{self._manager.name} does not read {point.source}; it reads {', '.join(sources)}.")
        else:
            self.dismiss(Choice(point))
