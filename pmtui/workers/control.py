"""What the supervisor wants of a worker, kept up to date by the commands that arrive."""

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable

from pmtui.model.app import Receiver
from pmtui.workers.breakpoints.breakpoint import Breakpoint
from pmtui.workers.protocol import (
    Advance,
    Begin,
    Command,
    GoOn,
    Look,
    Pause,
    SetBreakpoints,
    SetReceivers,
    SetSpeed,
    Speed,
    Step,
    StepEvent,
    Stop,
)

_PHASES_OF_AN_EVENT = 4
_MOST = 100
"""More steps than these do not wait: who holds a key down does not mean the next hour."""


class Control:
    """The wishes of the supervisor.

    Attributes:
        paused: whether nothing is done without a step.
        speed: how fast to go otherwise.
        breakpoints: where to stop or to die.
        receivers: by context; the runner reads this very dict.
        advance_to: how far virtual time was moved by hand, in microseconds since 1970.
        stopped: whether to end.
        heard: how many commands have been carried out.
        seen: how many of them had been at the last `notice`.
        on_heard: called after each.
    """

    def __init__(self, begin: Begin) -> None:
        self.paused = begin.paused
        self.speed: Speed = begin.speed
        self.breakpoints: tuple[Breakpoint, ...] = begin.breakpoints
        self.receivers: dict[str, Receiver] = {}
        self.advance_to = 0
        self.stopped = False
        self.heard = self.seen = 0
        self._steps: deque[Step | StepEvent] = deque()
        self.on_heard: Callable[[], None] = lambda: None
        self._news = asyncio.Event()

    def hear(self, command: Command) -> None:
        """Carry out a command."""
        self.heard += 1
        match command:
            case Pause():
                self.paused = True
                self._steps.clear()
            case Step() | StepEvent():
                if self.paused and len(self._steps) < _MOST:
                    self._steps.append(command)
            case GoOn():
                self.paused = False
                self._steps.clear()
            case SetSpeed():
                self.speed = command.speed
            case SetBreakpoints():
                self.breakpoints = command.breakpoints
            case SetReceivers():
                self.receivers.update(command.receivers)
            case Advance():
                self.advance_to = max(self.advance_to, command.to)
            case Stop():
                self.stopped = True
            case Look() | Begin():
                pass  # waking up is all it takes
        self._news.set()
        self.on_heard()

    def halt(self) -> None:
        """Pause at a breakpoint: only phases that were asked for one by one are still taken."""
        self.paused = True
        self._steps = deque(step for step in self._steps if isinstance(step, Step))

    @property
    def may_go(self) -> bool:
        """Whether the next phase may be taken."""
        return not self.paused or bool(self._steps)

    @property
    def full_speed(self) -> bool:
        """Whether nobody waits at the points of a turn."""
        return not self.paused and self.speed == "max"

    @property
    def largest_turns(self) -> bool:
        """Whether turns of many events may be taken.

        Not while there are breakpoints, which are about one event; unless all name points that only a larger turn has.
        """
        return self.full_speed and all(each.in_larger_turns for each in self.breakpoints)

    def took_phase(self, *, ended: bool) -> None:
        """A phase was taken; `ended` if it was the last one of its event, or there was none to take."""
        if self._steps and (ended or isinstance(self._steps[0], Step)):
            self._steps.popleft()

    def notice(self) -> None:
        """Take note of what was said so far; only a later command ends the next wait."""
        self._news.clear()
        self.seen = self.heard

    @property
    def news(self) -> bool:
        """Whether anything was said since."""
        return self.heard != self.seen

    async def changed(self, seconds: float | None = None) -> None:
        """Wait for the next command, for at most so long."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._news.wait()

    async def pace(self) -> None:
        """Wait as long as the speed asks for after a phase, or until something is said."""
        if self.speed == "max":
            await asyncio.sleep(0)
        else:
            await self.changed(1.0 if self.speed == "phase" else 1 / (int(self.speed) * _PHASES_OF_AN_EVENT))
