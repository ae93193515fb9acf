"""The lab's session: an app's managers under a person's hands."""

import asyncio
import contextlib
import uuid
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from pmtui.handling.clock import written
from pmtui.handling.drive import run
from pmtui.lab.hand import Hand, Pulled
from pmtui.lab.scratch import Progress, Scratch
from pmtui.model import instant, json
from pmtui.model.app import Receiver
from pmtui.model.errors import InputError, PmtuiError
from pmtui.model.point import Point
from pmtui.storage.folder import DataFolder
from pmtui.storage.ledger import Counters
from pmtui.storage.log import Draft
from pmtui.storage.sqlite.log import SqliteLog
from pmtui.storage.sqlite.thread import DatabaseThread
from pmtui.view.journal import Key, journal_page
from pmtui.view.logpage import label_of, log_page, time_of
from pmtui.view.pages import JournalPage, LogPage
from pmtui.view.reader import Reader
from pmtui.view.safe import safe
from pmtui.view.session import Session
from pmtui.view.snapshot import ContextView, ManagerView, Receipts, Snapshot, Speed
from pmtui.view.story import tell
from pmtui.workers.appfile import AppFile
from pmtui.workers.protocol import (
    Advance,
    Command,
    CrashAt,
    GoOn,
    Pause,
    PauseAt,
    SetReceivers,
    SetSpeed,
    Step,
    StepEvent,
)
from pmtui.workers.stores import log_files
from pmtui.workers.supervisor import Supervisor

_LOOK_SECONDS = 0.5
_CALM_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Options:
    """How the lab is opened.

    Attributes:
        from_start: without the ledgers and what the app's managers appended.
        receiver: for all contexts, in place of what the app says.
        at: a point to go to before the person takes over.
        live: on the data folder itself.
    """

    from_start: bool = False
    receiver: Receiver | None = None
    at: Point | None = None
    live: bool = False


