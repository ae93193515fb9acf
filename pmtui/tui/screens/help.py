"""All keys, from the registry: found as one types, and run from here."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from pmtui.tui.actions import ACTIONS, Action, Place
from pmtui.tui.keys import Keymap
from pmtui.tui.screens.over import Over, label

_KEY = 12
_NOT_RUN = ("pane", "help", "palette")
"""A pane needs its number; help is here, and the palette lists the same."""


def matching(words: str, keymap: Keymap) -> list[Action]:
    """The actions in which every word is found: in the key, the name, the sentence or the group."""
    wanted = words.casefold().split()
    found: list[Action] = []
    for action in ACTIONS:
        key = keymap.key(action)
        text = f"{action.words} {action.help} {action.group} {action.id}".casefold()
        if all(word in text or word in key.casefold().split() for word in wanted):
            found.append(action)
    if words and words in (keys := {keymap.key(action): action for action in ACTIONS}):
        found.sort(key=lambda action: action is not keys[words])
    return found


class HelpScreen(Over[str]):
    """Every action of the registry with its key, group by group; the one chosen is run on the screen below."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f1", "close", "close", show=False),
        Binding("down,ctrl+n", "move('cursor_down')", "down", show=False, priority=True),
        Binding("up,ctrl+p", "move('cursor_up')", "up", show=False, priority=True),
        Binding("pagedown,ctrl+f,ctrl+d", "move('page_down')", "page down", show=False, priority=True),
        Binding("pageup,ctrl+b,ctrl+u", "move('page_up')", "page up", show=False, priority=True),
    ]
    title_words = "Keys"
    keys = (("enter", "does it"), ("↑ ↓", "choose"), ("esc", "close"))

    def __init__(self, place: Place, keymap: Keymap) -> None:
        super().__init__()
        self._place = place
        self._keymap = keymap

    def inside(self) -> ComposeResult:
        """The field, then the list."""
        yield Input(placeholder="type what you look for: a key, or words", id="typed", select_on_focus=False)
        yield label(id="none")
        yield OptionList(id="found", markup=False)

    def on_mount(self) -> None:
        """Typing goes to the field."""
        self._list("")
        self.query_one(OptionList).can_focus = False
        self.query_one(Input).focus()

    def on_resize(self) -> None:
        """Title and keys stay in sight; the list scrolls between them."""
        self.query_one(OptionList).styles.max_height = max(3, self.size.height - 9)

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        if event.value == "?":
            self.dismiss(None)  # the key that opened it takes it away
        else:
            self._list(event.value)

    @on(Input.Submitted)
    def _entered(self) -> None:
        self.query_one(OptionList).action_select()

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(event.option.id)

    def action_move(self, how: str) -> None:
        """Move in the list, while typing goes on."""
        getattr(self.query_one(OptionList), f"action_{how}")()

    def _list(self, words: str) -> None:
        found = matching(words.strip(), self._keymap)
        listed = self.query_one(OptionList)
        listed.clear_options()
        group = ""
        first: int | None = None
        for action in found:
            if action.group != group:
                group = action.group
                listed.add_option(Option(Content.styled(group, "$foreground 76%"), disabled=True))
            here = self._place in action.places
            runs = here and action.id not in _NOT_RUN
            if runs and first is None:
                first = listed.option_count
            listed.add_option(Option(self._line(action, here), id=action.id, disabled=not runs))
        listed.highlighted = first
        told = "" if found else "Nothing is called that."
        self.query_one("#none", Static).update(Content(told))
        self.query_one("#none", Static).display = bool(told)

    def _line(self, action: Action, here: bool) -> Content:
        key = self._keymap.key(action)
        told = action.help if key else f"{action.help} (palette)"
        style = "bold $primary" if here else "$foreground 65%"
        return (
            Content("  ")
            .append(Content.styled(key.ljust(_KEY), style))
            .append(Content(told) if here else Content.styled(told, "$foreground 65%"))
        )
