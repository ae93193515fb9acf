"""All keys, from the registry."""

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content

from pmtui.tui.actions import ACTIONS
from pmtui.tui.screens.over import Reading


class HelpScreen(Reading):
    """Every action of the registry with its key, group by group."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("question_mark,f1", "close", "close", show=False)]
    title_words = "Keys"

    def text(self) -> Content:
        """A line an action."""
        lines: list[Content] = []
        group = ""
        for action in ACTIONS:
            if action.group != group:
                group = action.group
                lines += [Content("")] * bool(lines) + [Content.styled(group, "$foreground 76%")]
            key = Content.styled(action.key.ljust(11), "bold $primary")
            lines.append(
                Content("  ").append(key).append(Content(action.help if action.key else f"{action.help} (palette)"))
            )
        return Content("\n").join(lines)
