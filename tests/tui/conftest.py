import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from fake import FakeSession
from textual.pilot import Pilot

from pmtui.tui.app import PmtuiApp, Progress
from pmtui.tui.screens.main import MainScreen

SECONDS = 20.0


class Shown:
    """A session on a screen, and what can be read there."""

    def __init__(self, app: PmtuiApp, pilot: Pilot[None], session: FakeSession) -> None:
        self.app, self.pilot, self.session = app, pilot, session

    @property
    def main(self) -> MainScreen:
        return next(screen for screen in self.app.screen_stack if isinstance(screen, MainScreen))

    def text(self) -> str:
        """What stands on the screen, line by line."""
        lines = self.app.screen._compositor.render_strips()
        return "\n".join(line.text.rstrip() for line in lines)

    async def press(self, *keys: str) -> None:
        """One key after the other, as fast as they are taken; the pilot's own press waits for an idle processor."""
        for key in keys:
            self.app.simulate_key(key)
            await self.pilot._wait_for_screen()
        await self.settle()

    async def settle(self) -> None:
        """Until what was asked for is done, pulled, read and drawn."""
        main = self.main
        for _ in range(3):
            await self.until(lambda: main.snapshot.version == self.session.version and not self._busy())
            await self.pilot._wait_for_screen()
            await asyncio.sleep(0.005)

    def _busy(self) -> bool:
        return any(
            worker.is_running and worker.group in ("reading", "commands", "finding") for worker in self.app.workers
        )

    async def until(self, there: Callable[[], object]) -> None:
        deadline = time.monotonic() + SECONDS
        while not there():
            assert time.monotonic() < deadline, self.text()
            await asyncio.sleep(0.005)


Show = Callable[..., AbstractAsyncContextManager[Shown]]


@pytest.fixture
def show(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Show:
    monkeypatch.chdir(tmp_path)  # where keys save pictures
    monkeypatch.setenv("TEXTUAL_ANIMATIONS", "none")
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setattr("pmtui.tui.screens.main._PULL_PAUSE", 0.002)

    @asynccontextmanager
    async def shown(
        session: FakeSession | None = None,
        size: tuple[int, int] = (80, 24),
        make: Callable[[Progress], Awaitable[FakeSession]] | None = None,
        **more: Any,
    ) -> AsyncIterator[Shown]:
        session = session or FakeSession()

        async def at_once(progress: Progress) -> FakeSession:
            return session

        app = PmtuiApp(make or at_once, now=lambda: 1000.0, **more)
        async with app.run_test(size=size) as pilot:
            here = Shown(app, pilot, session)
            if make is None:
                await here.until(lambda: isinstance(app.screen, MainScreen))
                await here.settle()
            yield here

    return shown
