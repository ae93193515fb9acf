"""What the supervisor wants of a worker, kept up to date by the commands that arrive."""

import asyncio

from pmtui.model.app import Receiver
from pmtui.model.point import Point
from pmtui.workers.protocol import (
    Advance,
    Begin,
    Command,
    CrashAt,
    GoOn,
    Look,
    Pause,
    PauseAt,
    SetReceivers,
    SetSpeed,
    Speed,
    Step,
    StepEvent,
    Stop,
)

_PHASES_OF_AN_EVENT = 4


class Control:
    """The wishes of the supervisor.

    Attributes:
        paused: whether nothing is done without a step.
        speed: how fast to go otherwise.
        crash_at, pause_at: the point to die or to pause at, as text; empty for none.
        receivers: by context; the runner reads this very dict.
        advance_to: how far virtual time was moved by hand, in microseconds since 1970.
        stopped: whether to end.
        heard: how many commands have been carried out.
    """

    def __init__(self, begin: Begin) -> None:
        self.paused = begin.paused
        self.speed: Speed = begin.speed
        self.crash_at = begin.crash_at
        self.pause_at = ""
        self.receivers: dict[str, Receiver] = {}
        self.advance_to = 0
        self.stopped = False
        self.heard = 0
        self._phases = 0
        self._to_the_end = False
        self._news = asyncio.Event()

    def hear(self, command: Command) -> None:
        """Carry out a command."""
        self.heard += 1
        match command:
            case Pause():
                self.paused = True
                self._phases, self._to_the_end = 0, False
            case Step():
                self._phases += self.paused
            case StepEvent():
                self._to_the_end = self.paused
            case GoOn():
                self.paused = False
                self._phases, self._to_the_end = 0, False
            case SetSpeed():
                self.speed = command.speed
            case CrashAt():
                self.crash_at = command.point
            case PauseAt():
                self.pause_at = command.point
            case SetReceivers():
                self.receivers.update(command.receivers)
            case Advance():
                self.advance_to = max(self.advance_to, command.to)
            case Stop():
                self.stopped = True
            case Look() | Begin():
                pass  # waking up is all it takes
        self._news.set()

    @property
    def may_go(self) -> bool:
        """Whether the next phase may be taken."""
        return not self.paused or self._phases > 0 or self._to_the_end

    @property
    def full_speed(self) -> bool:
        """Whether nobody waits at the points of a turn."""
        return not self.paused and self.speed == "max" and not self.pause_at

    @property
    def largest_turns(self) -> bool:
        """Whether turns of many events may be taken.

        Not while a crash is to come, which names a point in a turn of one event; unless it names one that only a
        larger turn has.
        """
        return self.full_speed and (not self.crash_at or Point.parse(self.crash_at).target is not None)

    def took_phase(self, point: str, *, ended: bool) -> None:
        """A phase was taken, to a point; `ended` if it was the last one of its event, or there was none to take."""
        self._phases = max(0, self._phases - 1)
        if self.pause_at and point == self.pause_at:
            self.paused, self.pause_at = True, ""
        if ended:
            self._to_the_end = False

    def rung(self) -> None:
        """A source may have something new."""
        self._news.set()

    async def changed(self, seconds: float | None = None) -> None:
        """Wait for the next command or bell, for at most so long."""
        try:
            async with asyncio.timeout(seconds):
                await self._news.wait()
        except TimeoutError:
            pass
        self._news.clear()

    async def pace(self) -> None:
        """Wait as long as the speed asks for after a phase, or until something is said."""
        if self.speed == "max" or self.pause_at:
            await asyncio.sleep(0)
        else:
            await self.changed(1.0 if self.speed == "phase" else 1 / (int(self.speed) * _PHASES_OF_AN_EVENT))
