"""What a worker does in the database thread: its files, one runner, and how far that goes at a time."""

import os
import time
from collections.abc import AsyncGenerator
from pathlib import Path

from pmtui.handling.clock import Clock
from pmtui.handling.drive import run
from pmtui.handling.runner import LARGEST_TURN, Runner
from pmtui.handling.sources import Picked, moment_of
from pmtui.handling.turn import Turn
from pmtui.model import instant
from pmtui.model.errors import PmtuiError
from pmtui.model.point import Point
from pmtui.storage.folder import DataFolder
from pmtui.storage.sqlite.listener import Listener
from pmtui.workers.appfile import load
from pmtui.workers.breakpoints.matching import Hit, Matcher
from pmtui.workers.control import Control
from pmtui.workers.protocol import Begin
from pmtui.workers.stores import Stores

_POLL = 0.25
"""Seconds between looks at the sources while there is nothing to do and no bell rings."""
_HOP = 0.02
"""Seconds that turns of one event may follow one another before their outcome is reported."""


class Driver:
    """Drives one manager's runner. Everything but the attributes belongs to the database thread.

    Args:
        begin: what to run.
        control: what the supervisor wants.
        clock: the time that timers go by.

    Attributes:
        opened: whether the runner has started.
        runner: there as soon as it is opened.
        between: whether no turn is in hand.
        hit: the breakpoint at the point reached last.
    """

    def __init__(self, begin: Begin, control: Control, clock: Clock) -> None:
        self.opened = False
        self.runner: Runner
        self.hit: Hit | None = None
        self._begin = begin
        self._control = control
        self._clock = clock
        self._matcher = Matcher(begin.hits)
        self._stores: Stores | None = None
        self._listener: Listener
        self._points: AsyncGenerator[Point, None] | None = None

    @property
    def turn(self) -> Turn | None:
        """The turn in hand, or the last one."""
        return self.runner.turn if self.opened else None

    @property
    def between(self) -> bool:
        """Whether no turn is in hand."""
        return self._points is None

    @property
    def hits(self) -> dict[int, int]:
        """How often each breakpoint was met, by its number."""
        return self._matcher.hits

    def open(self) -> None:
        """Open the files and start the runner.

        Raises:
            PmtuiError: the app or its files are not as they must be.
        """
        begin, control = self._begin, self._control
        found = load(begin.app)
        manager = found.app.managers.get(begin.manager)
        if manager is None:
            raise PmtuiError(f"{begin.app}: no manager called {begin.manager} any more")
        folder = DataFolder(Path(begin.data), plain=begin.virtual)
        moments = Path(begin.moments) if begin.moments else None
        stores = self._stores = Stores(found.app, manager.name, folder, moments=moments)
        if stores.memory is not None:
            stores.memory.hits = self._matcher.hits
        self._listener = Listener(log.database.bell for name, log in stores.logs.items() if name in manager.sources)
        control.on_heard = self._listener.wake
        control.receivers = {
            name: begin.receivers.get(name, context.receiver) for name, context in found.app.contexts.items()
        } | control.receivers
        self.runner = Runner(
            found.app,
            manager,
            logs=stores.logs,
            ledger=stores.ledger,
            clock=self._clock,
            receivers=control.receivers,
            scavenges=moments is None,
        )
        run(self.runner.start(os.getpid(), instant.write(instant.now())))
        self.opened = True

    def wait(self) -> None:
        """Wait for a command or a source's bell, for as long as nobody needs to look.

        A bell that rang before, back to the last look and further, ends it at once, and so does a command.
        """
        self._wait(_POLL)

    def wait_when_dry(self) -> None:
        """The same, but sooner where a timer comes due by the wall before."""
        due = self.runner.next_due
        seconds = _POLL if due is None or self._begin.virtual else min(_POLL, max(0.0, due / 1e6 - time.time()))
        self._wait(seconds)

    def look(self) -> Picked | None:
        """The event that comes next; None while there is none, or where a timer comes before it."""
        self._catch_up()
        picked, due = run(self.runner.upcoming()), self.runner.next_due
        if picked is None or due is None:
            return picked
        moment = moment_of(picked.row)
        return None if due < moment and due <= self._clock.horizon(moment) else picked

    def turns_after_news(self) -> bool:
        """Wait for news, and take the turns of a bell at once, without a hop before them; whether there were any."""
        self.wait_when_dry()
        return not self._control.news and self.whole_turns()

    def whole_turns(self) -> bool:
        """A turn in one hop, and those after it whose events are read already, until somebody says something.

        No more events than the largest turn has, so that reports come as often as when turns are large. False once
        there is nothing left to do.
        """
        left, until = LARGEST_TURN, time.monotonic() + _HOP
        while self._whole_turn():
            left -= self.runner.turn.size if self.runner.turn is not None else 0
            if (
                left <= 0
                or self.hit is not None
                or not self.runner.more
                or self._control.news
                or not self._control.full_speed
                or time.monotonic() > until
            ):
                return True
        return False

    def next_point(self) -> bool:
        """To the next point, of the turn in hand or of a new one; whether there was one."""
        if self._points is None:
            self._points = self.runner.take(LARGEST_TURN if self._control.largest_turns else 1)
        self._matcher.set(self._control.breakpoints, self.runner.turn)
        self.hit = None
        found, turn = _advance(self._points) is not None, self.runner.turn
        if found and turn is not None:
            self.hit = self._matcher.hit(turn)
            self._remember()
        if not found or (turn is not None and turn.finished):
            _advance(self._points)  # nothing comes after the last point but the generator's end
            self._points = None
        return found

    def note(self, state: str, reason: str) -> None:
        """Write in the ledger how the worker ended, if it ever began.

        Raises:
            PmtuiError: it cannot be written.
        """
        if self._stores is not None and self.opened:
            at = instant.write(instant.now())
            run(self._stores.ledger.note(self.runner.state.epoch, state, reason, at, clean=True))

    def close(self) -> None:
        """Close the files."""
        if self._stores is not None:
            self._stores.close()
            self._listener.close()

    def _wait(self, seconds: float) -> None:
        if not self._control.news:
            self._listener.wait(seconds)

    def _whole_turn(self) -> bool:
        """A turn from its first point to its last, or to a breakpoint; whether there was one."""
        if self._control.breakpoints:
            found = self.next_point()
            while self._points is not None and self.hit is None:
                self.next_point()
            return found
        self.hit = None
        self._points = self.runner.take(LARGEST_TURN)
        found = run(self._straight_through(self._points))
        self._points = None
        if not found:
            self._catch_up()
        return found

    async def _straight_through(self, points: AsyncGenerator[Point, None]) -> bool:
        found = False
        async for _ in points:
            found = True
            self._remember()
        return found

    def _remember(self) -> None:
        """In a lab: how everything stands, if the turn in hand is saved by now."""
        memory = None if self._stores is None else self._stores.memory
        if memory is not None and self.runner.turn is not None:
            memory.reached(self.runner.turn, calm=self.hit is not None or not self._control.full_speed)

    def _catch_up(self) -> None:
        if self._stores is not None and self._stores.memory is not None:
            self._stores.memory.catch_up()


def _advance(points: AsyncGenerator[Point, None]) -> Point | None:
    try:
        return run(anext(points))
    except StopAsyncIteration:
        return None
