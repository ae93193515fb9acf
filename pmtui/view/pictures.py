"""The newest picture of a running app, and those who wait for the next."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

from pmtui.view.snapshot import Snapshot


class Pictures:
    """Pictures of one app, numbered as they are shown.

    Args:
        first: the one to begin with.

    Attributes:
        newest: the one shown last.
    """

    def __init__(self, first: Snapshot) -> None:
        self.newest = first
        self._shown = asyncio.Event()
        self._broken: BaseException | None = None

    def show(self, picture: Snapshot) -> None:
        """Show a picture, unless it is as the one before; its version is the next one."""
        if picture != self.newest:
            self.newest = replace(picture, version=self.newest.version + 1)
            shown, self._shown = self._shown, asyncio.Event()
            shown.set()

    def begin_anew(self) -> None:
        """Forget the managers, which are about to be started; nobody is woken for that."""
        self.newest = replace(self.newest, managers=(), past=None, version=self.newest.version + 1)

    async def changed(self, after: int) -> Snapshot:
        """See `Session.changed`."""
        while self.newest.version <= after:
            await self._shown.wait()
            if self._broken is not None:
                raise self._broken
        return self.newest

    async def until(self, holds: Callable[[Snapshot], bool]) -> Snapshot:
        """Wait for a picture in which something holds."""
        while not holds(self.newest):
            await self.changed(self.newest.version)
        return self.newest

    def made_by(self, task: "asyncio.Task[None]") -> None:
        """A fault of ours in what makes the pictures ends the session, loudly: whoever waits gets the exception."""
        task.add_done_callback(self._broke)

    def _broke(self, task: "asyncio.Task[None]") -> None:
        if not task.cancelled():
            self._broken = task.exception()
            self._shown.set()
