"""An event from outside: somebody appends it by hand."""

import uuid
from typing import NamedTuple

from pmtui.model import json
from pmtui.model.errors import InputError
from pmtui.storage.log import Draft
from pmtui.storage.sqlite.events import append_to, skip_positions, versions_of
from pmtui.storage.sqlite.log import SqliteLog


class OutsideEvent(NamedTuple):
    """An event that no action causes, checked; `data` is JSON text."""

    stream: str
    type: str
    data: str
    id: str = ""
    """Empty for a new one."""
    metadata: str = "{}"

    @classmethod
    def checked(cls, stream: str, type: str, data: str) -> "OutsideEvent":
        """Take what a person typed.

        Raises:
            InputError: one line: a name is empty or no text, the data is no JSON object.
        """
        for name, value in (("stream", stream), ("type", type)):
            if not value:
                raise InputError(f"the {name} is empty")
            if not json.is_text(value):
                raise InputError(f"the {name} is not UTF-8")
        try:
            return cls(stream, type, json.encode(json.decode_object(data)))
        except ValueError as error:
            raise InputError(f"the data is not a JSON object: {error}") from None


MOST_MISSING = 1_000_000
"""The largest gap that can be left."""


def append_outside(log: SqliteLog, event: OutsideEvent, recorded_at: str, *, missing: int = 0) -> int:
    """Append an event, recorded at a time with its zone (RFC 3339); returns its position.

    Args:
        log: the log.
        event: the event.
        recorded_at: when.
        missing: how many positions right before it are to be left out for good.

    Raises:
        InputError: so many cannot be left out.
        StorageError: the log cannot be written.
    """
    if not 0 <= missing <= MOST_MISSING:
        raise InputError(f"a gap has 0 to {MOST_MISSING:,} positions, not {missing:,}")
    with log.database.transaction() as connection:
        if missing:
            skip_positions(connection, missing)
        version = versions_of(connection, [event.stream]).get(event.stream, 0) + 1
        id_ = event.id or str(uuid.uuid4())
        draft = Draft(id_, event.stream, version, event.type, event.data, event.metadata, recorded_at)
        return append_to(connection, [draft])


def once_more(log: SqliteLog, position: int, *, same_id: bool) -> OutsideEvent:
    """An event that is there already, to be appended once more.

    Args:
        log: the log.
        position: where the event is.
        same_id: whether it is the same event again, as a broken publisher sends it, with its id and metadata; else it
            is another one that happens to say the same.

    Raises:
        InputError: there is no such event.
        StorageError: the log cannot be read.
    """
    with log.database.reading() as connection:
        row = connection.execute(
            "SELECT stream, type, data, id, metadata FROM events WHERE position = ?", (position,)
        ).fetchone()
    if row is None:
        raise InputError(f"{log.name} has no event {position}")
    return OutsideEvent(*row) if same_id else OutsideEvent(*row[:3])
