"""An event from outside: somebody appends it by hand."""

import uuid
from typing import NamedTuple

from pmtui.model import json
from pmtui.model.errors import InputError
from pmtui.storage.log import Draft
from pmtui.storage.sqlite.log import SqliteLog, append_to, versions_of


class OutsideEvent(NamedTuple):
    """An event that no action causes, checked; `data` is JSON text."""

    stream: str
    type: str
    data: str

    @classmethod
    def checked(cls, stream: str, type: str, data: str) -> "OutsideEvent":
        """Take what a person typed.

        Raises:
            InputError: one line: a name is empty or no text, the data is no JSON object.
        """
        for name, value in (("stream", stream), ("type", type)):
            if not value:
                raise InputError(f"the {name} is empty")
            if any("\ud800" <= character <= "\udfff" for character in value):
                raise InputError(f"the {name} is not UTF-8")
        try:
            return cls(stream, type, json.encode(json.decode_object(data)))
        except ValueError as error:
            raise InputError(f"the data is not a JSON object: {error}") from None


def append_outside(log: SqliteLog, event: OutsideEvent, recorded_at: str) -> int:
    """Append an event, recorded at a time with its zone (RFC 3339); returns its position.

    Raises:
        StorageError: the log cannot be written.
    """
    with log.database.transaction() as connection:
        version = versions_of(connection, [event.stream]).get(event.stream, 0) + 1
        draft = Draft(str(uuid.uuid4()), event.stream, version, event.type, event.data, "{}", recorded_at)
        return append_to(connection, [draft])
