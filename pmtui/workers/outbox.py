"""Sending reports without ever waiting for whoever reads them."""

import asyncio
import os
import select
import time

from pmtui.workers.protocol import Report, line

_CALM = 0.04


class Outbox:
    """Keeps only the newest report, and writes it when the pipe takes it.

    Args:
        descriptor: of the pipe; made non-blocking.
        loop: the event loop that tells when it can be written.
    """

    def __init__(self, descriptor: int, loop: asyncio.AbstractEventLoop) -> None:
        os.set_blocking(descriptor, False)
        self._descriptor = descriptor
        self._loop = loop
        self._rest = b""
        self._next: Report | None = None
        self._waits = False
        self._last = 0.0
        self._broken = False

    @property
    def calm(self) -> bool:
        """Whether the last report is long enough ago for one that is not urgent."""
        return time.monotonic() - self._last > _CALM

    def put(self, report: Report) -> None:
        """Send a report, in place of any that has not been sent yet."""
        self._next = report
        self._last = time.monotonic()
        if not self._waits:
            self._write()

    def _write(self) -> None:
        while not self._broken and (self._rest or self._next is not None):
            if not self._rest and self._next is not None:
                self._rest, self._next = line(self._next), None
            try:
                self._rest = self._rest[os.write(self._descriptor, self._rest) :]
            except BlockingIOError:
                self._wait(True)
                return
            except OSError:
                self._broken = True  # nobody reads any more; standard input will say so too
        self._wait(False)

    def _wait(self, wait: bool) -> None:
        if wait and not self._waits:
            self._loop.add_writer(self._descriptor, self._write)
        if not wait and self._waits:
            self._loop.remove_writer(self._descriptor)
        self._waits = wait

    def flush(self, seconds: float) -> None:
        """Write what is left, for at most so long; at the very end of the process."""
        deadline = time.monotonic() + seconds
        while not self._broken and (self._rest or self._next is not None) and time.monotonic() < deadline:
            select.select([], [self._descriptor], [], max(0.0, deadline - time.monotonic()))
            self._write()