class LabSession:
    """See `pmtui.view.session.Session`; make one with `open`."""

    def __init__(self, found: AppFile, source: DataFolder, options: Options, thread: DatabaseThread) -> None:
        self._found = found
        self._source = source
        self._options = options
        self._thread = thread
        self._scratch: Scratch | None = None
        self._speed: Speed = "4"
        self._going = False
        self._receivers: dict[str, Receiver] = {
            name: options.receiver or context.receiver for name, context in found.app.contexts.items()
        }
        self._snapshot = Snapshot(found.app.name, "live" if options.live else "lab", "exact", "4", (), ())
        self._changes = asyncio.Event()
        self._published = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._errors: Path | None = None
        self._notice = ""
        self._closed = False
        self._broken: BaseException | None = None
        self._hands: dict[str, Hand]
        self._reader: Reader
        self._supervisor: Supervisor
        self._doubled_before: dict[str, int] = {}

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
                session._scratch = await thread.run(
                    lambda: Scratch.make(found.app, source, from_start=options.from_start, progress=progress)
                )
            await session._begin()
            if options.at is not None:
                await session.go_to(options.at)
        except BaseException:
            await session.close()
            raise
        return session

    @property
    def _folder(self) -> DataFolder:
        return self._source if self._scratch is None else DataFolder(self._scratch.path)

    async def _begin(self) -> None:
        app = self._found.app
        files = log_files(app, self._folder, scratch=self._scratch is not None)
        self._hands = {name: Hand(manager) for name, manager in app.managers.items()}
        self._snapshot = replace(self._snapshot, managers=(), version=self._snapshot.version + 1)
        self._reader = Reader(app, files, self._folder)
        self._supervisor = Supervisor(
            self._found,
            self._folder.path,
            receivers=self._receivers,
            virtual=self._scratch is not None,
            restart=False,
            errors=asyncio.subprocess.DEVNULL,
            on_change=self._changes.set,
        )
        await self._thread.run(self._take_stock)
        for name in self._hands:
            await self._start(name)
        self._tasks = [asyncio.create_task(self._refresh()), asyncio.create_task(self._move_clock())]
        for task in self._tasks:
            task.add_done_callback(self._broke)
        await until(self, _all_there)

    async def go_to(self, point: Point) -> None:
        """Let a manager run up to a point and pause there.

        Raises:
            InputError: it never comes there.
        """
        self._tell(point.manager, PauseAt(str(point)))
        self._tell(point.manager, GoOn())
        now = await until(self, lambda now: now.manager(point.manager).state not in ("starting", "running"))
        manager = now.manager(point.manager)
        if manager.turn is None or manager.turn.point != str(point):
            raise InputError(f"{point} was never reached")

    def _broke(self, task: "asyncio.Task[None]") -> None:
        """A fault of ours in the background ends the session, loudly: whoever waits for it gets the exception."""
        if not task.cancelled():
            self._broken = task.exception()
            self._published.set()

    def _take_stock(self) -> None:
        """What was there before: only what happens from now on is counted."""
        self._doubled_before = {name: self._reader.repeats(name)[0] for name in self._found.app.contexts}
        for name, hand in self._hands.items():
            state = self._reader.state(name)
            hand.base = Counters() if state is None else state.counters

    async def _start(self, manager: str) -> None:
        hand = self._hands[manager]
        await self._supervisor.start(manager, paused=not self._going, speed=self._speed, crash_at=hand.crash_at)
        hand.worker = self._supervisor.workers[manager]

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
                picture = replace(self._snapshot, notice=safe(str(error)))
            if picture != self._snapshot:
                self._snapshot = replace(picture, version=self._snapshot.version + 1)
                published, self._published = self._published, asyncio.Event()
                published.set()
            await asyncio.sleep(_CALM_SECONDS)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_LOOK_SECONDS):
                    await self._changes.wait()

    async def _bury(self) -> None:
        """Tell the story of every worker that has died since."""
        for name, hand in self._hands.items():
            worker = hand.worker
            if worker is None or worker.died is None or worker.buried:
                continue
            worker.buried = True
            report = worker.report
            position = (report.turn.event.source, report.turn.event.position) if report and report.turn else ("", 0)
            label, at = await self._thread.run(partial(self._told, name, *position))
            if hand.now() == "killed":
                hand.crash_at = ""
                delivery = hand.manager.cls.delivery
                story = await self._thread.run(partial(tell, self._reader, name, delivery))
                hand.died(story, label, at)
            elif hand.now() == "failed":
                hand.stopped(label, at)

    def _told(self, manager: str, source: str, position: int) -> tuple[str, str]:
        if not position:
            return "", ""
        label = label_of(self._reader, manager, source, position)
        return label, time_of(self._reader, manager, source, position)

    async def _picture(self) -> Snapshot:
        reports = {name: hand.report for name, hand in self._hands.items()}
        contexts, doubled, pulled = await self._thread.run(self._pull)
        to_do = {name: sum(p.behind for p in each.progress.values()) for name, each in pulled.items()}
        managers: list[ManagerView] = []
        for name, hand in self._hands.items():
            others = next(((other, n) for other, n in to_do.items() if other != name and n), None)
            managers.append(hand.view(pulled[name], self._receivers, self._speed, others))
        crashes = sum(self._supervisor.crashes.values())
        suppressed = sum(
            report.counters.suppressed - self._hands[name].base.suppressed + self._hands[name].suppressed_in_hand()
            for name, report in reports.items()
            if report is not None and report.counters != Counters()
        )
        clock = max((report.clock for report in reports.values() if report is not None), default=0)
        return Snapshot(
            app=self._found.app.name,
            mode="live" if self._options.live else "lab",
            receipts=self._receipts(),
            speed=self._speed,
            contexts=contexts,
            managers=tuple(managers),
            crashes=crashes,
            doubled=doubled,
            suppressed=suppressed,
            lost=sum(hand.lost for hand in self._hands.values()),
            clock=clock / 1e6 if clock and self._scratch is not None else None,
            notice=self._notice,
        )

    def _receipts(self) -> Receipts:
        found = set(self._receivers.values())
        return found.pop() if len(found) == 1 else "mixed"

    def _pull(self) -> tuple[tuple[ContextView, ...], int, dict[str, Pulled]]:
        """Everything that is read of the files for one picture, in the database thread."""
        contexts: list[ContextView] = []
        doubled = 0
        for name in self._found.app.contexts:
            try:
                contexts.append(ContextView(name, self._reader.head(name), self._reader.writers(name)))
                doubled += self._reader.repeats(name)[0] - self._doubled_before.get(name, 0)
            except PmtuiError as error:
                contexts.append(ContextView(name, problem=safe(str(error))))
        return tuple(contexts), doubled, {name: self._pull_manager(name, hand) for name, hand in self._hands.items()}

    def _pull_manager(self, name: str, hand: Hand) -> Pulled:
        state = self._reader.state(name)
        running, completed = self._reader.instances(name)
        report = hand.report
        turn = report.turn if report is not None else None
        upcoming = report.upcoming if report is not None else None
        label, at = ("", "") if turn is None else self._told(name, turn.event.source, turn.event.position)
        return Pulled(
            progress=self._reader.progress(hand.manager, state),
            running=running,
            completed=completed,
            pending=self._reader.pending_timers(name),
            turn_label=label,
            turn_time=at,
            upcoming_label="" if upcoming is None else label_of(self._reader, name, upcoming.source, upcoming.position),
            late=0 if state is None else state.counters.late,
        )

    async def _move_clock(self) -> None:
        """While managers go: when all of them are dry, let virtual time pass to the next timer."""
        while True:
            await asyncio.sleep(_CALM_SECONDS)
            if not self._going or self._scratch is None or not any(self._dues().values()):
                continue
            await self._supervisor.settled()
            dues = [due for due in self._dues().values() if due]
            if self._going and dues:
                self._tell_all(Advance(min(dues)))
                await asyncio.sleep(_CALM_SECONDS)

    def _dues(self) -> dict[str, int | None]:
        return {
            name: hand.report.next_due
            for name, hand in self._hands.items()
            if not hand.dead and hand.report is not None and hand.report.state == "idle"
        }

    async def log_page(
        self, context: str, limit: int, *, after: int | None = None, before: int | None = None
    ) -> LogPage:
        """See `Session.log_page`."""
        return await self._thread.run(lambda: log_page(self._reader, context, limit, after, before))

    async def journal_page(self, manager: str, limit: int, *, before: Key | None = None) -> JournalPage:
        """See `Session.journal_page`."""
        return await self._thread.run(lambda: self._journal_page(manager, limit, before))

    def _journal_page(self, manager: str, limit: int, before: Key | None) -> JournalPage:
        hand = self._hands[manager]
        now = hand.hand_entry(self._pull_manager(manager, hand))
        extra = [*hand.entries, *([now] if now is not None else [])]
        return journal_page(self._reader, manager, limit, before, extra, hand.unfinished)

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
        hand.crash_at = "" if point is None else str(point)
        self._tell(manager, CrashAt(hand.crash_at))

    async def restart(self, manager: str) -> None:
        """See `Session.restart`."""
        if self._hands[manager].dead:
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
        await self._begin()

    async def set_receipts(self, receiver: Receiver) -> None:
        """See `Session.set_receipts`."""
        self._receivers.update(dict.fromkeys(self._receivers, receiver))
        self._supervisor.receivers.update(self._receivers)
        self._tell_all(SetReceivers(self._receivers))
        self._changes.set()

    async def set_speed(self, speed: Speed) -> None:
        """See `Session.set_speed`."""
        self._speed = speed
        self._tell_all(SetSpeed(speed))
        self._changes.set()

    async def append(self, context: str, stream: str, type: str, data: str) -> int:
        """See `Session.append`."""
        if context not in self._found.app.contexts:
            raise InputError(f"no context {context!r}: there are {', '.join(self._found.app.contexts)}")
        if not stream or not type:
            raise InputError("an event needs a stream and a type")
        try:
            text = json.encode(json.decode_object(data or "{}"))
        except ValueError as error:
            raise InputError(f"the data is no JSON object: {error}") from None
        clock = self._snapshot.clock
        recorded_at = instant.write(instant.now()) if clock is None else written(int(clock * 1e6))
        path = log_files(self._found.app, self._folder, scratch=self._scratch is not None)[context]

        def write() -> int:
            with closing(SqliteLog.open(context, path, create=True)) as log:
                return run(_append(log, stream, type, text, recorded_at))

        position = await self._thread.run(write)
        self._changes.set()
        return position

    async def _end(self) -> None:
        """Let go of workers and files."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []
        if hasattr(self, "_supervisor"):
            if self._scratch is not None:
                for name, hand in self._hands.items():
                    if not hand.dead:
                        await self._supervisor.kill(name)
            await self._supervisor.stop()
            await self._thread.run(self._reader.close)

    async def close(self) -> None:
        """See `Session.close`."""
        if self._closed:
            return
        self._closed = True
        await self._end()
        if self._scratch is not None:
            await self._thread.run(self._scratch.remove)
        await self._thread.stop()


def _all_there(now: Snapshot) -> bool:
    return bool(now.managers) and all(manager.state != "starting" for manager in now.managers)


async def until(session: Session, holds: Callable[[Snapshot], bool]) -> Snapshot:
    """Wait for a picture in which something holds."""
    now = session.snapshot()
    while not holds(now):
        now = await session.changed(now.version)
    return now


async def _append(log: SqliteLog, stream: str, type_: str, data: str, recorded_at: str) -> int:
    async with log.transaction() as transaction:
        version = (await transaction.versions([stream])).get(stream, 0) + 1
        return await transaction.append([Draft(str(uuid.uuid4()), stream, version, type_, data, "{}", recorded_at)])
