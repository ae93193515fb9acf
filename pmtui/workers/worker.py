"""The worker: one manager in a process, from the first command to the last report."""

import contextlib
import os
import signal

from pmtui.handling.clock import VirtualClock, WallClock
from pmtui.handling.errors import TurnTaken
from pmtui.handling.sources import Picked, moment_of
from pmtui.handling.turn import Turn
from pmtui.model import instant
from pmtui.model.errors import PmtuiError
from pmtui.storage.errors import Superseded
from pmtui.storage.sqlite.thread import DatabaseThread
from pmtui.workers.breakpoints.matching import Hit
from pmtui.workers.control import Control
from pmtui.workers.driver import Driver
from pmtui.workers.outbox import Outbox
from pmtui.workers.protocol import (
    EXIT_FAILED,
    EXIT_SUPERSEDED,
    Begin,
    FailureReport,
    Report,
    StopReport,
    WorkerState,
)
from pmtui.workers.reporting import failure_report, instance_report, turn_report, upcoming_report

LAST_WORDS = 0.5
"""Seconds that the last report may take to be read."""


class Worker:
    """Drives one manager until told to stop.

    Args:
        begin: what to run.
        control: what the supervisor wants.
        outbox: where reports go.
        thread: the one that works the databases.
    """

    def __init__(self, begin: Begin, control: Control, outbox: Outbox, thread: DatabaseThread) -> None:
        self._control = control
        self._outbox = outbox
        self._thread = thread
        self._clock = VirtualClock() if begin.virtual else WallClock()
        self._driver = Driver(begin, control, self._clock)
        self._told: tuple[object, ...] = ("starting",)
        self._upcoming: Picked | None = None

    async def run(self) -> int:
        """Work until stopped; the process's exit code."""
        try:
            await self._thread.run(self._driver.open)
            await self._work()
        except TurnTaken:
            return 1  # as good as a crash: the next worker repeats what the other one began
        except Superseded as error:
            return self._fail(EXIT_SUPERSEDED, failure_report(error))
        except PmtuiError as error:
            failure = failure_report(error, self._driver.turn)
            await self._note("failed", failure.sentence)
            return self._fail(EXIT_FAILED, failure)
        await self._note("stopped", "")
        self._report("stopped")
        return 0

    def _fail(self, code: int, failure: FailureReport) -> int:
        self._outbox.put(self._status("failed", failure))
        return code

    async def _work(self) -> None:
        control, driver, hop = self._control, self._driver, self._thread.run
        dry = -1  # how many commands had been heard when nothing was left to do
        while await self._may_go_on():
            if control.full_speed and driver.between:
                found = await hop(driver.turns_after_news if dry == control.seen else driver.whole_turns)
            else:
                found = await hop(driver.next_point)
                control.took_phase(ended=driver.between)
            dry = -1
            if driver.hit is not None:
                self._stop_at(driver.hit)
            if control.paused:
                continue
            if found:
                self._report("running")
                await control.pace()
            else:
                self._report("idle")
                if control.full_speed:
                    dry = control.seen
                else:
                    await hop(driver.wait_when_dry)

    def _stop_at(self, hit: Hit) -> None:
        """Do a breakpoint's deed; nothing has happened since the point that hit it."""
        if hit.breakpoint.deed == "crash":
            self._outbox.put(self._status("running", None))
            self._outbox.flush(LAST_WORDS)
            os.kill(os.getpid(), signal.SIGKILL)
        self._control.halt()

    async def _may_go_on(self) -> bool:
        """Wait until something may be done; whether to go on at all."""
        while not self._control.stopped:
            self._control.notice()
            if isinstance(self._clock, VirtualClock):
                self._clock.reached(self._control.advance_to)
            if self._control.may_go:
                return True
            self._upcoming = await self._thread.run(self._driver.look) if self._driver.between else None
            self._report("paused")
            # Between events, what others append or a timer may come first; within one, only a command changes anything.
            if self._driver.between:
                await self._thread.run(self._driver.wait)
            else:
                await self._control.changed()
        return False

    async def close(self) -> None:
        """Close the files."""
        await self._thread.run(self._driver.close)

    async def _note(self, state: str, reason: str) -> None:
        # Where even this cannot be written (a full disk), the report still says it.
        with contextlib.suppress(PmtuiError):
            await self._thread.run(lambda: self._driver.note(state, reason))

    def _report(self, state: WorkerState) -> None:
        """Tell how things stand; between whole turns only as often as somebody can look."""
        turn = self._driver.turn
        upcoming = None if self._upcoming is None else (self._upcoming.source, self._upcoming.row.position)
        news = (state, self._control.seen, upcoming, None if turn is None else (turn.number, turn.point))
        if news == self._told or (state == self._told[0] == "running" and not self._outbox.calm):
            return
        self._told = news
        self._outbox.put(self._status(state, None))

    def _status(self, state: WorkerState, failure: FailureReport | None) -> Report:
        driver, seen = self._driver, self._control.seen
        if not driver.opened:
            return Report(state, os.getpid(), seen, failure=failure)
        turn, hit, runner = driver.turn, driver.hit, driver.runner
        return Report(
            state=state,
            pid=os.getpid(),
            heard=seen,
            turn=None if turn is None or not turn.picked else turn_report(turn),
            upcoming=upcoming_report(self._upcoming) if state == "paused" and driver.between else None,
            instance=None if turn is None or not turn.picked else instance_report(turn),
            counters=runner.state.counters + runner.counters,
            next_due=runner.next_due,
            clock=self._time(turn),
            stop=None if hit is None else StopReport(hit.breakpoint.number, hit.time, hit.breakpoint.deed),
            hits=driver.hits,
            failure=failure,
        )

    def _time(self, turn: Turn | None) -> int:
        """What time it is for the event in hand, in microseconds since 1970."""
        if not isinstance(self._clock, VirtualClock):
            return instant.microseconds(instant.now())
        return max(self._clock.at, moment_of(turn.picked[-1].row) if turn is not None and turn.picked else 0)
