"""The lab from one beginning to its end: files are open, workers at work, and pictures made of both."""

import asyncio
import contextlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TypeVar

from pmtui.lab.clock import LabClock
from pmtui.lab.ground import Ground
from pmtui.lab.hand import Death
from pmtui.lab.hands import Hands
from pmtui.lab.lookback import Lookback
from pmtui.lab.observer import Observer
from pmtui.lab.settings import Settings
from pmtui.model.errors import InputError, PmtuiError
from pmtui.storage.sqlite.thread import DatabaseThread
from pmtui.view.pictures import Pictures
from pmtui.view.reader import Reader
from pmtui.view.safe import safe
from pmtui.view.snapshot import Snapshot
from pmtui.workers.appfile import AppFile

_LOOK_SECONDS = 0.5
_STEPPING_SECONDS = 0.02
_GOING_SECONDS = 0.2
"""Pictures are at least so far apart: while a person steps, and while managers go."""
_T = TypeVar("_T")


class Sitting:
    """Starting over and rewinding end one and begin the next.

    Args:
        found: the app.
        ground: where it works.
        settings: what is set in the lab.
        thread: where files are read.
        pictures: shown from now on.
        deaths: the crashes and failures of each manager until now.

    Attributes:
        hands: the managers.
        reader: of the files, as of now.
        observer: who makes pictures of them.
        lookback: the person's place in the past; None where nobody remembers it.
        live: the newest picture of now, also while a person looks back.
    """

    def __init__(
        self,
        found: AppFile,
        ground: Ground,
        settings: Settings,
        thread: DatabaseThread,
        pictures: Pictures,
        deaths: Mapping[str, Sequence[Death]],
    ) -> None:
        pictures.begin_anew()
        self.live = pictures.newest
        self.hands = Hands(found, ground, settings, deaths, self.changed, self._redraw)
        self.reader = Reader(found.app, ground.folder)
        self.observer = Observer(self.reader, self.hands.by_name, ground.mode)
        self.lookback: Lookback | None = None
        self._moments = ground.moments
        self._settings = settings
        self._thread = thread
        self._pictures = pictures
        self._draw: Callable[[], Snapshot] = lambda: self.live
        """The last picture once more, with what is set as it is now."""
        self._clock = LabClock(self.hands.by_name, self.hands.settled, self._time_passes)
        self._changes = asyncio.Event()
        self._burying = asyncio.Lock()
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def eyes(self) -> Reader:
        """Of the files as of now, or of the moment that is looked at; in the database thread."""
        past = None if self.lookback is None else self.lookback.reader
        return past or self.reader

    async def begin(self, before: Observer | None = None) -> None:
        """Start all workers, paused, and wait until each has said where it stands.

        Args:
            before: where the files were taken back in time, whoever counted until then.

        Raises:
            PmtuiError: one line; `end` is still to be called.
        """
        if self._moments is not None:
            path, hands = self._moments, self.hands.by_name
            self.lookback = await self._thread.run(lambda: Lookback(self.reader, path, hands, self.observer))
        await self._thread.run(lambda: self._take_stock(before))
        for name in self.hands.by_name:
            await self.hands.start(name)
        for work in (self._refresh(), self._clock.run()):
            self._tasks.append(asyncio.create_task(work))
            self._pictures.made_by(self._tasks[-1])
        await self._pictures.until(_all_there)
        if self.lookback is not None:
            await self._thread.run(self.lookback.begin)

    def _take_stock(self, before: Observer | None) -> None:
        if before is None or self.lookback is None:
            self.observer.take_stock()
        else:
            self.observer.begin_as(before, self.lookback.moments.newest())

    async def end(self) -> None:
        """End the workers and close all files; safe to call twice, and after a beginning that failed."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []
        if self.lookback is not None:
            await self._thread.run(self.lookback.close)
            self.lookback = None
        await self._thread.run(self.reader.close)  # first: the last writer to close leaves no write-ahead log
        await self.hands.end()

    def changed(self) -> None:
        """Something has: there is a picture to make, and time may have waited for it."""
        self._changes.set()
        self._clock.look()

    def _time_passes(self) -> bool:
        return self.hands.going and self._moments is not None

    async def _refresh(self) -> None:
        """Make a new picture whenever something changed, at most so often, and now and then anyway."""
        while True:
            self._changes.clear()
            try:
                await self._bury()
                picture = await self._picture()
            except PmtuiError as error:
                if not self.live.managers:
                    raise  # there never was a picture, and who waits for the first would wait for ever
                picture = replace(self.live, notice=safe(str(error)))
            self._show(picture)
            await asyncio.sleep(_GOING_SECONDS if self.hands.going else _STEPPING_SECONDS)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_LOOK_SECONDS):
                    await self._changes.wait()

    def _show(self, picture: Snapshot) -> None:
        """Show a picture of the present, or, where a person looks back, go on showing what they look at."""
        self.live = picture
        then = None if self.lookback is None else self.lookback.picture
        self._pictures.show(picture if then is None else then)

    def _redraw(self) -> None:
        """Show what is set as it is now, at once, and look again."""
        self._show(self._draw())
        self._changes.set()

    async def _picture(self) -> Snapshot:
        hands = self.hands.by_name
        reports = {name: hand.report for name, hand in hands.items()}
        pulled = await self._thread.run(lambda: self.observer.pull(reports))
        for name, hand in hands.items():
            report = reports[name]
            if report is not None and (hand.worker is None or hand.worker.pid != report.pid):
                reports[name] = None  # said by the one before; the one that was started meanwhile said nothing yet
        crashes = self.hands.crashes
        self._draw = lambda: self.observer.snapshot(pulled, reports, self._settings, crashes)
        return self._draw()

    async def _bury(self) -> None:
        async with self._burying:  # a restart waits until the story of the one before is told
            for name, hand in self.hands.by_name.items():
                if hand.worker is not None and hand.worker.died is not None and not hand.worker.buried:
                    hand.worker.buried = True
                    await self._thread.run(partial(self.observer.bury, name, await self.newest()))
                    self._settings.breakpoints.set_crash_point(name, None)  # once, and now it has died

    async def newest(self) -> int:
        """The number of the newest moment; 0 where none is remembered."""
        return 0 if self.lookback is None else await self._thread.run(self.lookback.moments.newest)

    async def restart(self, manager: str) -> None:
        """See `Session.restart`."""
        hand = self.hands.by_name[manager]
        if hand.worker is not None and hand.report is not None and hand.report.state in ("failed", "stopped"):
            await hand.worker.ended()  # it has said its last word
        if hand.dead:
            await self._bury()
            await self.hands.start(manager)
            self.changed()

    async def look_back(self, go: Callable[[Lookback], _T]) -> _T:
        """Pause, go to another moment, or to the present, and show it.

        Args:
            go: goes there; called in the database thread.

        Raises:
            InputError: nobody remembers the past here.
        """
        lookback = self.lookback
        if lookback is None:
            raise InputError("only a lab on a scratch copy remembers its past")
        if self.hands.going:
            self.hands.pause(next(iter(self.hands.by_name)))
        told = await self._thread.run(lambda: go(lookback))
        self._show(self.live)
        return told


def _all_there(now: Snapshot) -> bool:
    return bool(now.managers) and all(manager.state != "starting" for manager in now.managers)
