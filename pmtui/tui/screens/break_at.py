"""Choosing what of a manager a breakpoint is set at: a phase, a type of event, an instance."""

from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from pmtui.tui.screens.over import Over
from pmtui.tui.widgets.marks import ON
from pmtui.view.breakpoints import told
from pmtui.view.snapshot import BreakpointView, ManagerView
from pmtui.workers.breakpoints.condition import Condition, Doubled, InPhase, Named, write


def choices(manager: ManagerView) -> list[Condition]:
    """Every event of a manager, each phase of its strip, what is in hand, and the doubled action."""
    own = Named("manager", manager.name)
    found: list[Condition] = [(own,)]
    found += [(own, InPhase(phase)) for phase in ("read", "decided", "acted", "saved")]
    turn = manager.turn
    if turn is not None and turn.size == 1:
        found.append((own, Named("type", turn.event.type)))
        if manager.instance is not None and manager.instance.correlation:
            found.append((own, Named("instance", manager.instance.correlation)))
        found += [(own, Named("action", type_)) for type_ in dict.fromkeys(action.type for action in turn.actions)]
    found.append((own, Doubled()))
    return found


class BreakAtScreen(Over[str]):
    """The list; what is chosen comes back as text."""

    keys = (("enter", "set or remove"), ("esc", "cancel"))

    def __init__(self, manager: ManagerView, breakpoints: tuple[BreakpointView, ...]) -> None:
        super().__init__()
        self.title_words = f"Stop {manager.name} at …"
        self.choices = choices(manager)
        self._there = {view.text for view in breakpoints}

    def inside(self) -> ComposeResult:
        """One line for each, marked where it is set."""
        options = [
            Option(Content(f"{ON if write(choice) in self._there else ' '} {_words(choice)}"), id=str(index))
            for index, choice in enumerate(self.choices)
        ]
        yield OptionList(*options, markup=False)

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(write(self.choices[int(event.option.id or 0)]))


def _words(choice: Condition) -> str:
    return told(choice[1:]) if len(choice) > 1 else "every event"
