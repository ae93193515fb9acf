"""A manager's ledger in memory."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import msgspec
from msgspec.structs import replace

from pmtui.storage.errors import Superseded
from pmtui.storage.ledger import Counters, Cursor, Instance, JournalRow, LedgerState, Save, Timer
from pmtui.storage.log import Draft, Row
from pmtui.storage.memory.events import Events
from pmtui.storage.persistent import Grown, Map


class Owner(NamedTuple):
    """What a ledger notes about its worker, for `status`."""

    pid: int | None = None
    state: str = "new"
    reason: str = ""
    since: str = ""


class LedgerRecord(msgspec.Struct, frozen=True):
    """All that a ledger holds; `pending` are (due, correlation, type) of the timers that have not fired."""

    epoch: int = 0
    turn: int = 0
    clock: int = 0
    clean: bool = True
    owner: Owner = Owner()
    counters: Counters = Counters()
    cursors: Mapping[str, Cursor] = {}
    targets: Mapping[str, Cursor] = {}
    instances: Map[str, Instance] = Map()
    pending: frozenset[tuple[int, str, str]] = frozenset()
    journal: Grown[JournalRow] = Grown()
    timers: Events = Events()


class MemoryLedger:
    """A manager's ledger in memory; see `Ledger` for what may be relied on.

    Args:
        app: the app's name.
        manager: the manager's name.
        identity: the ledger's UUID; a new one if it is left out.

    Attributes:
        state: everything it holds; assign one that was read before to go back to it.
    """

    def __init__(self, app: str, manager: str, identity: str = "") -> None:
        self.identity = identity or str(uuid.uuid4())
        self.state = LedgerRecord()
        self._owner = (app, manager)
        self._timers = MemoryTimers(self)

    @property
    def timers(self) -> "MemoryTimers":
        """See `Ledger.timers`."""
        return self._timers

    async def load(self) -> LedgerState:
        """See `Ledger.load`."""
        now = self.state
        return LedgerState(
            identity=self.identity,
            epoch=now.epoch,
            turn=now.turn,
            clock=now.clock,
            clean=now.clean,
            cursors=now.cursors,
            targets=now.targets,
            next_due=_earliest(now),
            counters=now.counters,
        )

    async def start(self, pid: int, at: str) -> LedgerState:
        """See `Ledger.start`."""
        now = self.state
        crashes = now.counters.crashes + (not now.clean)
        self.state = replace(
            now,
            epoch=now.epoch + 1,
            clean=False,
            counters=replace(now.counters, crashes=crashes),
            owner=Owner(pid, "running", "", at),
        )
        return await self.load()

    async def note(self, epoch: int, state: str, reason: str, at: str, *, clean: bool) -> None:
        """See `Ledger.note`."""
        if epoch and epoch == self.state.epoch:
            self.state = replace(self.state, clean=clean, owner=Owner(self.state.owner.pid, state, reason, at))

    async def instances(self, correlations: Iterable[str]) -> dict[str, Instance]:
        """See `Ledger.instances`."""
        known = self.state.instances
        return {each: known[each] for each in correlations if each in known}

    async def next_due(self) -> int | None:
        """See `Ledger.next_due`."""
        return _earliest(self.state)

    async def fire(self, epoch: int, upto: int, limit: int) -> list[tuple[str, str, int]]:
        """See `Ledger.fire`."""
        now = self.state
        if not epoch or epoch != now.epoch:
            raise Superseded("another worker has taken over")
        due = sorted(each for each in now.pending if each[0] <= upto)[:limit]
        versions = now.timers.versions({correlation for _, correlation, _ in due})
        instances: dict[str, Instance] = {}
        drafts: list[Draft] = []
        fired: list[tuple[str, str, int]] = []
        for position, (moment, correlation, type_) in enumerate(due, now.timers.head + 1):
            instance = instances.get(correlation) or now.instances[correlation]
            timer = instance.timers[type_]
            versions[correlation] = version = versions.get(correlation, 0) + 1
            name = f"{'/'.join(self._owner)}/timers/{correlation}/{type_}/{moment}"
            drafts.append(Draft(name, correlation, version, type_, timer.data, timer.metadata, timer.recorded_at))
            timers = {**instance.timers, type_: replace(timer, fired=position)}
            instances[correlation] = replace(instance, timers=timers)
            fired.append((correlation, type_, position))
        self.state = replace(
            now,
            pending=now.pending.difference(due),
            instances=now.instances.plus(instances),
            timers=now.timers.appended(drafts),
        )
        return fired

    async def save(self, save: Save) -> None:
        """See `Ledger.save`."""
        now = self.state
        if not save.epoch or (save.epoch, save.turn - save.advances) != (now.epoch, now.turn):
            raise Superseded("another worker has taken over")
        cursors = dict(now.cursors)
        for source, (before, after) in save.cursors.items():
            if cursors.get(source, Cursor(0, before.identity)) != before:  # one that was never saved counts as 0
                raise Superseded(f"the cursor in {source} was moved by another worker")
            cursors[source] = after
        # The next start counts crashes.
        added = replace(save.counters, crashes=0) if save.counters.crashes else save.counters
        instances: dict[str, Instance] = {}
        pending = now.pending
        for old, new in save.instances:
            instances[new.correlation], pending = _write(now.instances.get(new.correlation), pending, old, new)
        self.state = replace(
            now,
            turn=save.turn,
            clock=max(now.clock, save.clock),
            counters=now.counters + added,
            cursors=cursors,
            targets={**now.targets, **save.targets} if save.targets else now.targets,
            instances=now.instances.plus(instances) if instances else now.instances,
            pending=pending,
            journal=now.journal.plus(save.journal) if save.journal else now.journal,
        )


class MemoryTimers:
    """The log of a ledger's timers that came due."""

    name = "timers"

    def __init__(self, ledger: MemoryLedger) -> None:
        self._ledger = ledger

    async def identity(self) -> str:
        """See `LogReader.identity`."""
        return self._ledger.identity

    async def head(self) -> int:
        """See `LogReader.head`."""
        return self._ledger.state.timers.head

    async def page(self, after: int, limit: int) -> Sequence[Row]:
        """See `LogReader.page`."""
        return self._ledger.state.timers.page(after, limit)


def _earliest(state: LedgerRecord) -> int | None:
    return min(state.pending)[0] if state.pending else None


def _write(
    kept: Instance | None, pending: frozenset[tuple[int, str, str]], before: Instance, after: Instance
) -> tuple[Instance, frozenset[tuple[int, str, str]]]:
    """The instance as it is stored now, and the timers that have not fired.

    Only the timers that the turn changed are touched: another may have fired.
    """
    if before.timers is after.timers and (kept is None or kept.timers is after.timers):
        return after, pending
    name = after.correlation
    waiting = set(pending)
    timers: dict[str, Timer] = dict(kept.timers) if kept is not None else {}
    for type_, timer in before.timers.items():
        if after.timers.get(type_) != timer:
            gone = timers.pop(type_, None)
            if gone is not None:
                waiting.discard((gone.due, name, type_))
    for type_, timer in after.timers.items():
        if before.timers.get(type_) != timer:
            replaced = timers.get(type_)
            if replaced is not None:
                waiting.discard((replaced.due, name, type_))
            timers[type_] = timer
            if timer.fired is None:
                waiting.add((timer.due, name, type_))
    return replace(after, timers=timers), frozenset(waiting)
