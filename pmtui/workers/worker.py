"""The worker: the process that drives one manager's runner and kills itself when told to."""

import asyncio
import contextlib
import gc
import os
import signal
import sys
import time
from collections.abc import AsyncGenerator
from pathlib import Path

from pmtui.handling.clock import VirtualClock, WallClock
from pmtui.handling.drive import run
from pmtui.handling.errors import TurnTaken
from pmtui.handling.runner import LARGEST_TURN, Runner
from pmtui.handling.sources import Picked, moment_of
from pmtui.handling.turn import Turn
from pmtui.model import instant
from pmtui.model.errors import PmtuiError
from pmtui.model.point import Point
from pmtui.storage.errors import Superseded
from pmtui.storage.folder import DataFolder
from pmtui.storage.sqlite.listener import Listener
from pmtui.storage.sqlite.thread import DatabaseThread
from pmtui.workers.appfile import load
from pmtui.workers.breakpoints.matching import Hit, Matcher
from pmtui.workers.control import Control
from pmtui.workers.outbox import Outbox
from pmtui.workers.protocol import (
    EXIT_FAILED,
    EXIT_SUPERSEDED,
    Begin,
    FailureReport,
    Report,
    Stop,
    StopReport,
    WorkerState,
    command_of,
)
from pmtui.workers.reporting import failure_report, instance_report, turn_report, upcoming_report
from pmtui.workers.stores import Stores

_POLL = 0.25
"""Seconds between looks at the sources while there is nothing to do and no bell rings."""
_HOP = 0.02
"""Seconds that turns of one event may follow one another before their outcome is reported."""
_ORPHAN = 1.0
"""Seconds that a worker whose supervisor has died may take to end its turn."""
_LAST_WORDS = 0.5
"""Seconds that the last report may take to be read."""
_LONGEST_COMMAND = 2**20
_BEHIND_THE_SCREEN = 10
"""How much nicer a worker in the lab is than the screen: at full speed the person's keys come first."""


