"""Handling itself: turn after turn of one manager, each as one generator that yields at every point."""

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from functools import partial

from pmtui.handling.acting import Target
from pmtui.handling.clock import Clock
from pmtui.handling.decide import Decider
from pmtui.handling.decision import Act, actions_texts
from pmtui.handling.errors import EventFailed
from pmtui.handling.instances import Instances
from pmtui.handling.recovery import fence, interrupted, pins, verify
from pmtui.handling.sources import PAGE, Order, Picked, Source, Sources, oldest
from pmtui.handling.turn import Alarms, Turn
from pmtui.model.app import App, Manager, Receiver
from pmtui.model.event import Event
from pmtui.model.manager import TIMERS
from pmtui.model.point import Point
from pmtui.storage.ledger import (
    Counters,
    Cursor,
    Instance,
    JournalRow,
    Ledger,
    LedgerState,
    Save,
)
from pmtui.storage.log import Log, LogReader, Pin, Sender

LARGEST_TURN = 500
_SCAVENGE_EVERY = 10_000
_FIRED_AT_ONCE = 500
# A named tuple made of a plain one: half the cost of calling its class.
_journal_row: Callable[[tuple[int, str, int, str, str, str, str, str, str, str]], JournalRow] = partial(
    tuple.__new__, JournalRow
)
_DECIDED_AT_ONCE = 50


