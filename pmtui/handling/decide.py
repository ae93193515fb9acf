"""What follows from an event: the handler is asked, nothing is done yet."""

from collections.abc import Mapping
from hashlib import blake2b
from typing import Any

import msgspec

from pmtui.handling.decision import Act, Decision
from pmtui.handling.errors import EventFailed, NotDeterministic, Refused
from pmtui.handling.sources import Picked
from pmtui.handling.state import StateCodec
from pmtui.model import instant, json
from pmtui.model.actions import Append, Cancel, Complete, Schedule, Send
from pmtui.model.app import App, Manager
from pmtui.model.event import Event
from pmtui.model.manager import TIMERS
from pmtui.storage.ledger import Instance, Taken, Timer
from pmtui.storage.log import Row

_ON_LOGS = (Append, Send)


def event_of(context: str, row: Row) -> Event:
    """A stored row as handlers see it.

    Raises:
        Refused: its data or time cannot be read.
    """
    position, id_, stream, version, type_, data, metadata, recorded_at = row
    try:
        return Event(
            position=position,
            context=context,
            stream=stream,
            version=version,
            type=type_,
            data=json.decode_object(data),
            metadata=json.decode_object(metadata) if metadata != "{}" else {},
            recorded_at=instant.parse(recorded_at),
            id=id_,
        )
    except ValueError as error:
        raise Refused(f"the stored event cannot be read: {error}") from None


class Decider:
    """Asks one manager's handlers. The manager's object lives as long as this does.

    Attributes:
        read: gives the event that handlers are given for a row, as `event_of` does.
    """

    read = staticmethod(event_of)

    def __init__(self, app: App, manager: Manager) -> None:
        self._app = app
        self._manager = manager
        self._object = manager.cls()
        self._methods = {key: getattr(self._object, handler.method) for key, handler in manager.handlers.items()}
        self._starts = {key for key, handler in manager.handlers.items() if handler.starts}
        self._states = StateCodec(manager.cls.State)
        self._timers = manager.types(TIMERS)
        self._contexts = app.contexts
        self._key = manager.cls.correlate if isinstance(manager.cls.correlate, str) else None
        # Written by hand around the one text that needs quoting: names have no characters that do.
        self._caused = {
            source: f'{{"app":"{app.name}","manager":"{manager.name}","source":"{source}","position":'
            for source in manager.sources
        }

    def meet(self, picked: Picked, index: int) -> tuple[Event, str]:
        """Read an event and name the instance it belongs to; an empty name if it belongs to none.

        Raises:
            EventFailed: it cannot be read, it starts an instance but names none, or the user's method raised.
        """
        name, row = picked
        try:
            event = self.read(name, row)
            if name == TIMERS:
                return event, row.stream
            if self._key is not None:
                found = event.data.get(self._key)
                if type(found) is str and found:
                    return event, found
            else:
                found = None if self._manager.cls.correlate is None else self._object.correlate(event)
            return event, self._named(found, starts=self._manager.handlers[name, row.type].starts)
        except (Exception, SystemExit) as error:
            raise EventFailed(index, f"{name}@{row.position}", error) from error

    def _named(self, found: Any, *, starts: bool) -> str:
        if isinstance(found, int) and not isinstance(found, bool):
            found = str(found)
        if found is not None and not isinstance(found, str):
            raise Refused(f"the correlation id is {found!r}, not a text")
        if not found and self._key is not None and starts:
            raise Refused(f"its data has no {self._key!r} to name the instance by")
        return found or ""

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
        correlation, status = instance.correlation, instance.status
        decision = Decision(name, row, event.recorded_at, "ignored", correlation, instance)
        if name == TIMERS:
            timer = instance.timers.get(event.type)
            if timer is None or timer.fired != row.position:
                return decision  # cancelled, replaced or ended after it came due
        if status == "completed" or not correlation:
            return decision
        try:
            if status == "missing":
                if (name, event.type) not in self._starts:
                    decision.after = msgspec.structs.replace(instance, missed=instance.missed + 1)
                    decision.changed = True
                    return decision
                decision.late = instance.missed
                instance = Instance(correlation, "running", self._states.new(), decision.where, 0, {})
                decision.changed = True
            elif fresh:
                self._states.check(correlation, instance.state)
            self._handle(decision, event, index, instance)
        except NotDeterministic:
            raise
        except (Exception, SystemExit) as error:
            raise EventFailed(index, decision.where, error) from error
        decision.outcome = "handled"
        return decision

    def _handle(self, decision: Decision, event: Event, index: int, instance: Instance) -> None:
        name, type_, before = decision.source, event.type, instance.state
        state = self._states.read(before)
        asked = self._methods[name, type_](event, state)
        timers: Timers | None = None
        if name == TIMERS:
            timers = Timers(instance)
            timers.drop(type_)
        if asked is not None:
            if not hasattr(asked, "__iter__"):
                raise Refused(f"{self._method(decision)} returned {type(asked).__name__}, not actions")
            begun = f'{self._caused[name]}{decision.row.position},"ordinal":'
            ended = f',"correlation":{json.quoted(decision.correlation)}}}'
            for ordinal, action in enumerate(asked):
                metadata = f"{begun}{ordinal}{ended}"
                if isinstance(action, _ON_LOGS):
                    decision.acts.append(self._act(decision, action, index, ordinal, metadata))
                else:
                    timers = timers or Timers(instance)
                    decision.own.append(self._own(decision, event, action, ordinal, metadata, timers))
        text = self._states.write(state, before)
        if timers is not None or text != before:
            timers = timers or Timers(instance)
            instance = Instance(
                instance.correlation, timers.status, text, instance.started, instance.missed, timers.left()
            )
            decision.changed = True
        decision.after = instance

    def _method(self, decision: Decision) -> str:
        return self._manager.handlers[decision.source, decision.row.type].method

    def _own(
        self, decision: Decision, event: Event, action: object, ordinal: int, metadata: str, timers: "Timers"
    ) -> Taken:
        """Do with the instance's timers and status what an action asks for."""
        correlation = decision.correlation
        if isinstance(action, Schedule):
            timer = self._timer(event, correlation, action, metadata)
            timers.set(timer)
            return Taken("schedule", "", correlation, timer.type, ordinal, "scheduled", due=timer.recorded_at)
        if isinstance(action, Cancel):
            timers.drop(action.type)
            return Taken("cancel", "", correlation, action.type, ordinal, "cancelled")
        if isinstance(action, Complete):
            timers.complete()
            return Taken("complete", "", correlation, "", ordinal, "completed")
        raise Refused(f"{self._method(decision)} yielded {type(action).__name__}, which is not an action")

    def _act(self, decision: Decision, action: Append | Send, index: int, ordinal: int, metadata: str) -> Act:
        context, stream, data, row = action.context, action.stream, action.data, decision.row
        if isinstance(action, Append):
            kind, type_ = "append", action.type
        else:
            kind, type_ = "send", action.command
        if context not in self._contexts:
            raise Refused(f"{type_} goes to the unknown context {context!r}")
        if kind == "send" and context not in self._app.aggregates:
            raise Refused(f"{type_} is sent to {context}, which has no aggregate")
        if not (storable(stream) and storable(type_)):
            raise Refused(
                f"{type_!r} needs a stream and a type as texts, not {(type_ if storable(stream) else stream)!r}"
            )
        return Act(
            index,
            ordinal,
            decision.source,
            row.position,
            kind,
            context,
            stream,
            type_,
            data_text(data, type_),
            fingerprint(kind, context, stream, type_, data),
            metadata,
            row.recorded_at,
        )

    def _timer(self, event: Event, correlation: str, action: Schedule, metadata: str) -> Timer:
        if action.type not in self._timers:
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
            data_text({**own, **(action.data or {})}, action.type),
            metadata,
        )


