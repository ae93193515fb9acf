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


def _help(screen: Screen[Any]) -> None:
    def chosen(name: str | None) -> None:
        if name is not None:
            screen.call_later(screen.run_action, f"do('{name}')")

    app_of(screen).push_screen(HelpScreen(getattr(screen, "place", "main"), app_of(screen).config.keymap), chosen)


EVERYWHERE: dict[str, Callable[[Screen[Any]], object]] = {
    "theme": lambda screen: app_of(screen).switch_theme(),
    "palette": lambda screen: app_of(screen).action_command_palette(),
    "help": _help,
    "save_screen": lambda screen: app_of(screen).action_save_screen(),
    "suspend": lambda screen: app_of(screen).action_suspend_process(),
    "quit": lambda screen: app_of(screen).exit(),
}
"""By the action's id."""
