"""Taking actions in a target log, receipts included: the receivers, written once for every storage."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial

from pmtui.handling.clock import Clock
from pmtui.handling.decide import data_text, event_of, storable
from pmtui.handling.decision import Act
from pmtui.handling.errors import EventFailed, NotDeterministic, Refused, TurnTaken
from pmtui.model import json
from pmtui.model.app import Aggregate, Receiver
from pmtui.model.event import Command, NewEvent
from pmtui.storage.errors import Superseded
from pmtui.storage.log import Draft, Log, LogTransaction, Pin, Receipt, Repeat, Row, Sender

_KEPT_VERSIONS = 20_000
# Named tuples made of plain ones: half the cost of calling their classes.
_draft: Callable[[tuple[str, str, int, str, str, str, str]], Draft] = partial(tuple.__new__, Draft)
_receipt: Callable[[tuple[int, int, str, bytes, int, int]], Receipt] = partial(tuple.__new__, Receipt)


class _Received:
    """What the target already knows of one sender, within one transaction.

    Attributes:
        key: what the keys of its actions begin with.
        receipts: those from the transaction's first action on.
        floor: up to here all is done, whatever receipts there are.
        clean: nothing of it concerns any action at hand.
        new, repeats: what this transaction adds.
    """

    __slots__ = ("_marks", "clean", "floor", "key", "new", "receipts", "repeats")

    def __init__(self, key: str, receipts: Sequence[Receipt], floor: int, first: int) -> None:
        self.key = key
        self.receipts: dict[tuple[int, int], Receipt] = {}
        self.floor = floor
        self.clean = not receipts and first > floor
        self.new: list[Receipt] = []
        self.repeats: list[Repeat] = []
        self._marks: dict[str, tuple[int, int]] = {}
        for receipt in receipts:
            mark = (receipt.position, receipt.ordinal)
            self.receipts[mark] = receipt
            self._marks[receipt.stream] = max(mark, self._marks.get(receipt.stream, mark))

    def done(self, act: Act, receiver: Receiver) -> Receipt | None:
        """The receipt that says this action was taken already, as far as this receiver looks; it may be a blank one.

        Raises:
            NotDeterministic: the receipt is for something else.
        """
        if receiver == "none":
            return None
        key = (act.position, act.ordinal)
        receipt = self.receipts.get(key)
        if receipt is not None:
            if receipt.fingerprint != act.fingerprint:
                raise NotDeterministic(
                    f"{act.source}@{act.position} asks for something else than before it was interrupted "
                    f"(action {act.ordinal + 1}, now {act.type} for {act.stream}); a handler may depend only on its "
                    "event and state, and must not change before the interrupted event is done"
                )
            return receipt
        passed = receiver == "high-water" and self._marks.get(act.stream, (0, -1)) >= key
        if passed or act.position <= self.floor:
            return Receipt(act.position, act.ordinal, act.stream, act.fingerprint, 0, 0)
        return None


class Target:
    """One context as a manager acts on it.

    Args:
        log: the context's log.
        aggregate: who decides on commands, if anybody does.
        senders: the manager as a sender, by source.
    """

    def __init__(self, log: Log, aggregate: Aggregate | None, senders: Mapping[str, Sender]) -> None:
        self._log = log
        self._aggregate = aggregate
        self._senders = senders
        some = next(iter(senders.values()))
        self._owner = some.app, some.manager
        self._key = f"{some.app}/{some.manager}/"
        self._head = 0
        self._versions: dict[str, int] = {}
        """What the streams' versions were when the log ended at `_head`, where this manager was the last to write."""

    async def act(
        self, acts: Sequence[Act], pin: Pin, receiver: Receiver, clock: Clock, scavenge: Mapping[str, int]
    ) -> int:
        """Take actions, all in one transaction: appended events, receipts and the pinned turn, or nothing.

        Args:
            acts: in the turn's order; what became of each is put into it.
            pin: the turn they belong to.
            receiver: whether receipts are looked at, and how.
            clock: stamps appended events.
            scavenge: by source, the position up to which receipts are no longer needed.

        Returns:
            The log's head afterwards.

        Raises:
            EventFailed: an aggregate raised; its `index` says at which event. Nothing of this transaction happened.
            NotDeterministic: a receipt is for another action than what is asked now.
            Superseded: a worker that started after this one has acted already.
            TurnTaken: an older worker acted in this very turn, on other events.
        """
        try:
            async with self._log.transaction() as transaction:
                writer, received = await self._work(transaction, acts, pin, receiver, clock)
                for source, sender in received.items():
                    await self._settle(transaction, source, sender, scavenge)
                head = await writer.finish()
        except BaseException:
            _undo(acts)
            raise
        self._head, self._versions = head, writer.versions
        if len(writer.versions) > _KEPT_VERSIONS:
            self._versions = {}
        return head

    async def rehearse(self, acts: Sequence[Act], pin: Pin, receiver: Receiver, clock: Clock) -> None:
        """Let the aggregate decide as `act` would, and take nothing.

        Raises:
            EventFailed, NotDeterministic, Superseded, TurnTaken: as `act` would.
        """
        with suppress(_Rehearsed):
            async with self._log.transaction() as transaction:
                try:
                    await self._work(transaction, acts, pin, receiver, clock)
                finally:
                    _undo(acts)
                raise _Rehearsed

    async def _work(
        self, transaction: LogTransaction, acts: Sequence[Act], pin: Pin, receiver: Receiver, clock: Clock
    ) -> tuple["_Writer", dict[str, _Received]]:
        """Do all that can fail: what is to be appended, what is known and what became of each action."""
        await self._claim(transaction, pin)
        received: dict[str, _Received] = {}
        # Taken away until the transaction is committed: one that is rolled back must leave nothing of its own behind.
        known, self._versions = (self._versions if transaction.head == self._head else {}), {}
        writer = _Writer(transaction, self._aggregate, clock, self._log.name, known)
        await writer.prepare(acts)
        for act in acts:
            source, position, ordinal = act.source, act.position, act.ordinal
            sender = received.get(source)
            if sender is None:
                sender = received[source] = await self._received(transaction, act, acts, receiver)
            before = None
            if not sender.clean:
                done = sender.done(act, receiver)
                if done is not None:
                    act.outcome, act.first, act.added = "suppressed", done.first, done.added
                    continue
                before = sender.receipts.get((position, ordinal))
            id_ = f"{sender.key}{position}/{ordinal}/"
            if act.kind == "append":
                first, added = writer.add(act, f"{id_}0", act.type, act.data), 1
            else:
                first, added = await writer.send(act, id_)
            act.first, act.added = first, added
            if before is None:
                act.outcome = "performed"
                sender.new.append(_receipt((position, ordinal, act.stream, act.fingerprint, first, added)))
            else:
                act.outcome, act.original = "doubled" if added else "refused", before.first
                sender.repeats.append(Repeat(position, ordinal, act.stream, first, added, before.first))
        return writer, received

    async def _claim(self, transaction: LogTransaction, pin: Pin) -> None:
        app, manager = self._owner
        there = await transaction.pin(app, manager)
        if there is not None:
            if there.epoch > pin.epoch or there.turn > pin.turn:
                raise Superseded(f"another worker of {manager} has taken over in {self._log.name}")
            if there.turn == pin.turn and there.runs != pin.runs:
                raise TurnTaken(f"turn {pin.turn} of {manager} was begun otherwise in {self._log.name}")
        await transaction.set_pin(app, manager, pin)

    async def _received(
        self, transaction: LogTransaction, first: Act, acts: Sequence[Act], receiver: Receiver
    ) -> _Received:
        """What is known of the sender of an action, from that on: the first of its own, which come in order."""
        source, position = first.source, first.position
        sender, last = self._senders[source], None
        if receiver != "high-water":
            newest = acts[-1]
            last = (
                newest.position
                if newest.source == source
                else next(act.position for act in reversed(acts) if act.source == source)
            )
        receipts = await transaction.receipts(sender, position, last)
        return _Received(f"{self._key}{source}/", receipts, await transaction.floor(sender), position)

    async def _settle(
        self, transaction: LogTransaction, source: str, received: _Received, scavenge: Mapping[str, int]
    ) -> None:
        sender = self._senders[source]
        await transaction.record(sender, received.new)
        if received.repeats:
            await transaction.repeated(sender, received.repeats)
        if source in scavenge:
            await transaction.scavenge(sender, scavenge[source])