class Runner:
    """Handles the events of one manager. Not for two tasks at a time.

    Args:
        app, manager: what to run.
        logs: the log of every context of the app.
        ledger: the manager's own.
        clock: the time that timers go by.
        receivers: by context, read anew at every action, so that a change takes effect at once.
        order: which source is next.
        decider: asks the manager's handlers; one of its own if it is left out.
        scavenges: whether receipts that are no longer needed are removed; a lab keeps them, to go back to any moment.
        page: so many events are read at once.

    Attributes:
        turn: the turn in hand, or the last one.
        state: the ledger as it was when the worker started.
        counters: what has been added to the totals since.
        next_due: when the earliest pending timer is due, in microseconds since 1970.
    """

    def __init__(
        self,
        app: App,
        manager: Manager,
        *,
        logs: Mapping[str, Log],
        ledger: Ledger,
        clock: Clock,
        receivers: Mapping[str, Receiver],
        order: Order = oldest,
        decider: Decider | None = None,
        scavenges: bool = True,
        page: int = PAGE,
    ) -> None:
        self._app = app
        self._manager = manager
        self._name = manager.name
        self._logs = logs
        self._ledger = ledger
        self._clock = clock
        self._receivers = receivers
        self._readers: dict[str, LogReader] = {
            name: ledger.timers if name == TIMERS else logs[name] for name in manager.sources
        }
        self._order = order
        self._scavenges = scavenges
        self._page = page
        self._decider = decider or Decider(app, manager)
        self._forget()

    def _forget(self) -> None:
        """Know nothing but what the arguments say: all that ever changes is set here."""
        self.turn: Turn | None = None
        self.counters = Counters()
        self.next_due: int | None = None
        self.state: LedgerState
        self._sources: Sources
        self._targets: dict[str, Target] = {}
        self._senders: dict[str, Sender] = {}
        self._number = 0
        self._interrupted: Pin | None = None
        self._instances = Instances(self._ledger)
        self._uncounted = Counters()
        self._receipts: dict[str, int] = {}
        self._heads: dict[str, Cursor] = {}

    async def start(self, pid: int, at: str) -> None:
        """Take the ledger over and find the place to go on from.

        A runner that has worked before is as a new one then, but for its decider.

        Args:
            pid: of the process, for whoever looks at the ledger.
            at: the time by the wall.

        Raises:
            WentBack: a log or the ledger is older than, or another than, what was done with it; nothing was written.
        """
        self._forget()
        state = await self._ledger.load()
        await verify(state, self._readers, self._logs)
        self._interrupted = interrupted(self._name, state, await pins(self._app.name, self._name, self._logs))
        clean, epoch = state.clean, state.epoch
        self.state = await self._ledger.start(pid, at)
        if not clean or self.state.epoch != epoch + 1:
            # Until now an older worker could still act: what it did last is what counts.
            fenced = await fence(self._app.name, self._name, self.state.epoch, self._logs)
            self._interrupted = interrupted(self._name, self.state, fenced)
        self._number = self.state.turn
        self._heads = dict(self.state.targets)
        self.next_due = self.state.next_due
        if self.state.clock:
            self._clock.reached(self.state.clock)
        sources: dict[str, Source] = {}
        for name, reader in self._readers.items():
            identity = await reader.identity()
            cursor = self.state.cursors.get(name) or Cursor(0, identity)
            sources[name] = Source(reader, self._manager.types(name), cursor, self._page)
            self._senders[name] = Sender(self._app.name, self._name, name, identity)
        self._sources = Sources(sources, self._order)

    async def take(self, limit: int = 1) -> AsyncGenerator[Point, None]:
        """One turn of up to `limit` events, or of exactly those that a crash interrupted.

        Yields every point as it is reached: what the point says is durable is durable, nothing else is, and no
        transaction is open, so that ending here is the same as a crash. Yields nothing if there was nothing to do.

        Raises:
            EventFailed: its first event cannot be handled. A later one that cannot only makes the turn shorter, unless
                some of the turn is durable already: then it is repeated whole when the fault is mended.
            NotDeterministic, WentBack, Superseded, TurnTaken, StorageError: nothing more was written.
        """
        turn = self.turn = await self._begin(limit)
        if not turn.picked:
            await self._save_rest()
            return
        yield turn.at("read")
        await self._decide(turn)
        yield turn.at("decided")
        if self._app.aggregates:
            await self._rehearse(turn)
        act_first = turn.delivery == "act-then-save"
        if not act_first:
            await self._save(turn)
            yield turn.at("saved")
        if turn.single:
            for number, act in enumerate(turn.acts):
                await self._act(turn, act.context, (act,))
                yield turn.at("acted", action=number)
        else:
            done: set[str] = set()
            while (target := next((name for name in turn.targets() if name not in done), None)) is not None:
                try:
                    await self._act(turn, target, [act for act in turn.acts if act.context == target])
                except EventFailed as failed:
                    if failed.index == 0 or not act_first or done or turn.repeated:
                        raise
                    self._cut(turn, failed.index)
                    continue
                done.add(target)
                yield turn.at("acted", target=target)
        if act_first:
            await self._save(turn)
            yield turn.at("saved")
        else:
            self._uncounted += turn.counted(decisions=False, acts=True)

    @property
    def more(self) -> bool:
        """Whether events for the next turn are read already."""
        return self._sources.more

    async def upcoming(self) -> Picked | None:
        """The event that the next turn begins with, as far as is known before timers fire; nothing is taken.

        Of a turn that a crash interrupted, its last event, which names it.
        """
        if self._interrupted is None:
            return await self._sources.upcoming()
        run = self._interrupted.runs[-1]
        rows = await self._readers[run.source].page(run.last - 1, 1)
        return Picked(run.source, rows[0]) if rows else None

    async def _begin(self, limit: int) -> Turn:
        pin, self._interrupted = self._interrupted, None
        cursors = self._sources.cursors()
        if pin is None:
            picked = await self._sources.take(limit, self._clock, self._due, self._fire)
        else:
            picked = await self._sources.repeat(pin.runs)
        name, delivery = self._name, self._manager.cls.delivery
        return Turn(name, self._number + 1, picked, delivery, cursors, repeated=pin is not None)

    def _due(self) -> int | None:
        return self.next_due

    async def _fire(self, horizon: int) -> None:
        for correlation, *_ in await self._ledger.fire(self.state.epoch, horizon, _FIRED_AT_ONCE):
            self._instances.forget(correlation)  # its timers are no longer as remembered
        self.next_due = await self._ledger.next_due()

    def _cut(self, turn: Turn, index: int) -> None:
        """Leave an event that fails, and those after it, for the next turn."""
        self._sources.give_back(turn.cut(index))

    async def _decide(self, turn: Turn) -> None:
        current: dict[str, Instance] = {}
        alarms = Alarms()
        # A few at a time: what was read of an event is then still in the processor's cache when it is decided.
        while len(turn.decisions) < len(turn.picked):
            await self._decide_some(turn, current, alarms)
        turn.gather()

    async def _decide_some(self, turn: Turn, current: dict[str, Instance], alarms: Alarms) -> None:
        """Decide the turn's next events, or end it before the one of them that cannot be.

        Args:
            turn: it gets their decisions.
            current: the instances that it has met so far, as it has changed them.
            alarms: the timers that it has scheduled so far.
        """
        begin = len(turn.decisions)
        some = turn.picked[begin : begin + _DECIDED_AT_ONCE]
        met: list[tuple[Event, str]] = []
        for index, picked in enumerate(some, begin):
            try:
                met.append(self._decider.meet(picked, index))
            except EventFailed:
                if index == 0 or turn.repeated:
                    raise
                self._cut(turn, index)
                break
        names = {name for _, name in met if name not in current}
        fresh = await self._instances.read(names, current)
        decide, add = self._decider.decide, turn.decisions.append
        for index, (picked, (event, name)) in enumerate(zip(some, met, strict=False), begin):
            if alarms.first is not None and not turn.repeated and alarms.before(event.recorded_at):
                self._cut(turn, index)
                break
            instance = current[name]
            try:
                decision = decide(picked, event, index, instance, fresh=name in fresh)
            except EventFailed:
                if index == 0 or turn.repeated:
                    raise
                self._cut(turn, index)
                break
            add(decision)
            if fresh:
                fresh.discard(name)
            if decision.changed:
                current[name] = decision.after
                if decision.after.timers is not instance.timers:
                    alarms.set(decision.after)

    async def _rehearse(self, turn: Turn) -> None:
        """Hear a refusal before anything is durable, where it would otherwise come too late to end the turn before it.

        Without this, what was durable by then would be lost (saved first) or, with no receiver, taken once more.
        """
        while doubtful := turn.doubtful():
            pin = Pin(turn.number, self.state.epoch, turn.runs)
            try:
                for target in doubtful:
                    acts = [act for act in turn.acts if act.context == target]
                    await self._target(target).rehearse(acts, pin, self._receivers[target], self._clock)
            except EventFailed as failed:
                if failed.index == 0 or turn.repeated:
                    raise
                self._cut(turn, failed.index)
            else:
                return

    async def _act(self, turn: Turn, target: str, acts: Sequence[Act]) -> None:
        """Take actions in one target. Where the turn was repeated, their receipts may say that they were taken."""
        scavenge: dict[str, int] = {}
        if self._scavenges and self._receipts.get(target, 0) >= _SCAVENGE_EVERY:
            scavenge = {name: cursor.position for name, cursor in turn.cursors.items()}
        pin = Pin(turn.number, self.state.epoch, turn.runs)
        await self._target(target).act(acts, pin, self._receivers[target], self._clock, scavenge)
        self._receipts[target] = len(acts) + (0 if scavenge else self._receipts.get(target, 0))

    def _target(self, context: str) -> Target:
        target = self._targets.get(context)
        if target is None:
            log, aggregate = self._logs[context], self._app.aggregates.get(context)
            target = self._targets[context] = Target(log, aggregate, self._senders)
        return target

    async def _save(self, turn: Turn) -> None:
        afters = turn.afters()
        act_first = turn.delivery == "act-then-save"
        moment = turn.latest()
        moves = self._sources.moves(turn.runs)
        added = turn.counted(decisions=True, acts=act_first)
        if not act_first:
            added += self._uncounted
        heads = await self._appended(turn)
        changes = [(self._instances.get(name), after) for name, after in afters.items()]
        await self._ledger.save(
            Save(
                epoch=self.state.epoch,
                turn=turn.number,
                advances=True,
                clock=moment,
                cursors=moves,
                instances=changes,
                journal=self._journal(turn),
                targets=heads,
                counters=added,
            )
        )
        self._sources.moved(moves)
        self._heads.update(heads)
        self._number = turn.number
        self._uncounted = Counters()
        self.counters += added
        self._clock.reached(moment)
        if changes:
            if any(before.timers is not after.timers for before, after in changes):
                self.next_due = await self._ledger.next_due()
            self._instances.saved(afters)

    async def _save_rest(self) -> None:
        """Nothing to handle: let the cursors pass what no handler names, and count what was done after a save."""
        moves = self._sources.moves(())
        if not moves and self._uncounted == Counters():
            return
        await self._ledger.save(
            Save(
                epoch=self.state.epoch,
                turn=self._number,
                advances=False,
                clock=0,
                cursors=moves,
                instances=(),
                journal=(),
                targets={},
                counters=self._uncounted,
            )
        )
        self._sources.moved(moves)
        self.counters += self._uncounted
        self._uncounted = Counters()

    def _journal(self, turn: Turn) -> list[JournalRow]:
        number, stamp = turn.number, self._clock.stamp()
        texts = actions_texts(turn.decisions)
        return [
            _journal_row(
                (
                    number,
                    decision.source,
                    position,
                    type_,
                    stream,
                    decision.correlation,
                    decision.outcome,
                    recorded_at,
                    stamp or recorded_at,
                    actions,
                )
            )
            for decision, actions in zip(turn.decisions, texts, strict=True)
            for position, _, stream, _, type_, _, _, recorded_at in (decision.row,)
        ]

    async def _appended(self, turn: Turn) -> dict[str, Cursor]:
        """How far each target's log is known to go, where the turn appended to it or found that it had."""
        lasts: dict[str, int] = {}
        for act in turn.acts:
            last = act.first + act.added - 1
            if act.added and last > lasts.get(act.context, 0):
                lasts[act.context] = last
        heads: dict[str, Cursor] = {}
        for context, last in lasts.items():
            known = self._heads.get(context)
            if known is None or last > known.position:
                heads[context] = Cursor(last, await self._logs[context].identity() if known is None else known.identity)
        return heads