class Worker:
    """Drives one manager until told to stop.

    Args:
        begin: what to run.
        control: what the supervisor wants.
        outbox: where reports go.
        thread: the one that works the databases.
    """

    def __init__(self, begin: Begin, control: Control, outbox: Outbox, thread: DatabaseThread) -> None:
        self._begin = begin
        self._control = control
        self._outbox = outbox
        self._thread = thread
        self._clock = VirtualClock() if begin.virtual else WallClock()
        self._heard = 0
        self._told: tuple[object, ...] = ("starting",)
        self._upcoming: Picked | None = None
        self._stores: Stores | None = None
        self._runner: Runner
        self._listener: Listener
        self._turn: AsyncGenerator[Point, None] | None = None
        self._matcher = Matcher(begin.hits)
        self._hit: Hit | None = None
        self._opened = False

    async def run(self) -> int:
        """Work until stopped; the process's exit code."""
        try:
            await self._thread.run(self._open)
            await self._work()
        except TurnTaken:
            return 1  # as good as a crash: the next worker repeats what the other one began
        except Superseded as error:
            return self._fail(EXIT_SUPERSEDED, failure_report(error))
        except PmtuiError as error:
            failure = failure_report(error, self._runner.turn if self._opened else None)
            await self._end("failed", failure.sentence)
            return self._fail(EXIT_FAILED, failure)
        await self._end("stopped", "")
        self._report("stopped")
        return 0

    def _fail(self, code: int, failure: FailureReport) -> int:
        self._outbox.put(self._status("failed", failure))
        return code

    def _open(self) -> None:
        found = load(self._begin.app)
        manager = found.app.managers.get(self._begin.manager)
        if manager is None:
            raise PmtuiError(f"{self._begin.app}: no manager called {self._begin.manager} any more")
        folder = DataFolder(Path(self._begin.data), plain=self._begin.virtual)
        moments = Path(self._begin.moments) if self._begin.moments else None
        stores = self._stores = Stores(found.app, manager.name, folder, moments=moments)
        if stores.memory is not None:
            stores.memory.hits = self._matcher.hits
        self._listener = Listener(log.database.bell for name, log in stores.logs.items() if name in manager.sources)
        self._control.on_heard = self._listener.wake
        self._control.receivers = {
            name: self._begin.receivers.get(name, context.receiver) for name, context in found.app.contexts.items()
        } | self._control.receivers
        self._runner = Runner(
            found.app,
            manager,
            logs=stores.logs,
            ledger=stores.ledger,
            clock=self._clock,
            receivers=self._control.receivers,
            scavenges=moments is None,
        )
        run(self._runner.start(os.getpid(), instant.write(instant.now())))
        self._opened = True

    async def _work(self) -> None:
        dry = -1  # how many commands had been heard when nothing was left to do
        while await self._may_go_on():
            if self._control.full_speed and self._turn is None:
                found = await self._thread.run(self._turns_after_news if dry == self._heard else self._whole_turns)
            else:
                found = await self._thread.run(self._next_point)
                self._control.took_phase(ended=self._turn is None)
            dry = -1
            if self._hit is not None:
                self._stop_at(self._hit)
            if self._control.paused:
                continue
            if found:
                self._report("running")
                await self._control.pace()
            else:
                self._report("idle")
                if self._control.full_speed:
                    dry = self._heard
                else:
                    await self._thread.run(lambda: self._news(self._until_timer()))

    def _stop_at(self, hit: Hit) -> None:
        """Do a breakpoint's deed; nothing has happened since the point that hit it."""
        if hit.breakpoint.deed == "crash":
            self._outbox.put(self._status("running", None))
            self._outbox.flush(_LAST_WORDS)
            os.kill(os.getpid(), signal.SIGKILL)
        self._control.halt()

    async def _may_go_on(self) -> bool:
        """Wait until something may be done; whether to go on at all."""
        while not self._control.stopped:
            self._heard = self._control.noticed()
            if isinstance(self._clock, VirtualClock):
                self._clock.reached(self._control.advance_to)
            if self._control.may_go:
                return True
            self._upcoming = await self._thread.run(self._look) if self._turn is None else None
            self._report("paused")
            # Between events, what others append or a timer may come first; within one, only a command changes anything.
            if self._turn is None:
                await self._thread.run(lambda: self._news(_POLL))
            else:
                await self._control.changed()
        return False

    def _news(self, seconds: float) -> None:
        """Wait, in the database thread, for a command or a source's bell, for at most so long.

        A bell that rang before, back to the last look and further, ends it at once, and so does a command.
        """
        if self._control.heard == self._heard:
            self._listener.wait(seconds)

    def _until_timer(self) -> float:
        """Seconds until the next look at the sources: sooner, where a timer comes due by the wall before."""
        due = self._runner.next_due
        if due is None or self._begin.virtual:
            return _POLL
        return min(_POLL, max(0.0, due / 1e6 - time.time()))

    def _look(self) -> Picked | None:
        """The event that comes next; None while there is none, or where a timer comes before it."""
        self._catch_up()
        picked, due = run(self._runner.upcoming()), self._runner.next_due
        if picked is None or due is None:
            return picked
        moment = moment_of(picked.row)
        return None if due < moment and due <= self._clock.horizon(moment) else picked

    def _turns_after_news(self) -> bool:
        """Wait for news, and take the turns of a bell at once, without a hop before them."""
        self._news(self._until_timer())
        return self._control.heard == self._heard and self._whole_turns()

    def _whole_turns(self) -> bool:
        """A turn in one hop, and those after it whose events are read already, until somebody says something.

        No more events than the largest turn has, so that reports come as often as when turns are large.
        """
        left, until = LARGEST_TURN, time.monotonic() + _HOP
        while self._whole_turn():
            left -= self._runner.turn.size if self._runner.turn is not None else 0
            if (
                left <= 0
                or self._hit is not None
                or not self._runner.more
                or self._control.heard != self._heard
                or not self._control.full_speed
                or time.monotonic() > until
            ):
                return True
        return False

    def _whole_turn(self) -> bool:
        """A turn from its first point to its last, or to a breakpoint; whether there was one."""
        if self._control.breakpoints:
            found = self._next_point()
            while self._turn is not None and self._hit is None:
                self._next_point()
            return found
        self._hit = None
        self._turn = self._runner.take(LARGEST_TURN)
        found = run(self._straight_through(self._turn))
        self._turn = None
        if not found:
            self._catch_up()
        return found

    async def _straight_through(self, turn: AsyncGenerator[Point, None]) -> bool:
        found = False
        async for _ in turn:
            found = True
            self._remember()
        return found

    def _remember(self) -> None:
        """In a lab: how everything stands, if the turn in hand is saved by now."""
        memory = None if self._stores is None else self._stores.memory
        if memory is not None and self._runner.turn is not None:
            memory.reached(self._runner.turn, calm=self._hit is not None or not self._control.full_speed)

    def _catch_up(self) -> None:
        if self._stores is not None and self._stores.memory is not None:
            self._stores.memory.catch_up()

    def _next_point(self) -> bool:
        """To the next point, of the turn in hand or of a new one; whether there was one."""
        if self._turn is None:
            self._turn = self._runner.take(LARGEST_TURN if self._control.largest_turns else 1)
        self._matcher.set(self._control.breakpoints, self._runner.turn)
        self._hit = None
        found, turn = _advance(self._turn) is not None, self._runner.turn
        if found and turn is not None:
            self._hit = self._matcher.hit(turn)
            self._remember()
        if not found or (turn is not None and turn.finished):
            _advance(self._turn)  # nothing comes after the last point but the generator's end
            self._turn = None
        return found

    async def close(self) -> None:
        """Close the files."""
        if self._stores is not None:
            await self._thread.run(self._stores.close)
            self._listener.close()

    async def _end(self, state: str, reason: str) -> None:
        if self._stores is None or not self._opened:
            return
        ledger, epoch, at = self._stores.ledger, self._runner.state.epoch, instant.write(instant.now())
        # Where even this cannot be written (a full disk), the report still says it.
        with contextlib.suppress(PmtuiError):
            await self._thread.run(lambda: run(ledger.note(epoch, state, reason, at, clean=True)))

    def _report(self, state: WorkerState) -> None:
        """Tell how things stand; between whole turns only as often as somebody can look."""
        turn = self._runner.turn
        upcoming = None if self._upcoming is None else (self._upcoming.source, self._upcoming.row.position)
        news = (state, self._heard, upcoming, None if turn is None else (turn.number, turn.point))
        if news == self._told or (state == self._told[0] == "running" and not self._outbox.calm):
            return
        self._told = news
        self._outbox.put(self._status(state, None))

    def _status(self, state: WorkerState, failure: FailureReport | None) -> Report:
        if not self._opened:
            return Report(state, os.getpid(), self._heard, failure=failure)
        turn, hit = self._runner.turn, self._hit
        return Report(
            state=state,
            pid=os.getpid(),
            heard=self._heard,
            turn=None if turn is None or not turn.picked else turn_report(turn),
            upcoming=upcoming_report(self._upcoming) if state == "paused" and self._turn is None else None,
            instance=None if turn is None or not turn.picked else instance_report(turn),
            counters=self._runner.state.counters + self._runner.counters,
            next_due=self._runner.next_due,
            clock=self._time(turn),
            stop=None if hit is None else StopReport(hit.breakpoint.number, hit.time, hit.breakpoint.deed),
            hits=self._matcher.hits,
            failure=failure,
        )

    def _time(self, turn: Turn | None) -> int:
        """What time it is for the event in hand, in microseconds since 1970."""
        if not isinstance(self._clock, VirtualClock):
            return instant.microseconds(instant.now())
        return max(self._clock.at, moment_of(turn.picked[-1].row) if turn is not None and turn.picked else 0)