def _undo(acts: Sequence[Act]) -> None:
    """Nothing became of them: their transaction was rolled back."""
    for act in acts:
        act.outcome, act.first, act.added, act.original = "asked", 0, 0, 0


class _Rehearsed(Exception):
    """Rolls a rehearsal back."""


class _Writer:
    """Collects the events of one transaction and appends them at its end, in one go."""

    def __init__(
        self,
        transaction: LogTransaction,
        aggregate: Aggregate | None,
        clock: Clock,
        context: str,
        versions: dict[str, int],
    ) -> None:
        self.versions = versions
        self._transaction = transaction
        self._head = transaction.head
        self._aggregate = aggregate
        self._stamp = clock.stamp()
        self._context = context
        self._drafts: list[Draft] = []
        self._added: dict[str, list[Row]] = {}

    async def prepare(self, acts: Sequence[Act]) -> None:
        """Learn the versions of all streams that are not known, at once."""
        known = self.versions
        unknown = {act.stream for act in acts if act.stream not in known}
        if unknown:
            self.versions.update(await self._transaction.versions(unknown))

    def add(self, act: Act, id_: str, type_: str, data: str) -> int:
        """Add an event to an action's stream; its position."""
        stream = act.stream
        version = self.versions[stream] = self.versions.get(stream, 0) + 1
        draft = _draft((id_, stream, version, type_, data, act.metadata, self._stamp or act.cause))
        self._drafts.append(draft)
        position = self._head + len(self._drafts)
        if self._aggregate is not None:
            self._added.setdefault(stream, []).append(Row(position, *draft))
        return position

    async def send(self, act: Act, id_: str) -> tuple[int, int]:
        """Add what the aggregate decides; the position of the first event (0: none) and how many."""
        positions = [
            self.add(act, f"{id_}{index}", type_, data) for index, (type_, data) in enumerate(await self._decided(act))
        ]
        return (positions[0] if positions else 0), len(positions)

    async def _decided(self, act: Act) -> Sequence[tuple[str, str]]:
        """What the aggregate decides, given its history and the turn's earlier events."""
        try:
            rows = [*await self._transaction.history(act.stream), *self._added.get(act.stream, ())]
            history = tuple(event_of(self._context, row) for row in rows)
            command = Command(context=act.context, stream=act.stream, type=act.type, data=json.decode_object(act.data))
            if self._aggregate is None:
                raise Refused(f"{self._context} has no aggregate")
            new: list[tuple[str, str]] = []
            for event in self._aggregate(history, command) or ():
                if not isinstance(event, NewEvent):
                    raise Refused(f"the aggregate of {self._context} gave {type(event).__name__}, not NewEvent")
                if not storable(event.type):
                    raise Refused(
                        f"an event of the aggregate of {self._context} needs a type as text, not {event.type!r}"
                    )
                new.append((event.type, data_text(event.data, event.type)))
        except (Exception, SystemExit) as error:
            raise EventFailed(act.index, f"{act.source}@{act.position}", error) from error
        return new

    async def finish(self) -> int:
        """Append everything; the head afterwards."""
        if self._drafts:
            first = await self._transaction.append(self._drafts)
            return first + len(self._drafts) - 1
        return self._transaction.head
