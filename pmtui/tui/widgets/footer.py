"""The last line: the keys for this moment."""

from textual import events
from textual.strip import Strip

from pmtui.tui.actions import Action
from pmtui.tui.config.config import config_of
from pmtui.tui.paint import Row, cells
from pmtui.tui.widgets.messages import Wanted
from pmtui.tui.widgets.painted import Bar


class Footer(Bar):
    """At most six actions: those for this moment on the left, help and quit always, on the right.

    Where the line is too short, the last ones on the left are left out.
    """

    moment: tuple[Action, ...] = ()
    always: tuple[Action, ...] = ()

    def show(self, moment: tuple[Action, ...], always: tuple[Action, ...]) -> None:
        """Show these actions."""
        keymap = config_of(self.app).keymap
        moment, always = (tuple(map(keymap.apply, actions)) for actions in (moment, always))
        if (moment, always) != (self.moment, self.always):
            self.moment, self.always = moment, always
            self.repaint()

    def paint(self, width: int, _height: int) -> list[Strip]:
        """One line."""
        ink = self.ink
        row = Row(width)
        for column, action in self._places(width):
            row.to(column).put(_key(action), ink.key).put(f" {action.words}", ink.quiet)
        return [row.strip(ink.bar)]

    def _places(self, width: int) -> list[tuple[int, Action]]:
        sizes = sum(_size(action) for action in self.moment + self.always)
        gap = max(2, min(4, (width - 2 - sizes) // max(1, len(self.moment + self.always) - 1)))
        edge = width - 1
        right: list[tuple[int, Action]] = []
        for action in reversed(self.always):
            edge -= _size(action)
            right.insert(0, (edge, action))
            edge -= gap
        left: list[tuple[int, Action]] = []
        column = 1
        for action in self.moment:
            if column + _size(action) > edge:
                break
            left.append((column, action))
            column += _size(action) + gap
        return left + [place for place in right if place[0] >= 0]

    def on_click(self, event: events.Click) -> None:
        """Run the action under the pointer."""
        for column, action in self._places(self.size.width):
            if column <= event.x < column + _size(action):
                self.post_message(Wanted(action.id))


def _key(action: Action) -> str:
    """The first of an action's keys, which is all there is room for."""
    return action.key.partition(" ")[0]


def _size(action: Action) -> int:
    return cells(_key(action)) + 1 + cells(action.words)
