"""What actions of the registry do, by their ids."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from pmtui.view.snapshot import ManagerView

if TYPE_CHECKING:
    from pmtui.tui.screens.main import MainScreen

Deeds = dict[str, Callable[[], object]]
"""By the action's id. Whether one makes sense now has been asked before."""


def of_manager(screen: MainScreen, deed: Callable[[ManagerView], object]) -> Callable[[], object]:
    """A deed done to the selected manager; nothing in an app without one."""
    return lambda: None if screen.manager is None else deed(screen.manager)
