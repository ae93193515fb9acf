"""Running an app's managers, each in a worker of its own."""

import asyncio
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import IO

import msgspec

from pmtui.model.app import Receiver
from pmtui.workers.appfile import AppFile
from pmtui.workers.breakpoints.breakpoint import Breakpoint
from pmtui.workers.process import WorkerProcess
from pmtui.workers.protocol import Begin, Look, Speed, Stop

_STOP_SECONDS = 5.0
_FIRST_PAUSE = 0.05
_LONGEST_PAUSE = 5.0


class Supervisor:
    """Starts, kills and watches the workers of one app, and restarts those that crash, if it is to.

    Args:
        found: the app.
        data: the data folder.
        receivers: by context, in place of what the app says; looked at whenever a worker is started.
        virtual: whether time is that of the events.
        moments: in a lab, the file of its moments.
        restart: whether a worker that crashed is started again; one that failed or was superseded never is.
        errors: where workers' standard error goes.
        on_change: called when anything about a worker changed.

    Attributes:
        workers: the newest worker of each manager, dead or alive.
        crashes: deaths by a signal or an unexpected exit, by manager.
    """

    def __init__(
        self,
        found: AppFile,
        data: Path,
        *,
        receivers: Mapping[str, Receiver],
        virtual: bool = False,
        moments: Path | None = None,
        restart: bool = True,
        errors: IO[bytes] | int | None = None,
        on_change: Callable[[], None] = lambda: None,
    ) -> None:
        self.workers: dict[str, WorkerProcess] = {}
        self.crashes: dict[str, int] = dict.fromkeys(found.app.managers, 0)
        self._receivers = receivers
        self._found = found
        self._data = data
        self._virtual = virtual
        self._moments = moments
        self._restart = restart
        self._errors = errors
        self._on_change = on_change
        self._changed = asyncio.Event()
        self._watching: dict[str, asyncio.Task[None]] = {}
        self._closing = False

    async def start(
        self,
        manager: str,
        *,
        paused: bool = False,
        speed: Speed = "max",
        breakpoints: tuple[Breakpoint, ...] = (),
        hits: Mapping[int, int] = MappingProxyType({}),
    ) -> None:
        """Start a manager's worker, which must not be running.

        Where it is restarted after a crash it does not crash at a breakpoint again.
        """
        begin = Begin(
            app=self._found.spec,
            manager=manager,
            data=str(self._data),
            virtual=self._virtual,
            receivers=dict(self._receivers),
            moments="" if self._moments is None else str(self._moments),
            paused=paused,
            speed=speed,
            breakpoints=breakpoints,
            hits=dict(hits),
        )
        self.workers[manager] = await WorkerProcess.start(begin, self._noticed, self._errors)
        self._watching[manager] = asyncio.create_task(self._watch(manager))
        self._watching[manager].add_done_callback(lambda _: self._noticed())  # only now is it no longer alive

    async def _watch(self, manager: str) -> None:
        pause = _FIRST_PAUSE
        while True:
            worker = self.workers[manager]
            started = time.monotonic()
            await worker.ended()
            if worker.ended_itself or self._closing:
                return
            self.crashes[manager] += 1
            self._noticed()
            if not self._restart:
                return
            pause = _FIRST_PAUSE if time.monotonic() - started > _LONGEST_PAUSE else min(pause * 2, _LONGEST_PAUSE)
            await asyncio.sleep(pause)
            harmless = tuple(each for each in worker.begin.breakpoints if each.deed != "crash")
            begin = msgspec.structs.replace(worker.begin, breakpoints=harmless)
            self.workers[manager] = await WorkerProcess.start(begin, self._noticed, self._errors)

    def _noticed(self) -> None:
        self._changed.set()
        self._on_change()

    def alive(self, manager: str) -> bool:
        """Whether it has a worker that lives, or one that is about to be restarted."""
        watching = self._watching.get(manager)
        return watching is not None and not watching.done()

    async def settled(self) -> None:
        """Wait until all managers that live are dry at once, timers that are not due yet aside; or none lives.

        Every one of them has then looked at its sources after all had said that there was nothing, and none handled
        anything in between.
        """
        while True:
            before = self._idle()
            if before is not None:
                asked = {name: (worker, worker.tell(Look())) for name, worker in self._living().items()}
                while any(
                    worker.died is None and (worker.report is None or worker.report.heard < number)
                    for worker, number in asked.values()
                ):
                    await self._change()
                if self._idle() == before:
                    return
            else:
                await self._change()

    async def all_ended(self) -> None:
        """Wait until no worker lives, nor is about to be restarted."""
        while self._living():
            await asyncio.wait([self._watching[name] for name in self._living()])

    def _living(self) -> dict[str, WorkerProcess]:
        return {name: worker for name, worker in self.workers.items() if self.alive(name)}

    def _idle(self) -> dict[str, tuple[int, int]] | None:
        """What every living worker had handled when it said it was idle; None if one is not idle."""
        found: dict[str, tuple[int, int]] = {}
        for name, worker in self._living().items():
            report = worker.report
            if worker.died is not None or report is None or report.state != "idle":
                return None
            found[name] = (report.pid, report.counters.handled + report.counters.ignored)
        return found

    async def _change(self) -> None:
        self._changed.clear()
        await self._changed.wait()

    async def kill(self, manager: str) -> None:
        """SIGKILL its worker and wait until it is dead."""
        worker = self.workers[manager]
        worker.kill()
        await worker.ended()

    async def stop(self) -> None:
        """Let all workers finish their turn and end; those that do not within seconds are killed."""
        self._closing = True
        for watching in self._watching.values():
            watching.cancel()
        living = [worker for worker in self.workers.values() if worker.died is None]
        for worker in living:
            worker.tell(Stop())
        if living:
            endings = [asyncio.create_task(worker.ended()) for worker in living]
            _, late = await asyncio.wait(endings, timeout=_STOP_SECONDS)
            if late:
                for worker in living:
                    worker.kill()
                await asyncio.wait(late)
        await asyncio.gather(*self._watching.values(), return_exceptions=True)
