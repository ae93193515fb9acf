"""The lab's session: an app's managers under a person's hands."""

import asyncio
import contextlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Literal, TypeVar

from pmtui.handling.clock import written
from pmtui.lab.breakpoints import Breakpoints
from pmtui.lab.clock import LabClock
from pmtui.lab.hand import Hand
from pmtui.lab.lookback import Lookback
from pmtui.lab.observer import Observer
from pmtui.lab.rewinding import rewind
from pmtui.lab.scratch import Scratch
from pmtui.model import instant
from pmtui.model.app import Receiver
from pmtui.model.errors import InputError, PmtuiError
from pmtui.model.point import Point
from pmtui.storage.folder import DataFolder
from pmtui.storage.outside import OutsideEvent, append_outside, once_more
from pmtui.storage.sqlite.log import SqliteLog
from pmtui.storage.sqlite.moments import Moments
from pmtui.storage.sqlite.thread import DatabaseThread
from pmtui.view.closeup.lens import Lens
from pmtui.view.closeup.lens import Progress as Looked
from pmtui.view.closeup.node import Closeup
from pmtui.view.closeup.subject import InstanceOf, ManagerOf, Subject
from pmtui.view.finding.query import Query
from pmtui.view.finding.search import Direction, Found, search_journal, search_log
from pmtui.view.handled import handled_page
from pmtui.view.journal import journal_page, journal_rows
from pmtui.view.logpage import log_page, log_rows
from pmtui.view.offers import Offer, offers
from pmtui.view.pages import HandledPage, JournalEntry, JournalPage, Key, LogPage, LogRow, Place
from pmtui.view.past import PastReader
from pmtui.view.reader import Reader
from pmtui.view.safe import safe
from pmtui.view.session import Jump, Session
from pmtui.view.snapshot import ManagerView, Snapshot, Speed
from pmtui.workers.appfile import AppFile
from pmtui.workers.breakpoints.breakpoint import at_point
from pmtui.workers.copies import Progress
from pmtui.workers.protocol import (
    Advance,
    Command,
    GoOn,
    Pause,
    SetBreakpoints,
    SetReceivers,
    SetSpeed,
    Step,
    StepEvent,
)
from pmtui.workers.stores import log_files
from pmtui.workers.supervisor import Supervisor

_LOOK_SECONDS = 0.5
_STEPPING_SECONDS = 0.02
_GOING_SECONDS = 0.2
"""Pictures are at least so far apart: while a person steps, and while managers go."""


@dataclass(frozen=True, slots=True)
class Options:
    """How the lab is opened.

    Attributes:
        from_start: without the ledgers and what the app's managers appended.
        receiver: for all contexts, in place of what the app says.
        receivers: the same for each context that it has.
        at: a point to go to before the person takes over.
        live: on the data folder itself.
        crashes: points at which workers are to die; each worker has the next one of its manager set.
        keep: whether breakpoints are kept from one lab of this app to the next.
    """

    from_start: bool = False
    receiver: Receiver | None = None
    at: Point | None = None
    live: bool = False
    receivers: Mapping[str, Receiver] = field(default_factory=dict)
    crashes: tuple[Point, ...] = ()
    keep: bool = False


_T = TypeVar("_T")


