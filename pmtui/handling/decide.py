"""What follows from an event: the handler is asked, nothing is done yet."""

from collections.abc import Iterable, Mapping
from hashlib import blake2b
from typing import Any

import msgspec

from pmtui.handling.errors import EventFailed, NotDeterministic, Refused
from pmtui.handling.sources import Picked
from pmtui.handling.state import StateCodec
from pmtui.model import instant, json
from pmtui.model.actions import Append, Cancel, Complete, Schedule, Send
from pmtui.model.app import App, Manager
from pmtui.model.event import Event
from pmtui.model.manager import TIMERS, Handles
from pmtui.storage.ledger import Instance, Outcome, Taken, Timer
from pmtui.storage.log import Row


class Act(msgspec.Struct):
    """One action on a log, ready to be taken.

    Attributes:
        index: which event of the turn asked for it.
        ordinal: its number among all actions of that event.
        source, position: the event; with the ordinal and the sender its key.
        kind, context, stream, type, data: what is asked; `data` as JSON text.
        fingerprint: of all that is asked.
        metadata: JSON text for the events it appends.
        cause: the event's `recorded_at`.
        outcome, first, added, original: what became of it, as in `Taken`; `asked` until it was taken.
    """

    index: int
    ordinal: int
    source: str
    position: int
    kind: str
    context: str
    stream: str
    type: str
    data: str
    fingerprint: bytes
    metadata: str
    cause: str
    outcome: Outcome = "asked"
    first: int = 0
    added: int = 0
    original: int = 0

    @property
    def taken(self) -> Taken:
        """The same as the journal keeps it."""
        return Taken(
            self.kind,
            self.context,
            self.stream,
            self.type,
            self.ordinal,
            self.outcome,
            self.first,
            self.added,
            self.original,
        )


class Decision(msgspec.Struct):
    """What follows from one event.

    Attributes:
        source, row: the event.
        outcome: `handled` or `ignored`.
        correlation: its instance, empty if none could be named.
        after: the instance afterwards, None if nothing about it changes.
        acts: its actions on logs, in order.
        own: its other actions (timers, complete), which the ledger keeps.
        late: events of this instance that had been ignored before this one started it.
    """

    source: str
    row: Row
    outcome: str
    correlation: str = ""
    after: Instance | None = None
    acts: list[Act] = []
    own: list[Taken] = []
    late: int = 0

    @property
    def where(self) -> str:
        """`orders@3`."""
        return f"{self.source}@{self.row.position}"

    def taken(self) -> list[Taken]:
        """All its actions in order, with what became of them so far."""
        taken = [act.taken for act in self.acts]
        return sorted([*taken, *self.own], key=lambda each: each.ordinal) if self.own else taken


def event_of(context: str, row: Row) -> Event:
    """A stored row as handlers see it.

    Raises:
        Refused: its data or time cannot be read.
    """
    try:
        return Event(
            position=row.position,
            context=context,
            stream=row.stream,
            version=row.version,
            type=row.type,
            data=json.decode_object(row.data),
            metadata=json.decode_object(row.metadata) if row.metadata != "{}" else {},
            recorded_at=instant.parse(row.recorded_at),
            id=row.id,
        )
    except ValueError as error:
        raise Refused(f"the stored event cannot be read: {error}") from None


