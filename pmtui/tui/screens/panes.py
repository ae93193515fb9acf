"""Choosing which panes are shown."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from pmtui.tui.screens.over import Over
from pmtui.tui.widgets.choices import Choices


@dataclass(frozen=True, slots=True)
class PaneLine:
    """A pane's name, and whether it is shown."""

    name: str
    shown: bool


class PanesScreen(Over[int]):
    """All panes in a list. Space hides one or shows it again; enter goes to it."""

    title_words = "Panes"
    keys = (("space", "hides or shows it"), ("enter", "goes to it"), ("esc", "close"))
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space,H,shift+h", "turn", "turn", show=False, priority=True),
        Binding("p,q", "close", "close", show=False),
    ]

    def __init__(self, lines: Callable[[], list[PaneLine]], turn: Callable[[int], None], here: int) -> None:
        super().__init__()
        self._lines = lines
        self._turn = turn
        self._here = here

    def inside(self) -> ComposeResult:
        """The list."""
        yield Choices(*self._options(), markup=False)

    def on_mount(self) -> None:
        """Begin at the pane that has the focus."""
        self.query_one(Choices).highlighted = self._here

    def _options(self) -> list[Option]:
        return [
            Option(
                Content(" ")
                .append(Content.styled("● " if line.shown else "○ ", "$primary"))
                .append(Content(f"{number}  " if number < 10 else "   "))
                .append(Content(line.name) if line.shown else Content.styled(line.name, "$foreground 65%"))
            )
            for number, line in enumerate(self._lines(), 1)
        ]

    def action_turn(self) -> None:
        """Hide the pane that is chosen, or show it again."""
        listed = self.query_one(Choices)
        index = listed.highlighted
        if index is not None:
            self._turn(index)
            listed.clear_options()
            listed.add_options(self._options())
            listed.highlighted = index

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(event.option_index)