class LabSession:
    """See `pmtui.view.session.Session`; make one with `open`."""

    def __init__(self, found: AppFile, source: DataFolder, options: Options, thread: DatabaseThread) -> None:
        self._found = found
        self._source = source
        self._thread = thread
        self._scratch: Scratch | None = None
        self._speed: Speed = "4"
        self._going = False
        self._advanced = 0
        """How far time was moved on by hand, in microseconds since 1970; a new worker does not know."""
        self._receivers: dict[str, Receiver] = {
            name: options.receivers.get(name) or options.receiver or context.receiver
            for name, context in found.app.contexts.items()
        }
        self._crashes = options.crashes
        self._mode: Literal["lab", "live"] = "live" if options.live else "lab"
        self._snapshot = Snapshot(found.app.name, self._mode, "exact", "4", (), ())
        self._live = self._snapshot
        self._changes = asyncio.Event()
        self._published = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._closed = False
        self._broken: BaseException | None = None
        self._draw: Callable[[], Snapshot] = self.snapshot
        """The last picture once more, with receivers and speed as they are now."""
        self._burying = asyncio.Lock()
        self._breakpoints = Breakpoints(found, keep=options.keep)
        self._hands: dict[str, Hand]
        self._reader: Reader
        self._observer: Observer
        self._lookback: Lookback | None = None
        self._crashes_before: dict[str, int] = {}
        self._clock: LabClock
        self._supervisor: Supervisor

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
        session = cls(found, source, options, thread)
        try:
            if not options.live:
                await thread.run(lambda: session._copy(progress, from_start=options.from_start))
            await session._begin()
            if options.at is not None:
                await session.go_to(options.at)
        except BaseException:
            await session.close()
            raise
        return session

    def _copy(self, progress: Progress, *, from_start: bool) -> None:
        """In the database thread, where `_remove` waits for it even if nobody else does any more."""
        self._scratch = Scratch.make(self._found.app, self._source, from_start=from_start, progress=progress)

    def _remove(self) -> None:
        if self._scratch is not None:
            self._scratch.remove()

    @property
    def _folder(self) -> DataFolder:
        return self._source if self._scratch is None else DataFolder(self._scratch.path)

    async def _begin(self, before: Observer | None = None, after: int = 0) -> None:
        """Open everything and start all workers, paused.

        Args:
            before: where the files were taken back in time, whoever counted until then; the hands are as they were.
            after: the number of the moment that they were taken back to.
        """
        app = self._found.app
        files = log_files(app, self._folder, scratch=self._scratch is not None)
        deaths = {} if before is None else {name: hand.deaths for name, hand in self._hands.items()}
        self._hands = {name: Hand(each, deaths=deaths.get(name, [])) for name, each in app.managers.items()}
        for point in self._crashes:
            self._hands[point.manager].crashes.append(str(point))
        died = [name for name, hand in self._hands.items() for death in hand.deaths if death.crash]
        for name in died:
            if self._hands[name].crashes:
                self._hands[name].crashes.popleft()
        self._crashes_before = {name: died.count(name) for name in died}
        self._snapshot = replace(self._snapshot, managers=(), past=None, version=self._snapshot.version + 1)
        self._draw = self.snapshot
        self._reader = Reader(app, files, self._folder)
        self._observer = Observer(app, self._reader, self._hands, self._mode)
        self._supervisor = Supervisor(
            self._found,
            self._folder.path,
            receivers=self._receivers,
            virtual=self._scratch is not None,
            moments=None if self._scratch is None else self._scratch.moments,
            restart=False,
            errors=asyncio.subprocess.DEVNULL,
            on_change=self._noticed,
        )
        self._clock = LabClock(self._hands, self._supervisor.settled, lambda: self._going and self._scratch is not None)
        observer = self._observer
        await self._thread.run(observer.take_stock if before is None else lambda: observer.begin_as(before, after))
        if self._scratch is not None:
            path, hands = self._scratch.moments, self._hands
            self._lookback = await self._thread.run(lambda: Lookback(app, path, files, self._folder, hands, observer))
        for name in self._hands:
            await self._start(name)
        self._tasks = [asyncio.create_task(self._refresh()), asyncio.create_task(self._clock.run())]
        for task in self._tasks:
            task.add_done_callback(self._broke)
        await until(self, _all_there)
        if self._lookback is not None:
            lookback, reader = self._lookback, self._reader
            await self._thread.run(lambda: lookback.begin(reader))

    def _noticed(self) -> None:
        for name, hand in self._hands.items():
            self._look_for_stop(name, hand)
        self._changes.set()
        self._clock.look()

    async def go_to(self, point: Point) -> None:
        """Let a manager run up to a point and pause there.

        Raises:
            InputError: it never comes there.
        """
        hand = self._hands.get(point.manager)
        if hand is None or hand.worker is None:
            raise InputError(f"{point}: no manager {point.manager!r}; there are {', '.join(self._hands)}")
        worker = hand.worker
        worker.tell(SetBreakpoints((at_point(point, "pause"),)))
        worker.tell(SetSpeed("max"))
        number = worker.tell(GoOn())

        def halted(_: Snapshot) -> bool:
            report = hand.report
            return hand.dead or (report is not None and report.heard >= number and report.state != "running")

        await until(self, halted)
        while not hand.dead and self._scratch is not None and worker.report is not None:
            if worker.report.state != "idle" or worker.report.next_due is None:
                break
            number = worker.tell(Advance(worker.report.next_due))  # all is dry: on to the next timer
            await until(self, halted)
        worker.tell(SetSpeed(self._speed))
        worker.tell(SetBreakpoints(self._breakpoints.active))
        if worker.report is None or worker.report.turn is None or worker.report.turn.point != str(point):
            raise InputError(f"{point} was never reached")
        await until(self, lambda now: _stands_at(now.manager(point.manager), point))

    def _broke(self, task: "asyncio.Task[None]") -> None:
        """A fault of ours in the background ends the session, loudly: whoever waits for it gets the exception."""
        if not task.cancelled():
            self._broken = task.exception()
            self._published.set()

    async def _start(self, manager: str) -> None:
        hand = self._hands[manager]
        if hand.crashes and not self._breakpoints.crash_point(manager):
            self._breakpoints.set_crash_point(manager, Point.parse(hand.crashes.popleft()))
        await self._supervisor.start(
            manager,
            paused=not self._going,
            speed=self._speed,
            breakpoints=self._breakpoints.active,
            hits=self._breakpoints.hits(manager),
        )
        hand.worker = self._supervisor.workers[manager]
        if self._advanced:
            hand.worker.tell(Advance(self._advanced))

    def snapshot(self) -> Snapshot:
        """See `Session.snapshot`."""
        return self._snapshot

    async def changed(self, after: int) -> Snapshot:
        """See `Session.changed`."""
        while self._snapshot.version <= after:
            published = self._published
            await published.wait()
            if self._broken is not None:
                raise self._broken
        return self._snapshot

    async def _refresh(self) -> None:
        """Make a new picture whenever something changed, at most so often, and now and then anyway."""
        while True:
            self._changes.clear()
            try:
                await self._bury()
                picture = await self._picture()
            except PmtuiError as error:
                picture = replace(self._live, notice=safe(str(error)))
            self._publish(picture)
            await asyncio.sleep(_GOING_SECONDS if self._going else _STEPPING_SECONDS)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_LOOK_SECONDS):
                    await self._changes.wait()

    def _publish(self, picture: Snapshot) -> None:
        """Show a picture of the present, or, where a person looks back, go on showing what they look at."""
        self._live = picture
        if self._lookback is not None and self._lookback.picture is not None:
            picture = self._lookback.picture
        if picture != self._snapshot:
            self._snapshot = replace(picture, version=self._snapshot.version + 1)
            published, self._published = self._published, asyncio.Event()
            published.set()

    async def _bury(self) -> None:
        async with self._burying:  # a restart waits until the story of the one before is told
            for name, hand in self._hands.items():
                if hand.worker is not None and hand.worker.died is not None and not hand.worker.buried:
                    hand.worker.buried = True
                    lookback = self._lookback
                    after = 0 if lookback is None else await self._thread.run(lookback.moments.newest)
                    await self._thread.run(partial(self._observer.bury, name, after))
                    self._breakpoints.set_crash_point(name, None)  # once, and now it has died

    async def _picture(self) -> Snapshot:
        reports = {name: hand.report for name, hand in self._hands.items()}
        pulled = await self._thread.run(lambda: self._observer.pull(reports))
        for name, hand in self._hands.items():
            report = reports[name]
            if report is not None and (hand.worker is None or hand.worker.pid != report.pid):
                reports[name] = None  # said by the one before; the one that was started meanwhile said nothing yet
        before = self._crashes_before
        crashes = {name: number + before.get(name, 0) for name, number in self._supervisor.crashes.items()}

        def draw() -> Snapshot:
            return self._observer.snapshot(pulled, reports, self._receivers, self._speed, crashes, self._breakpoints)

        self._draw = draw
        return draw()

    async def log_page(
        self, context: str, limit: int, *, after: int | None = None, before: int | None = None
    ) -> LogPage:
        """See `Session.log_page`."""
        return await self._thread.run(lambda: log_page(self._eyes, context, limit, after, before))

    async def journal_page(self, manager: str, limit: int, *, before: Key | None = None) -> JournalPage:
        """See `Session.journal_page`."""

        def read(reader: Reader) -> JournalPage:
            page = journal_page(reader, manager, limit, before, *self._beside(manager))
            return _marked(page) if isinstance(reader, PastReader) and before is None else page

        return await self._read(read)

    async def handled_page(self, limit: int, *, before: Place | None = None, after: Place | None = None) -> HandledPage:
        """See `Session.handled_page`."""
        return await self._thread.run(lambda: handled_page(self._eyes, self._beside, limit, before=before, after=after))

    async def search_log(self, context: str, query: Query, place: int, direction: Direction, rows: int) -> Found:
        """See `Session.search_log`."""
        return await self._read(lambda reader: search_log(reader, context, query, place, direction, rows))

    async def search_journal(self, manager: str, query: Query, place: int, direction: Direction, rows: int) -> Found:
        """See `Session.search_journal`."""
        return await self._read(lambda reader: search_journal(reader, manager, query, place, direction, rows))

    async def log_rows(self, context: str, positions: Sequence[int]) -> tuple[LogRow, ...]:
        """See `Session.log_rows`."""
        return await self._read(lambda reader: log_rows(reader, context, positions))

    async def journal_rows(self, manager: str, ids: Sequence[int]) -> tuple[JournalEntry, ...]:
        """See `Session.journal_rows`."""
        return await self._thread.run(lambda: journal_rows(self._eyes, manager, ids, self._beside(manager)[1]))

    def _beside(self, manager: str) -> tuple[list[JournalEntry], int | None]:
        """What the journal that is shown does not have itself; see `Observer.beside`. In the database thread."""
        past = self._lookback if self._lookback is not None and self._lookback.reader is not None else None
        return self._observer.beside(manager) if past is None else past.beside(manager)

    async def look(self, subject: Subject, progress: Looked) -> Closeup:
        """See `Session.look`."""
        if isinstance(subject, InstanceOf | ManagerOf):
            await self._read(lambda reader: reader.recall(subject.manager) if isinstance(reader, PastReader) else None)
        return await Lens(self._read, self._found.spec).look(subject, progress)

    async def _read(self, function: Callable[[Reader], _T]) -> _T:
        """Read in the database thread, as of now or of the moment that is looked at."""
        return await self._thread.run(lambda: function(self._eyes))

    @property
    def _eyes(self) -> Reader:
        past = None if self._lookback is None else self._lookback.reader
        return past or self._reader

    def _tell(self, manager: str, command: Command) -> None:
        worker = self._hands[manager].worker
        if worker is not None:
            worker.tell(command)

    def _tell_all(self, command: Command) -> None:
        for name in self._hands:
            self._tell(name, command)

    def _hold_others(self, manager: str) -> None:
        """While one manager is stepped the others wait."""
        if self._going:
            self._going = False
            self._tell_all(Pause())
        for name, hand in self._hands.items():
            hand.held = name != manager

    async def step(self, manager: str) -> None:
        """See `Session.step`."""
        self._hold_others(manager)
        self._to_next_timer(manager)
        self._tell(manager, Step())

    async def step_event(self, manager: str) -> None:
        """See `Session.step_event`."""
        self._hold_others(manager)
        self._to_next_timer(manager)
        self._tell(manager, StepEvent())

    def _to_next_timer(self, manager: str) -> None:
        """If there is nothing else to do, the next thing to happen is its next timer."""
        report = self._hands[manager].report
        if report is None or report.next_due is None or self._scratch is None:
            return
        between = report.turn is None or report.turn.finished
        if report.state == "paused" and between and report.upcoming is None:
            self._tell(manager, Advance(report.next_due))

    async def go_on(self, manager: str) -> None:  # noqa: ARG002  (those that wait for it go on with it)
        """See `Session.go_on`."""
        self._going = True
        for hand in self._hands.values():
            hand.held = False
        self._tell_all(GoOn())
        self._changes.set()

    async def pause(self, manager: str) -> None:
        """See `Session.pause`."""
        self._going = False
        for name, hand in self._hands.items():
            hand.held = name != manager
        self._tell_all(Pause())
        self._changes.set()

    async def crash(self, manager: str) -> None:
        """See `Session.crash`."""
        if not self._hands[manager].dead:
            await self._supervisor.kill(manager)
            self._changes.set()

    async def crash_at(self, manager: str, point: Point | None) -> None:
        """See `Session.crash_at`."""
        hand = self._hands[manager]
        if point is not None and point.manager != manager:
            raise InputError(f"{point} is a point of {point.manager}, not of {manager}")
        if point is not None and point.source not in hand.manager.sources:
            raise InputError(f"{manager} does not read {point.source}: it reads {', '.join(hand.manager.sources)}")
        self._breakpoints.set_crash_point(manager, point)
        self._tell_breakpoints()

    async def add_breakpoint(self, text: str) -> int:
        """See `Session.add_breakpoint`."""
        number = self._breakpoints.add(text)
        await self._changed_breakpoints()
        return number

    async def remove_breakpoint(self, number: int) -> None:
        """See `Session.remove_breakpoint`."""
        self._breakpoints.remove(number)
        await self._changed_breakpoints()

    async def enable_breakpoint(self, number: int, on: bool) -> None:
        """See `Session.enable_breakpoint`."""
        self._breakpoints.enable(number, on)
        await self._changed_breakpoints()

    async def _changed_breakpoints(self) -> None:
        """Let the workers know, then keep them."""
        self._tell_breakpoints()
        await self._thread.run(self._breakpoints.keep)

    def _tell_breakpoints(self) -> None:
        self._tell_all(SetBreakpoints(self._breakpoints.active))
        self._publish(self._draw())
        self._changes.set()

    def _look_for_stop(self, manager: str, hand: Hand) -> None:
        """Where a worker has stopped at a breakpoint, the others wait too."""
        if hand.report is not None:
            self._breakpoints.counted(manager, hand.report.hits)
        stop = hand.new_stop()
        if stop is None:
            return
        hand.why = self._breakpoints.met(stop)
        if stop.deed == "crash":
            self._tell_breakpoints()  # they are for once
        elif self._going:
            self._hold_others(manager)

    async def restart(self, manager: str) -> None:
        """See `Session.restart`."""
        hand = self._hands[manager]
        if hand.worker is not None and hand.report is not None and hand.report.state in ("failed", "stopped"):
            await hand.worker.ended()  # it has said its last word
        if hand.dead:
            await self._bury()
            await self._start(manager)
            self._changes.set()

    async def start_over(self) -> None:
        """See `Session.start_over`."""
        scratch = self._scratch
        if scratch is None:
            raise InputError("the lab works on the data folder itself: there is nothing to start over from")
        await self._end()
        await self._thread.run(scratch.start_over)
        self._going = False
        self._breakpoints.forget_hits()
        self._advanced = 0
        await self._begin()

    async def travel(self, jump: Jump) -> str:
        """See `Session.travel`."""
        lookback = await self._look_back()
        return await self._shown(lambda: lookback.go(jump, self._live, self._reader))

    async def travel_to(self, where: str, manager: str) -> str:
        """See `Session.travel_to`."""
        lookback = await self._look_back()
        return await self._shown(lambda: lookback.find(where, manager, self._live))

    async def present(self) -> None:
        """See `Session.present`."""
        lookback = await self._look_back()
        await self._shown(lookback.leave)

    async def _look_back(self) -> Lookback:
        if self._lookback is None:
            raise InputError("only a lab on a scratch copy remembers its past")
        if self._going:
            await self.pause(next(iter(self._hands)))
        return self._lookback

    async def _shown(self, go: Callable[[], _T]) -> _T:
        """Go to another moment, and show it."""
        told = await self._thread.run(go)
        self._publish(self._live)
        return told

    async def rewind(self) -> None:
        """See `Session.rewind`."""
        lookback, scratch = self._lookback, self._scratch
        moment = None if lookback is None else lookback.moment
        if lookback is None or scratch is None or moment is None:
            raise InputError("only a moment of the lab's past can be made the present: [ goes there")
        for hand in self._hands.values():
            hand.deaths = [death for death in hand.deaths if death.after < moment.id]
        await self._end()
        app, folder, observer = self._found.app, self._folder, self._observer
        loop = asyncio.get_running_loop()

        def progress(what: str, done: float) -> None:
            notice = f"Rewinding {what}, {done:.0%} done …"
            loop.call_soon_threadsafe(lambda: self._publish(replace(self._live, notice=notice)))

        def back() -> None:
            with closing(Moments.open(scratch.moments)) as moments:
                rewind(app, log_files(app, folder, scratch=True), folder, moments, moment, progress)

        await self._thread.run(back)
        self._going = False
        await self._begin(observer, moment.id)

    def set_receipts(self, receiver: Receiver) -> None:
        """See `Session.set_receipts`."""
        self._receivers.update(dict.fromkeys(self._receivers, receiver))
        self._supervisor.receivers.update(self._receivers)
        self._tell_all(SetReceivers(self._receivers))
        self._publish(self._draw())
        self._changes.set()

    def set_speed(self, speed: Speed) -> None:
        """See `Session.set_speed`."""
        self._speed = speed
        self._tell_all(SetSpeed(speed))
        self._publish(self._draw())  # at once: the next key press may count on it
        self._changes.set()

    async def offers(self, context: str) -> tuple[Offer, ...]:
        """See `Session.offers`."""
        return await self._thread.run(lambda: offers(self._reader, context))

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
        clock = self._snapshot.clock
        recorded_at = instant.write(instant.now()) if clock is None else written(int(clock * 1e6))
        path = log_files(self._found.app, self._folder, scratch=self._scratch is not None)[context]

        def work() -> int:
            with closing(SqliteLog.open(context, path, create=True)) as log:
                return write(log, recorded_at)

        position = await self._thread.run(work)
        self._changes.set()
        return position

    async def advance_clock(self, seconds: float) -> None:
        """See `Session.advance_clock`."""
        clock = self._snapshot.clock
        if self._scratch is None:
            raise InputError("here time is real: nobody can move it on")
        if clock is None:
            raise InputError("the lab's time begins with its first event")
        self._advanced = max(self._advanced, int((clock + seconds) * 1e6))
        self._tell_all(Advance(self._advanced))

    async def _end(self) -> None:
        """Let go of workers and files."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []
        if self._lookback is not None:
            await self._thread.run(self._lookback.close)
            self._lookback = None
        if hasattr(self, "_supervisor"):
            await self._thread.run(self._reader.close)  # first: the last writer to close leaves no write-ahead log
            if self._scratch is not None:
                for name, hand in self._hands.items():
                    if not hand.dead:
                        await self._supervisor.kill(name)
            await self._supervisor.stop()

    async def close(self) -> None:
        """See `Session.close`."""
        if self._closed:
            return
        self._closed = True
        await self._end()
        await self._thread.run(self._remove)
        await self._thread.stop()


def _marked(page: JournalPage) -> JournalPage:
    """Of the past: its last entry is where one looks at."""
    if not page.entries:
        return page
    return replace(page, entries=(*page.entries[:-1], replace(page.entries[-1], glyph="▸")))


def _stands_at(manager: ManagerView, point: Point) -> bool:
    return manager.state == "paused" and manager.turn is not None and manager.turn.point == str(point)


def _all_there(now: Snapshot) -> bool:
    return bool(now.managers) and all(manager.state != "starting" for manager in now.managers)


async def until(session: Session, holds: Callable[[Snapshot], bool]) -> Snapshot:
    """Wait for a picture in which something holds."""
    now = session.snapshot()
    while not holds(now):
        now = await session.changed(now.version)
    return now
