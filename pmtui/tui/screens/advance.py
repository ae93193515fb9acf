"""Moving the lab's time on."""

from collections.abc import Awaitable, Callable

from textual import on
from textual.app import ComposeResult
from textual.widgets import Input

from pmtui.model.errors import PmtuiError
from pmtui.tui.screens.over import Over, label, wrong_line

Moving = Callable[[str], Awaitable[str]]
"""Moves time on by what was typed; says what came of it, or raises a `PmtuiError`."""


class AdvanceScreen(Over[str]):
    """How far the lab's time is to move on."""

    title_words = "Advance the clock"
    keys = (("enter", "move it on"), ("esc", "cancel"))

    def __init__(self, now: str, move: Moving) -> None:
        super().__init__()
        self._now = now
        self._move = move

    def inside(self) -> ComposeResult:
        """What time it is, and the field."""
        yield label(self._now)
        yield label("by, as in 30m, 2h, 1h30m or 3d")
        yield Input(id="typed", select_on_focus=False)
        yield wrong_line()

    @on(Input.Submitted, "#typed")
    def _typed(self, event: Input.Submitted) -> None:
        async def moving() -> None:
            try:
                told = await self._move(event.value)
            except PmtuiError as error:
                self.wrong(str(error))
            else:
                self.dismiss(told)

        self.run_worker(moving(), group="commands")
