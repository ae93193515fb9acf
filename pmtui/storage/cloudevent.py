"""One CloudEvent: a line of a file checked and read, an event of a log written.

What a log has no column for (`source`, `specversion`, extensions) is kept in the event's metadata under `cloudevents`,
so that an export gives back what was imported. Metadata that pmtui itself wrote (who caused the event) is exported as
extensions whose names begin with `pmtui`, and becomes metadata again when it is imported.
"""

import hashlib
import json as stdlib_json
from functools import lru_cache
from typing import Any, NoReturn

import msgspec

from pmtui.model import instant, json
from pmtui.storage.log import Row

HIGHEST = 2**62
"""The highest position that may be imported: SQLite's own limit is 2**63 - 1, and a log at its limit takes no more."""

DEEPEST = 200
"""How deep an event may be nested: deeper than any is, and far from where reading it would exhaust Python's stack."""

STREAM, VERSION = 2, 3
"""Where in a row of `columns` they stand."""

_KEPT = "cloudevents"
_OWN = "pmtui"
_TEXTS = ("id", "source", "type", "subject", "time")
_COLUMNS = frozenset({"id", "type", "subject", "time", "data", "position"})
_PLAIN = _COLUMNS | {"specversion", "source"}
_decode = msgspec.json.Decoder(dict[str, Any]).decode


def parsed(line: bytes) -> dict[str, Any]:
    """The event of a line: an object with all that a log needs, and whatever else it has.

    Raises:
        ValueError: what is wrong with it, in a few words.
    """
    try:
        event = _decode(line)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise ValueError(_why_not_json(line, str(error))) from None
    if len(line) > 2 * DEEPEST and line.count(b"{") + line.count(b"[") > DEEPEST and _too_deep(event):
        raise ValueError(f"is nested more than {DEEPEST} deep")
    for name in _TEXTS:
        value = event.get(name)
        if value and value.__class__ is str:
            continue
        if value is None:
            raise ValueError(f"has no {name!r}" + (" (the stream)" if name == "subject" else ""))
        raise ValueError(f"{name!r} is {_kind(value)}, not a text" if value != "" else f"{name!r} is empty")
    try:
        instant.parse(event["time"])
    except ValueError as error:
        zone = "no time zone" in str(error)
        raise ValueError(
            f"'time' {event['time']!r} {'has no time zone' if zone else 'is not an RFC 3339 time'}"
        ) from None
    if event.get("specversion", "1.0") != "1.0":
        raise ValueError(f"'specversion' is {event['specversion']!r}; only 1.0 is known")
    if event.get("data_base64") is not None:
        raise ValueError("has 'data_base64'; only JSON in 'data' is known")
    if "data" not in event:
        raise ValueError("has no 'data'")
    if not isinstance(event["data"], dict):
        raise ValueError(f"'data' is {_kind(event['data'])}, not an object")
    position = event.get("position")
    if position is not None and (type(position) is not int or not 1 <= position <= HIGHEST):
        shown = position if type(position) in (int, float) else _kind(position)
        raise ValueError(f"'position' is {shown}, not a whole number from 1 to 2**62")
    return event


def columns(event: dict[str, Any]) -> list[Any]:
    """An event, as `parsed` gives it, as a row of the `events` table.

    A position of None lets the log give the next one; the version, at `VERSION`, is left to be filled in.
    """
    return [
        event.get("position"),
        event["id"],
        event["subject"],
        0,
        event["type"],
        json.encode(event["data"]),
        _plain_metadata(event["source"]) if event.keys() == _PLAIN else json.encode(_metadata(event)),
        event["time"],
    ]


def _metadata(event: dict[str, Any]) -> dict[str, Any]:
    rest = {key: value for key, value in event.items() if key not in _COLUMNS}
    own = [key for key in rest if key.startswith(_OWN) and key != _OWN + _KEPT]
    metadata: dict[str, Any] = {key.removeprefix(_OWN): rest.pop(key) for key in own}
    metadata[_KEPT] = rest
    return metadata


@lru_cache(maxsize=100)
def _plain_metadata(source: str) -> str:
    """The metadata of an event that has nothing out of the ordinary: most events of a file come from one source."""
    return json.encode({_KEPT: {"specversion": "1.0", "source": source}})


def written(row: Row, context: str) -> dict[str, Any]:
    """A stored event as a CloudEvent, its position included.

    Args:
        row: the event.
        context: the name of its log, from which an event that was not imported gets its `source`.

    Raises:
        ValueError: its data or metadata is no JSON object.
    """
    metadata = json.decode_object(row.metadata)
    kept = metadata.get(_KEPT)
    if isinstance(kept, dict):
        del metadata[_KEPT]
    else:
        kept = {"specversion": "1.0"}
    event = {"specversion": kept.pop("specversion")} if "specversion" in kept else {}
    event |= {"id": row.id, "source": kept.pop("source", f"/{context}"), "type": row.type, "subject": row.stream}
    event |= {"time": row.recorded_at, "position": row.position, "data": json.decode_object(row.data), **kept}
    event.update((_OWN + key, value) for key, value in metadata.items())
    return event


def fingerprint(event: dict[str, Any]) -> bytes:
    """Equal for events that are the same in everything but the position; times are compared as instants.

    Raises:
        ValueError: the time is none.
    """
    moment = instant.microseconds(instant.parse(event["time"]))
    whole = {**event, "time": moment, "position": None}
    return hashlib.blake2b(json.canonical(whole), digest_size=16).digest()


def _too_deep(event: dict[str, Any]) -> bool:
    level: list[Any] = [event]
    for _ in range(DEEPEST):
        level = [
            inner
            for outer in level
            for inner in (outer.values() if isinstance(outer, dict) else outer)
            if isinstance(inner, dict | list)
        ]
        if not level:
            return False
    return True


def _kind(value: object) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true or false"
        case int() | float():
            return "a number"
        case str():
            return "a text"
        case list():
            return "a list"
        case _:
            return "an object"


def _why_not_json(line: bytes, fallback: str) -> str:
    """What is wrong with a line, found out slowly: msgspec's words for some faults help nobody."""
    try:
        text = line.decode()
    except UnicodeDecodeError as error:
        return f"not UTF-8 (byte {error.start + 1})"

    def constant(name: str) -> NoReturn:
        raise ValueError(f"holds {name}, which JSON does not have")

    try:
        value = stdlib_json.loads(text, parse_constant=constant)
    except stdlib_json.JSONDecodeError as error:
        return f"not JSON: {error.msg} (column {error.colno})"
    except (ValueError, RecursionError) as error:
        return str(error)
    if not isinstance(value, dict):
        return f"is {_kind(value)}, not a JSON object"
    try:
        stdlib_json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return "holds half a surrogate pair, which is no text"
    return f"not JSON that can be kept: {fallback}"
