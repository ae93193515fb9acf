"""Appending an event that is there already once more: what that means, before it is done."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Static

from pmtui.tui.screens.over import Over
from pmtui.view.safe import safe


class OnceMoreScreen(Over[bool]):
    """Says what it means to append an event once more; enter does it."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "append", "append", show=False)]
    keys = (("enter", "append"), ("esc", "cancel"))

    def __init__(self, where: str, head: int, context: str, *, same_id: bool) -> None:
        super().__init__()
        self.title_words = f"Deliver {where} again" if same_id else f"Duplicate {where}"
        new = f"{context}@{head + 1}"
        words = " ".join(_AGAIN if same_id else _ANOTHER)
        self._words = words.replace("NEW", new).replace("OLD", where)

    def inside(self) -> ComposeResult:
        """What will happen, in words."""
        yield Static(Content(safe(self._words, 2000)), id="text", markup=False)

    def action_append(self) -> None:
        """Do it."""
        self.dismiss(True)


_AGAIN = (
    "OLD is appended once more as NEW: the same event with the same id, as a publisher does that was not sure",
    "of its first try. A position is never handled twice, so this is what a second delivery looks like.",
    "The handler sees one more event, with another position and the same id. Its actions have keys of",
    "their own, so no receipt stops them. Only a state that remembers what was done, or an aggregate",
    "that refuses, keeps them from being taken twice.",
)
_ANOTHER = (
    "NEW will say the same as OLD, in the same stream, with an id of its own: another event, as when somebody",
    "orders the same thing twice. The handler sees it with the state that the first one left.",
)