def _advance(turn: AsyncGenerator[Point, None]) -> Point | None:
    try:
        return run(anext(turn))
    except StopAsyncIteration:
        return None


def main() -> int:
    """The process: its exit code."""
    return asyncio.run(_main())


def collect_garbage_seldom() -> None:
    """What was imported stays; collecting garbage over it again and again costs a twelfth of catching up."""
    gc.freeze()
    gc.set_threshold(50_000, 50, 100)


async def _main() -> int:
    # Handlers may print: what they say goes to standard error, so that nothing but reports is on the pipe.
    reports = os.dup(sys.stdout.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    os.register_at_fork(after_in_child=lambda: os.close(reports))  # what a handler forks may outlive us
    loop = asyncio.get_running_loop()
    commands = asyncio.StreamReader(limit=_LONGEST_COMMAND)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(commands), sys.stdin)
    begin = command_of(await commands.readline())
    if not isinstance(begin, Begin):
        raise TypeError("the first command must be Begin")
    if begin.virtual:
        os.nice(_BEHIND_THE_SCREEN)
    control = Control(begin)
    for signal_ in (signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(signal_, lambda: control.hear(Stop()))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # ctrl+c is for whoever started us, who will tell us
    listening = asyncio.create_task(_listen(commands, control))
    outbox = Outbox(reports, loop)
    collect_garbage_seldom()
    gc.enable()
    thread = await DatabaseThread.start()
    worker = Worker(begin, control, outbox, thread)
    try:
        code = await worker.run()
        outbox.flush(_LAST_WORDS)
        await worker.close()
    finally:
        await thread.stop()
        listening.cancel()
    return code


async def _listen(commands: asyncio.StreamReader, control: Control) -> None:
    while text := await commands.readline():
        control.hear(command_of(text))
    # The supervisor is gone. Finish the turn in hand; a handler that never ends must not keep the process alive.
    control.hear(Stop())
    asyncio.get_running_loop().call_later(_ORPHAN, os._exit, 1)
