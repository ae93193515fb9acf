"""Events and commands: what handlers and aggregates see."""

from datetime import datetime
from typing import Any

import msgspec


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """One event as a log holds it.

    Attributes:
        position: its place in its log, a natural number; larger is later, numbers may be missing.
        context: the name of the context whose log it is in; `timers` for a timer that fired.
        stream: the aggregate it belongs to.
        version: its number within the stream: 1, 2, 3, … without gaps.
        type: what happened, for instance `OrderPlaced`.
        data: the payload, as JSON gives it.
        metadata: what caused it (app, manager, source, position, ordinal, correlation) if an action appended it.
        recorded_at: when it was recorded, with its time zone; a timer's due time.
        id: not unique in a log: a repeated action appends the same ids.
    """

    position: int
    context: str
    stream: str
    version: int
    type: str
    data: dict[str, Any]
    metadata: dict[str, Any]
    recorded_at: datetime
    id: str


class NewEvent(msgspec.Struct, frozen=True):
    """An event that an aggregate decides on; the log gives it position, version and id."""

    type: str
    data: dict[str, Any] = msgspec.field(default_factory=dict)


class Command(msgspec.Struct, frozen=True, kw_only=True):
    """What a `Send` asks of an aggregate.

    Attributes:
        context: the context the aggregate lives in.
        stream: the aggregate's stream.
        type: the command's name, for instance `TakePayment`.
        data: its payload.
    """

    context: str
    stream: str
    type: str
    data: dict[str, Any]
