"""One worker process, seen from outside."""

import asyncio
import contextlib
import sys
import time
from collections.abc import Callable
from typing import IO

from pmtui.workers.protocol import Begin, Command, Report, line, report_of

_LONGEST_REPORT = 2**26


class WorkerProcess:
    """A worker from its start to its death. It is spawned, never forked.

    Attributes:
        begin: what it was started with.
        pid: its process id.
        report: the newest one, None before the first.
        died: when it ended, in seconds since the Unix epoch; None while it lives.
        exit_code: how; negative for a signal.
        buried: whether somebody has looked at what it left, for whoever does.
    """

    def __init__(self, begin: Begin, process: asyncio.subprocess.Process, on_change: Callable[[], None]) -> None:
        self.begin = begin
        self.pid = process.pid
        self.report: Report | None = None
        self.died: float | None = None
        self.exit_code: int | None = None
        self.told = 0
        self.buried = False
        self._process = process
        self._on_change = on_change
        self._reading = asyncio.create_task(self._read())

    @classmethod
    async def start(
        cls, begin: Begin, on_change: Callable[[], None], errors: IO[bytes] | int | None = None
    ) -> "WorkerProcess":
        """Start one.

        Args:
            begin: what it is to run.
            on_change: called after every report and after its death.
            errors: where its standard error goes, and what its handlers print.
        """
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-P",  # a file in the current folder must not stand in for a module of ours
            "-m",
            "pmtui.workers",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=errors,
            limit=_LONGEST_REPORT,
        )
        worker = cls(begin, process, on_change)
        worker._write(begin)
        return worker

    @property
    def ended_itself(self) -> bool:
        """Whether it ended as a worker ends, stopped or failed, and said so; a handler can end its process too."""
        return self.died is not None and self.report is not None and self.report.state in ("stopped", "failed")

    def tell(self, command: Command) -> int:
        """Send a command; its number, which a report's `heard` reaches when it has been carried out.

        Never waits. A worker that is dead does not hear it.
        """
        self._write(command)
        self.told += 1
        return self.told

    def _write(self, command: Command) -> None:
        stdin = self._process.stdin
        if stdin is not None and not stdin.is_closing():
            stdin.write(line(command))

    def kill(self) -> None:
        """SIGKILL, now."""
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()

    async def ended(self) -> int:
        """Wait for its death; the exit code."""
        await asyncio.shield(self._reading)
        return self._process.returncode or 0

    async def _read(self) -> None:
        assert self._process.stdout is not None  # noqa: S101  (it was asked for; for the type checker)
        while text := await self._process.stdout.readline():
            if text.endswith(b"\n"):  # a kill can leave half a report
                self.report = report_of(text)
                self._on_change()
        self.exit_code = await self._process.wait()
        self.died = time.time()
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._on_change()
