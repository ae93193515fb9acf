"""What the actions do that are there on every screen."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

from textual.screen import Screen

from pmtui.tui.screens.help import HelpScreen

if TYPE_CHECKING:
    from pmtui.tui.app import PmtuiApp


def app_of(screen: Screen[Any]) -> PmtuiApp:
    """The application that a screen is of."""
    return cast("PmtuiApp", screen.app)


EVERYWHERE: dict[str, Callable[[Screen[Any]], object]] = {
    "theme": lambda screen: app_of(screen).switch_theme(),
    "palette": lambda screen: app_of(screen).action_command_palette(),
    "help": lambda screen: app_of(screen).push_screen(HelpScreen()),
    "save_screen": lambda screen: app_of(screen).action_save_screen(),
    "suspend": lambda screen: app_of(screen).action_suspend_process(),
    "quit": lambda screen: app_of(screen).exit(),
}
"""By the action's id."""
