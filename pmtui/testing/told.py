"""Events as a test tells them."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from pmtui.model import instant, json
from pmtui.model.app import App
from pmtui.model.errors import InputError
from pmtui.model.manager import TIMERS
from pmtui.storage.log import Row

START = datetime(2026, 1, 1, tzinfo=UTC)
"""The time at which what a test tells begins, unless it says otherwise."""


class Told(msgspec.Struct, frozen=True):
    """An event that a test tells; `event` makes one.

    Attributes:
        context, type: what happened and where.
        data: its payload.
        stream: the aggregate it belongs to.
        at: when it was recorded; None is the scenario's own time.
    """

    context: str
    type: str
    data: dict[str, Any]
    stream: str
    at: datetime | None


def event(
    context: str,
    type: str,
    data: dict[str, Any] | None = None,
    /,
    *,
    stream: str = "",
    at: datetime | None = None,
    **fields: Any,
) -> Told:
    """An event for `given` and `when`, such as `event("orders", "OrderPlaced", order_id="order-1", amount=10)`.

    Args:
        context: the name of the context whose log it is in.
        type: what happened.
        data: the payload, or those of its fields that cannot be written as arguments.
        stream: the aggregate it belongs to; the context's name unless a handler looks at it.
        at: when it was recorded, with a time zone; left out, it happens now, in the time of the scenario. A later time
            moves the scenario's on, and timers that come due before it fire first.
        fields: the payload's fields.

    Raises:
        InputError: the time has no zone, or the data is nothing that a log can hold.
    """
    if at is not None and at.tzinfo is None:
        raise InputError(f"{type} of {context}: at=… needs a time with a time zone")
    payload = {**(data or {}), **fields}
    try:
        json.encode(payload)
    except ValueError as error:
        raise InputError(f"the data of {type} of {context} {error}") from None
    return Told(context, type, payload, stream or context, at)


def checked(app: App, told: Told) -> Told:
    """The event, if it can happen around this app's managers.

    Raises:
        InputError: it is no event, or in no context of the app.
    """
    if not isinstance(told, Told):
        raise InputError(f"an event is told as event(context, type, …), not as {type(told).__name__}")
    if told.context == TIMERS:
        raise InputError(f"{told.type} is a timer, which comes due by itself when time passes")
    if told.context not in app.contexts:
        known = ", ".join(app.contexts)
        raise InputError(f"{told.type} of the unknown context {told.context!r}: known are {known}")
    return told


def logs_of(app: App, events: Iterable[Told]) -> dict[str, list[Row]]:
    """The log of every context of an app in which these events have happened, a second apart unless they say when.

    Raises:
        InputError: one of them is no event, or in no context of the app.
    """
    logs: dict[str, list[Row]] = {context: [] for context in app.contexts}
    versions: dict[tuple[str, str], int] = {}
    for number, told in enumerate(events):
        rows = logs[checked(app, told).context]
        stream = told.context, told.stream
        version = versions[stream] = versions.get(stream, 0) + 1
        position = len(rows) + 1
        at = instant.write(told.at or START + timedelta(seconds=number))
        name = f"{told.context}-{position}"
        rows.append(Row(position, name, told.stream, version, told.type, json.encode(told.data), "{}", at))
    return logs