class Decider:
    """Asks one manager's handlers. The manager's object lives as long as this does."""

    def __init__(self, app: App, manager: Manager) -> None:
        self._app = app
        self._manager = manager
        self._object = manager.cls()
        self._states = StateCodec(manager.cls.State)
        self._key = manager.cls.correlate if isinstance(manager.cls.correlate, str) else None

    def meet(self, picked: Picked, index: int) -> tuple[Event, str]:
        """Read an event and name the instance it belongs to; an empty name if it belongs to none.

        Raises:
            EventFailed: it cannot be read, it starts an instance but names none, or the user's method raised.
        """
        name, row = picked
        try:
            event = event_of(name, row)
            if name == TIMERS:
                return event, row.stream
            found: Any
            if self._key is not None:
                found = event.data.get(self._key)
            else:
                found = None if self._manager.cls.correlate is None else self._object.correlate(event)
            if isinstance(found, int) and not isinstance(found, bool):
                found = str(found)
            if found is not None and not isinstance(found, str):
                raise Refused(f"the correlation id is {found!r}, not a text")
            if not found and self._key is not None and self._manager.handlers[name, row.type].starts:
                raise Refused(f"its data has no {self._key!r} to name the instance by")
            return event, found or ""
        except (Exception, SystemExit) as error:
            raise EventFailed(index, f"{name}@{row.position}", error) from error

    def decide(self, picked: Picked, event: Event, index: int, instance: Instance, *, fresh: bool) -> Decision:
        """Run the handler for one event.

        Args:
            picked: where the event was taken from.
            event: the event.
            index: its number in the turn.
            instance: the instance as the events before left it.
            fresh: whether it comes straight from the ledger, so that its state must be checked against the code.

        Raises:
            EventFailed: the handler raised, or asked for what cannot be done; nothing has changed.
        """
        name, row = picked
        decision = Decision(name, row, "ignored", instance.correlation)
        handler = self._manager.handlers[name, row.type]
        timers = instance.timers
        if name == TIMERS:
            timer = timers.get(row.type)
            if timer is None or timer.fired != row.position:
                return decision  # cancelled, replaced or ended after it came due
            timers = {type_: other for type_, other in timers.items() if type_ != row.type}
        if instance.status == "completed" or not instance.correlation:
            return decision
        if instance.status == "missing" and not handler.starts:
            decision.after = msgspec.structs.replace(instance, missed=instance.missed + 1)
            return decision
        try:
            if instance.status == "missing":
                decision.late = instance.missed
                instance = msgspec.structs.replace(
                    instance, status="running", state=self._states.new(), started=decision.where, missed=0
                )
            elif fresh:
                self._states.check(instance.correlation, instance.state)
            self._handle(decision, event, handler, index, instance, timers)
        except NotDeterministic:
            raise
        except (Exception, SystemExit) as error:
            raise EventFailed(index, decision.where, error) from error
        decision.outcome = "handled"
        return decision

    def _handle(
        self,
        decision: Decision,
        event: Event,
        handler: Handles,
        index: int,
        instance: Instance,
        pending: Mapping[str, Timer],
    ) -> None:
        state = self._states.read(instance.state)
        asked = getattr(self._object, handler.method)(event, state)
        if asked is not None and not isinstance(asked, Iterable):
            raise Refused(f"{handler.method} returned {type(asked).__name__}, not actions")
        timers = dict(pending)
        status = instance.status
        for ordinal, action in enumerate(asked or ()):
            match action:
                case Append() | Send():
                    decision.acts.append(self._act(decision, action, index, ordinal))
                case Schedule():
                    timer = self._timer(event, instance.correlation, action, ordinal)
                    timers[timer.type] = timer
                    self._own(decision, "schedule", timer.type, ordinal, timer.recorded_at)
                case Cancel():
                    timers.pop(action.type, None)
                    self._own(decision, "cancel", action.type, ordinal)
                case Complete():
                    timers.clear()
                    status = "completed"
                    self._own(decision, "complete", "", ordinal)
                case _:
                    raise Refused(f"{handler.method} yielded {type(action).__name__}, which is not an action")
        if status == "completed":
            timers.clear()
        decision.after = msgspec.structs.replace(
            instance,
            status=status,
            state=self._states.write(state, instance.state),
            timers=instance.timers if timers == instance.timers else timers,
        )

    def _own(self, decision: Decision, kind: str, type_: str, ordinal: int, due: str = "") -> None:
        outcome = {"schedule": "scheduled", "cancel": "cancelled", "complete": "completed"}[kind]
        taken = Taken(kind, "", decision.correlation, type_, ordinal, outcome, due=due)  # type: ignore[arg-type]  # mypy does not see through the table
        decision.own.append(taken)

    def _act(self, decision: Decision, action: Append | Send, index: int, ordinal: int) -> Act:
        kind = "append" if isinstance(action, Append) else "send"
        type_ = action.type if isinstance(action, Append) else action.command
        if action.context not in self._app.contexts:
            raise Refused(f"{type_} goes to the unknown context {action.context!r}")
        if kind == "send" and action.context not in self._app.aggregates:
            raise Refused(f"{type_} is sent to {action.context}, which has no aggregate")
        for text in (action.stream, type_):
            if not isinstance(text, str) or not text or not _encodable(text):
                raise Refused(f"{type_!r} needs a stream and a type as texts, not {text!r}")
        data = _data(action.data, type_)
        row = decision.row
        return Act(
            index,
            ordinal,
            decision.source,
            row.position,
            kind,
            action.context,
            action.stream,
            type_,
            data,
            fingerprint(kind, action.context, action.stream, type_, action.data),
            self._metadata(decision.source, row.position, ordinal, decision.correlation),
            row.recorded_at,
        )

    def _metadata(self, source: str, position: int, ordinal: int, correlation: str) -> str:
        # Written by hand around the one text that needs quoting: names have no characters that do.
        return (
            f'{{"app":"{self._app.name}","manager":"{self._manager.name}","source":"{source}",'
            f'"position":{position},"ordinal":{ordinal},"correlation":{json.encode(correlation)}}}'
        )

    def _timer(self, event: Event, correlation: str, action: Schedule, ordinal: int) -> Timer:
        if action.type not in self._manager.types(TIMERS):
            raise Refused(f"the timer {action.type!r} has no handler: @handles('timers', {action.type!r})")
        try:
            due = event.recorded_at + action.after if action.after is not None else action.at
        except OverflowError:
            raise Refused(f"the timer {action.type!r} lies beyond the calendar") from None
        assert due is not None  # noqa: S101  (Schedule has either; for the type checker)
        own = {} if self._key is None else {self._key: correlation}
        return Timer(
            action.type,
            instant.microseconds(due),
            instant.write(due),
            _data({**own, **(action.data or {})}, action.type),
            self._metadata(event.context, event.position, ordinal, correlation),
        )


def _data(data: Any, type_: str) -> str:
    if not isinstance(data, dict):
        raise Refused(f"the data of {type_} is {type(data).__name__}, not a dict")
    try:
        return json.encode(data)
    except ValueError as error:
        raise Refused(f"the data of {type_} {error}") from None


def _encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def fingerprint(kind: str, context: str, stream: str, type_: str, data: dict[str, Any]) -> bytes:
    """Eight bytes that differ when anything that is asked differs; the order of keys does not count."""
    return blake2b(json.canonical([kind, context, stream, type_, data]), digest_size=8).digest()
