"""Watching: a session on live logs and ledgers that only reads, while others work on them."""

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from pmtui.model.app import Receiver
from pmtui.model.errors import PmtuiError
from pmtui.model.point import Point
from pmtui.storage.errors import StorageError
from pmtui.storage.folder import DataFolder
from pmtui.storage.sqlite.thread import DatabaseThread
from pmtui.view.atrest import at_rest
from pmtui.view.offers import Offer
from pmtui.view.onlooker import Onlooker
from pmtui.view.pages import JournalEntry
from pmtui.view.pictures import Pictures
from pmtui.view.reader import Reader
from pmtui.view.safe import safe
from pmtui.view.session import Jump
from pmtui.view.snapshot import Consequence, ContextView, ManagerView, Snapshot, Speed, receipts_of
from pmtui.view.watched import Watched
from pmtui.workers.alive import is_held
from pmtui.workers.appfile import AppFile

_LOOK_SECONDS = 0.4
_STALE_LOOKS = 5
"""After so many looks at files that did not change it reads them all the same: time has passed."""
_T = TypeVar("_T")

_NO_PAST = "Only a lab remembers its past."


class WatchSession(Onlooker):
    """See `pmtui.view.session.Session`; make one with `open`.

    Files are read without locks and without their shared index, a look or a page at a time, and again where somebody
    wrote in the midst of it. So nothing is created or held: a runner that ends tidies up as if it were alone, also in a
    folder that may not be written. Commands do nothing.
    """

    def __init__(self, found: AppFile, folder: DataFolder, thread: DatabaseThread) -> None:
        self._thread = thread
        self._reader = Reader(found.app, folder, unseen=True)
        self._managers = {name: Watched(manager) for name, manager in found.app.managers.items()}
        self._receivers: dict[str, Receiver] = {name: each.receiver for name, each in found.app.contexts.items()}
        receipts = receipts_of(self._receivers)
        super().__init__(found.spec, Pictures(Snapshot(found.app.name, "watch", receipts, "max", (), ())))
        self._base: tuple[int, int, int, int] | None = None
        self._task: asyncio.Task[None] | None = None

    @classmethod
    async def open(cls, found: AppFile, folder: DataFolder) -> "WatchSession":
        """Look for the first time.

        Args:
            found: the app.
            folder: its data folder; what is not there yet is shown as soon as it is.
        """
        session = cls(found, folder, await DatabaseThread.start())
        session._pictures.show(await session._read(session._picture))
        session._task = asyncio.create_task(session._refresh())
        session._pictures.made_by(session._task)
        return session

    async def _refresh(self) -> None:
        before: object = None
        same = 0
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            now = await self._thread.run(self._traces)
            same = same + 1 if now == before else 0
            if same % _STALE_LOOKS == 0:
                before = now
                try:
                    picture = await self._read(self._picture)
                except PmtuiError as error:
                    picture = replace(self._pictures.newest, notice=safe(str(error)))
                self._pictures.show(picture)

    def _traces(self) -> tuple[object, ...]:
        """What changes when anybody writes or dies."""
        ledgers = [self._reader.ledger_file(name) for name in self._managers]
        files = [*self._reader.files.values(), *ledgers]
        stats = [_stat(file) for path in files for file in (path, Path(f"{path}-wal"))]
        return (*stats, *(is_held(ledger) for ledger in ledgers))

    async def _read(self, function: Callable[[Reader], _T], /) -> _T:
        """Read in the database thread, with files open no longer than that."""
        return await self._thread.run(lambda: at_rest(self._reader, function))

    def _beside(self, reader: Reader, manager: str) -> tuple[list[JournalEntry], int | None]:
        return self._managers[manager].beside(reader)

    def _picture(self, reader: Reader) -> Snapshot:
        contexts: list[ContextView] = []
        doubled = 0
        for name, path in self._reader.files.items():
            try:
                if reader.log(name) is None:
                    contexts.append(ContextView(name, why_empty=f"{safe(path.name)} is not there yet"))
                    continue
                contexts.append(ContextView(name, reader.head(name), reader.writers(name)))
                doubled += reader.doubled(name)
            except PmtuiError as error:
                contexts.append(ContextView(name, problem=safe(str(error))))
        managers = tuple(self._view(reader, watched) for watched in self._managers.values())
        told = [watched.status.counters for watched in self._managers.values() if watched.status is not None]
        totals = (
            sum(counters.crashes for counters in told),
            doubled,
            sum(counters.suppressed for counters in told),
            sum(sum(watched.lost.values()) for watched in self._managers.values()),
        )
        base = self._base = self._base or totals
        crashes, doubled, suppressed, lost = (now - then for now, then in zip(totals, base, strict=True))
        return replace(
            self._pictures.newest,
            contexts=tuple(contexts),
            managers=managers,
            crashes=crashes,
            doubled=doubled,
            suppressed=suppressed,
            lost=lost,
            notice="",
        )

    def _view(self, reader: Reader, watched: Watched) -> ManagerView:
        try:
            watched.look(reader)
            return watched.view(reader, self._receivers)
        except PmtuiError as error:
            return ManagerView(watched.manager.name, "failed", Consequence("Cannot be read:", safe(str(error))))

    async def step(self, manager: str) -> None:
        """Nothing: it only reads."""

    async def step_event(self, manager: str) -> None:
        """Nothing: it only reads."""

    async def go_on(self, manager: str) -> None:
        """Nothing: it only reads."""

    async def pause(self, manager: str) -> None:
        """Nothing: it only reads."""

    async def crash(self, manager: str) -> None:
        """Nothing: it only reads."""

    async def crash_at(self, manager: str, point: Point | None) -> None:
        """Nothing: it only reads."""

    async def restart(self, manager: str) -> None:
        """Nothing: it only reads."""

    async def start_over(self) -> None:
        """Nothing: it only reads."""

    def set_receipts(self, receiver: Receiver) -> None:
        """Nothing: it only reads."""

    def set_speed(self, speed: Speed) -> None:
        """Nothing: it only reads."""

    async def add_breakpoint(self, text: str) -> int:  # noqa: ARG002  (see Session)
        """Nothing: it only reads."""
        raise StorageError("watching only reads; breakpoints are for the lab")

    async def remove_breakpoint(self, number: int) -> None:
        """Nothing: there is none."""

    async def enable_breakpoint(self, number: int, on: bool) -> None:
        """Nothing: there is none."""

    async def offers(self, context: str) -> tuple[Offer, ...]:  # noqa: ARG002  (see Session)
        """Nothing: it only reads."""
        return ()

    async def append(self, context: str, stream: str, type: str, data: str, *, missing: int = 0) -> int:  # noqa: ARG002  (see Session)
        """Nothing: it only reads."""
        raise StorageError("watching only reads; pmtui append appends")

    async def travel(self, jump: Jump) -> str:  # noqa: ARG002  (see Session)
        """See `Session.travel`; nobody remembers the past of live logs."""
        return _NO_PAST

    async def travel_to(self, where: str, manager: str) -> str:  # noqa: ARG002  (see Session)
        """See `Session.travel_to`; nobody remembers the past of live logs."""
        return _NO_PAST

    async def present(self) -> None:
        """See `Session.present`."""

    async def rewind(self) -> None:
        """See `Session.rewind`; it is ignored."""

    async def append_again(self, context: str, position: int, *, same_id: bool) -> int:  # noqa: ARG002  (see Session)
        """Nothing: it only reads."""
        raise StorageError("watching only reads; pmtui append appends")

    async def advance_clock(self, seconds: float) -> None:
        """Nothing: real time goes by itself."""

    async def close(self) -> None:
        """See `Session.close`."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
            await self._thread.run(self._reader.close)
            await self._thread.stop()


def _stat(path: Path) -> tuple[int, int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns
