"""Events as a test tells them."""

from datetime import datetime
from typing import Any

import msgspec

from pmtui.model import json
from pmtui.model.errors import InputError


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
