"""What the command palette offers: the registry, and nothing else."""

from functools import partial

from textual.await_complete import AwaitComplete
from textual.command import CommandList, CommandPalette, DiscoveryHit, Hit, Hits, Provider
from textual.content import Content

from pmtui.tui.actions import ACTIONS, Action
from pmtui.tui.config.config import config_of

_NOT_IN_PALETTE = {"pane", "palette"}


class Palette(CommandPalette):
    """Textual's command palette, made to bear keys that come faster than it opens and closes."""

    def dismiss(self, result: None = None) -> AwaitComplete:
        """Take it away, if it is on top; Textual would take away what is."""
        return super().dismiss(result) if self.app.screen is self else AwaitComplete()

    def _action_command_list(self, action: str) -> None:
        """Move in the list of commands, once it has a place: before, Textual fails to find its lines."""
        if self.query_one(CommandList).size.height:
            super()._action_command_list(action)


class ActionsProvider(Provider):
    """Every action of the registry by its words, key and sentence."""

    def _offered(self) -> list[Action]:
        place = getattr(self.screen, "place", "")
        return [action for action in ACTIONS if place in action.places and action.id not in _NOT_IN_PALETTE]

    async def discover(self) -> Hits:
        """All of them, as long as nothing is typed."""
        for action in self._offered():
            yield DiscoveryHit(
                Content(self._title(action)), partial(self.screen.run_action, f"do('{action.id}')"), help=action.help
            )

    async def search(self, query: str) -> Hits:
        """Those that match."""
        matcher = self.matcher(query)
        for action in self._offered():
            title = self._title(action)
            score = max(matcher.match(title), matcher.match(action.help) * 0.8)
            if score > 0:
                yield Hit(
                    score,
                    matcher.highlight(title),
                    partial(self.screen.run_action, f"do('{action.id}')"),
                    text=title,
                    help=action.help,
                )

    def _title(self, action: Action) -> str:
        words = "pause or go on" if action.id == "pause" else action.words
        key = config_of(self.app).keymap.key(action)
        return f"{words}  {key}" if key else words
