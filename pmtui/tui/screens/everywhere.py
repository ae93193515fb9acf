"""What the actions do that are there on every screen."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

from textual.screen import Screen

from pmtui.tui.screens.help import HelpScreen

if TYPE_CHECKING:
    from pmtui.tui.app import PmtuiApp


def _app(screen: Screen[Any]) -> PmtuiApp:
    return cast("PmtuiApp", screen.app)


EVERYWHERE: dict[str, Callable[[Screen[Any]], object]] = {
    "theme": lambda screen: _app(screen).switch_theme(),
    "palette": lambda screen: _app(screen).action_command_palette(),
    "help": lambda screen: _app(screen).push_screen(HelpScreen()),
    "suspend": lambda screen: _app(screen).action_suspend_process(),
    "quit": lambda screen: _app(screen).exit(),
}
"""By the action's id."""
