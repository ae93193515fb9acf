"""What the actions do that are there on every screen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from textual.screen import Screen

from pmtui.tui.screens.deeds import Deeds
from pmtui.tui.screens.help import HelpScreen

if TYPE_CHECKING:
    from pmtui.tui.app import PmtuiApp


def app_of(screen: Screen[Any]) -> PmtuiApp:
    """The application that a screen is of."""
    return cast("PmtuiApp", screen.app)


def _help(screen: Screen[Any]) -> None:
    def chosen(name: str | None) -> None:
        if name is not None:
            screen.call_later(screen.run_action, f"do('{name}')")

    app_of(screen).push_screen(HelpScreen(getattr(screen, "place", "main"), app_of(screen).config.keymap), chosen)


def everywhere(screen: Screen[Any]) -> Deeds:
    """By the action's id."""
    return {
        "theme": lambda: app_of(screen).switch_theme(),
        "palette": lambda: app_of(screen).action_command_palette(),
        "help": lambda: _help(screen),
        "save_screen": lambda: app_of(screen).action_save_screen(),
        "suspend": lambda: app_of(screen).action_suspend_process(),
        "quit": lambda: app_of(screen).exit(),
    }
