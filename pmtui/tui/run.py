"""The way in for the command line."""

import asyncio
import os

from pmtui.tui import terminal
from pmtui.tui.app import MakeSession, PmtuiApp
from pmtui.tui.config.file import read
from pmtui.tui.kept import Folder, Forgetful
from pmtui.tui.touring import Touring


def run(make_session: MakeSession, touring: Touring | None = None) -> int:
    """Show a session on the terminal until the person leaves; returns the exit code.

    The session is made on the event loop that the screen runs on, and closed on every way out: by key, by SIGTERM or
    SIGHUP, by a terminal that is gone, by a fault. The terminal is as it was by then.

    What a person has set and how they left the screen is read here; nothing of it keeps anybody out.

    Args:
        make_session: called once with a function that shows a line of progress; it may take its time.
        touring: the person and the tour; without it there is none.

    Raises:
        PmtuiError: from making the session, or from the session later, with one line for the person.
    """
    settings = read()
    config = settings.config
    light = config.theme == "light" or (config.theme == "auto" and _light_terminal())
    tour = touring is not None and touring.tour is not None  # which begins as it is told, not as the screen was left
    keeper = Folder() if config.remember and not tour else Forgetful()
    return asyncio.run(_run(PmtuiApp(make_session, light=light, settings=settings, keeper=keeper, touring=touring)))


async def _run(app: PmtuiApp) -> int:
    try:
        with terminal.forgiving_output():
            await app.run_async()
    finally:
        await app.close_session()
    if app.fault is not None:
        raise app.fault
    return app.return_code or 0


def _light_terminal() -> bool:
    """Whether the terminal says that its ground is light, in the one variable in which some do."""
    ground = os.environ.get("COLORFGBG", "").rpartition(";")[2]
    return ground in ("7", "15")
