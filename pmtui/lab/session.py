"""The lab's session: an app's managers under a person's hands."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from typing import TypeVar

from pmtui.handling.clock import written
from pmtui.lab.ground import Ground
from pmtui.lab.hand import Death
from pmtui.lab.rewinding import rewind
from pmtui.lab.settings import Options, Settings
from pmtui.lab.sitting import Sitting
from pmtui.model import instant
from pmtui.model.app import Receiver
from pmtui.model.errors import InputError
from pmtui.model.point import Point
from pmtui.storage.folder import DataFolder
from pmtui.storage.outside import OutsideEvent, append_outside, once_more
from pmtui.storage.sqlite.log import SqliteLog
from pmtui.storage.sqlite.moments import Moments
from pmtui.storage.sqlite.thread import DatabaseThread
from pmtui.view.closeup.lens import Progress as Looked
from pmtui.view.closeup.node import Closeup
from pmtui.view.closeup.subject import InstanceOf, ManagerOf, Subject
from pmtui.view.offers import Offer, offers
from pmtui.view.onlooker import Onlooker
from pmtui.view.pages import JournalEntry
from pmtui.view.past import PastReader
from pmtui.view.pictures import Pictures
from pmtui.view.reader import Reader
from pmtui.view.session import Jump
from pmtui.view.snapshot import Snapshot, Speed, receipts_of
from pmtui.workers.appfile import AppFile
from pmtui.workers.copies import Progress

_T = TypeVar("_T")


class LabSession(Onlooker):
    """See `pmtui.view.session.Session`; make one with `open`."""

    def __init__(self, found: AppFile, ground: Ground, options: Options, thread: DatabaseThread) -> None:
        self._found = found
        self._ground = ground
        self._thread = thread
        self._settings = Settings.of(found, options)
        receipts = receipts_of(self._settings.receivers)
        first = Snapshot(found.app.name, ground.mode, receipts, self._settings.speed, (), ())
        super().__init__(found.spec, Pictures(first))
        self._sitting = self._seat({})
        self._closed = False

    @classmethod
    async def open(cls, found: AppFile, source: DataFolder, options: Options, progress: Progress) -> "LabSession":
        """Make the scratch copy and start every manager's worker, paused.

        Args:
            found: the app.
            source: its data folder.
            options: how.
            progress: called from another thread while the copy is made.

        Raises:
            PmtuiError: one line; nothing is left behind.
        """
        thread = await DatabaseThread.start()
        ground = Ground(found.app, source)
        try:
            if not options.live:
                await thread.run(lambda: ground.copy(progress, from_start=options.from_start))
            session = cls(found, ground, options, thread)
        except BaseException:
            await thread.run(ground.remove)  # in that thread, where it waits for a copy that is still being made
            await thread.stop()
            raise
        try:
            await session._sitting.begin()
            if options.at is not None:
                await session.go_to(options.at)
        except BaseException:
            await session.close()
            raise
        return session

    def _seat(self, deaths: Mapping[str, Sequence[Death]]) -> Sitting:
        return Sitting(self._found, self._ground, self._settings, self._thread, self._pictures, deaths)

    async def close(self) -> None:
        """See `Session.close`."""
        if self._closed:
            return
        self._closed = True
        await self._sitting.end()
        await self._thread.run(self._ground.remove)
        await self._thread.stop()

    async def until(self, holds: Callable[[Snapshot], bool]) -> Snapshot:
        """Wait for a picture in which something holds."""
        return await self._pictures.until(holds)

    async def _read(self, function: Callable[[Reader], _T], /) -> _T:
        return await self._thread.run(lambda: function(self._sitting.eyes))

    def _beside(self, reader: Reader, manager: str) -> tuple[list[JournalEntry], int | None]:
        past = self._sitting.lookback if isinstance(reader, PastReader) else None
        return self._sitting.observer.beside(manager) if past is None else past.beside(manager)

    async def look(self, subject: Subject, progress: Looked) -> Closeup:
        """See `Session.look`."""
        if isinstance(subject, InstanceOf | ManagerOf):
            await self._read(lambda reader: reader.recall(subject.manager) if isinstance(reader, PastReader) else None)
        return await super().look(subject, progress)

    async def go_to(self, point: Point) -> None:
        """Let a manager run up to a point and pause there.

        Raises:
            InputError: it never comes there.
        """
        await self._sitting.hands.go_to(point, self._pictures.until)

    async def step(self, manager: str) -> None:
        """See `Session.step`."""
        self._sitting.hands.step(manager)

    async def step_event(self, manager: str) -> None:
        """See `Session.step_event`."""
        self._sitting.hands.step_event(manager)

    async def go_on(self, manager: str) -> None:  # noqa: ARG002  (those that wait for it go on with it)
        """See `Session.go_on`."""
        self._sitting.hands.go_on()

    async def pause(self, manager: str) -> None:
        """See `Session.pause`."""
        self._sitting.hands.pause(manager)

    async def crash(self, manager: str) -> None:
        """See `Session.crash`."""
        await self._sitting.hands.crash(manager)

    async def crash_at(self, manager: str, point: Point | None) -> None:
        """See `Session.crash_at`."""
        self._sitting.hands.crash_at(manager, point)

    async def restart(self, manager: str) -> None:
        """See `Session.restart`."""
        await self._sitting.restart(manager)

    def set_receipts(self, receiver: Receiver) -> None:
        """See `Session.set_receipts`."""
        self._sitting.hands.set_receipts(receiver)

    def set_speed(self, speed: Speed) -> None:
        """See `Session.set_speed`."""
        self._sitting.hands.set_speed(speed)

    async def add_breakpoint(self, text: str) -> int:
        """See `Session.add_breakpoint`."""
        number = self._settings.breakpoints.add(text)
        await self._changed_breakpoints()
        return number

    async def remove_breakpoint(self, number: int) -> None:
        """See `Session.remove_breakpoint`."""
        self._settings.breakpoints.remove(number)
        await self._changed_breakpoints()

    async def enable_breakpoint(self, number: int, on: bool) -> None:
        """See `Session.enable_breakpoint`."""
        self._settings.breakpoints.enable(number, on)
        await self._changed_breakpoints()

    async def _changed_breakpoints(self) -> None:
        """Let the workers know, then keep them."""
        self._sitting.hands.tell_breakpoints()
        await self._thread.run(self._settings.breakpoints.keep)

    async def offers(self, context: str) -> tuple[Offer, ...]:
        """See `Session.offers`."""
        return await self._thread.run(lambda: offers(self._sitting.reader, context))

    async def append(self, context: str, stream: str, type: str, data: str, *, missing: int = 0) -> int:
        """See `Session.append`."""
        event = OutsideEvent.checked(stream, type, data or "{}")
        return await self._append(context, lambda log, at: append_outside(log, event, at, missing=missing))

    async def append_again(self, context: str, position: int, *, same_id: bool) -> int:
        """See `Session.append_again`."""

        def again(log: SqliteLog, at: str) -> int:
            return append_outside(log, once_more(log, position, same_id=same_id), at)

        return await self._append(context, again)

    async def _append(self, context: str, write: Callable[[SqliteLog, str], int]) -> int:
        """Have something written to a log, at the lab's time."""
        if context not in self._found.app.contexts:
            raise InputError(f"no context {context!r}: there are {', '.join(self._found.app.contexts)}")
        clock = self.snapshot().clock
        recorded_at = instant.write(instant.now()) if clock is None else written(int(clock * 1e6))
        path = self._ground.folder.logs(self._found.app)[context]

        def work() -> int:
            with closing(SqliteLog.open(context, path, create=True)) as log:
                return write(log, recorded_at)

        position = await self._thread.run(work)
        self._sitting.changed()
        return position

    async def advance_clock(self, seconds: float) -> None:
        """See `Session.advance_clock`."""
        clock = self.snapshot().clock
        if self._ground.scratch is None:
            raise InputError("here time is real: nobody can move it on")
        if clock is None:
            raise InputError("the lab's time begins with its first event")
        after = await self._sitting.newest()
        self._sitting.hands.advance(int((clock + seconds) * 1e6), after)

    async def start_over(self) -> None:
        """See `Session.start_over`."""
        scratch = self._ground.scratch
        if scratch is None:
            raise InputError("the lab works on the data folder itself: there is nothing to start over from")
        await self._sitting.end()
        await self._thread.run(scratch.start_over)
        self._settings.breakpoints.count_from({})
        self._settings.advances.clear()
        self._sitting = self._seat({})
        await self._sitting.begin()

    async def travel(self, jump: Jump) -> str:
        """See `Session.travel`."""
        sitting = self._sitting
        return await sitting.look_back(lambda past: past.go(jump, sitting.live))

    async def travel_to(self, where: str, manager: str) -> str:
        """See `Session.travel_to`."""
        sitting = self._sitting
        return await sitting.look_back(lambda past: past.find(where, manager, sitting.live))

    async def present(self) -> None:
        """See `Session.present`."""
        await self._sitting.look_back(lambda past: past.leave())

    async def rewind(self) -> None:
        """See `Session.rewind`."""
        before, path = self._sitting, self._ground.moments
        moment = None if before.lookback is None else before.lookback.moment
        if path is None or moment is None:
            raise InputError("only a moment of the lab's past can be made the present: [ goes there")
        deaths = {name: hand.deaths_before(moment.id) for name, hand in before.hands.by_name.items()}
        before.hands.disarm()
        settings = self._settings
        settings.advances = [(after, upto) for after, upto in settings.advances if after < moment.id]
        await before.end()
        loop = asyncio.get_running_loop()

        def progress(what: str, done: float) -> None:
            notice = f"Rewinding {what}, {done:.0%} done …"
            loop.call_soon_threadsafe(lambda: self._pictures.show(replace(before.live, notice=notice)))

        def back() -> dict[str, Mapping[int, int]]:
            with closing(Moments.open(path)) as moments:
                rewind(self._found.app, self._ground.folder, moments, moment, progress)
                lasts = {name: moments.of(name, moment.id) for name in deaths}
            return {name: last.hits for name, last in lasts.items() if last is not None}

        settings.breakpoints.count_from(await self._thread.run(back))
        self._sitting = self._seat(deaths)
        await self._sitting.begin(before.observer)