class Timers:
    """The timers and the status that an instance is left with by one event."""

    def __init__(self, instance: Instance) -> None:
        self.status = instance.status
        self._before = instance.timers
        self._timers = dict(instance.timers)

    def set(self, timer: Timer) -> None:
        """Have this one, in place of one of the same type."""
        self._timers[timer.type] = timer

    def drop(self, type_: str) -> None:
        """No longer have one of this type."""
        self._timers.pop(type_, None)

    def complete(self) -> None:
        """The instance ends."""
        self.status = "completed"

    def left(self) -> Mapping[str, Timer]:
        """The timers; the very same object as before if they are the same."""
        if self.status == "completed":
            self._timers.clear()
        return self._before if self._timers == self._before else self._timers


def data_text(data: Any, type_: str) -> str:
    """The data of an action or event as JSON text. Raises Refused if it is no dict, or holds what JSON cannot."""
    if not isinstance(data, dict):
        raise Refused(f"the data of {type_} is {type(data).__name__}, not a dict")
    try:
        return json.encode(data)
    except ValueError as error:
        raise Refused(f"the data of {type_} {error}") from None


def storable(text: object) -> bool:
    """Whether it is a text that can be stored."""
    if not isinstance(text, str) or not text:
        return False
    if text.isascii():
        return True
    try:
        return bool(text.encode())
    except UnicodeEncodeError:
        return False


def fingerprint(kind: str, context: str, stream: str, type_: str, data: dict[str, Any]) -> bytes:
    """Eight bytes that differ when anything that is asked differs; the order of keys does not count."""
    return blake2b(json.canonical((kind, context, stream, type_, data)), digest_size=8).digest()
