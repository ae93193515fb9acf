"""Actions: what a handler asks for, as data."""

from datetime import datetime, timedelta
from typing import Any

import msgspec


class Append(msgspec.Struct, frozen=True):
    """Append one event to a stream of a context's log."""

    context: str
    stream: str
    type: str
    data: dict[str, Any] = msgspec.field(default_factory=dict)


class Send(msgspec.Struct, frozen=True):
    """Send a command to the aggregate of a context; what it decides is appended to its stream.

    The aggregate runs inside the target's transaction. It may decide on no event at all: the action still counts as
    performed and still leaves a receipt.
    """

    context: str
    stream: str
    command: str
    data: dict[str, Any] = msgspec.field(default_factory=dict)


class Schedule(msgspec.Struct, frozen=True):
    """Schedule a timer of this instance; one of the same type that is pending is replaced.

    Exactly one of `after` (counted from the event's `recorded_at`) and `at` (with a time zone) is given.
    """

    type: str
    after: timedelta | None = msgspec.field(default=None)
    at: datetime | None = msgspec.field(default=None)
    data: dict[str, Any] | None = None

    def __post_init__(self) -> None:
        if (self.after is None) == (self.at is None):
            raise ValueError(f"Schedule({self.type!r}) takes either after=… or at=…")
        if self.at is not None and self.at.tzinfo is None:
            raise ValueError(f"Schedule({self.type!r}, at=…) needs a time with a time zone")


class Cancel(msgspec.Struct, frozen=True):
    """Cancel this instance's timer of that type; none pending is no fault."""

    type: str


class Complete(msgspec.Struct, frozen=True):
    """End this instance: its timers are cancelled and later events for it are ignored."""


Action = Append | Send | Schedule | Cancel | Complete
"""Anything a handler may yield."""
