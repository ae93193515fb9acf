"""What a person may want to append to a context: its types of events, each with a stream and data to begin with."""

import json
import re
from dataclasses import dataclass

from pmtui.model.app import App
from pmtui.view.reader import Reader
from pmtui.view.safe import safe

_PAGE = 200
_LONGEST_DATA = 20_000
_NUMBERED = re.compile(r"(.*?)([0-9]{1,18})")


@dataclass(frozen=True, slots=True)
class Offer:
    """A type of event to append.

    Attributes:
        type: its name.
        stream: one that fits: the last event's, or the next by number where it can only start an instance.
        data: the last event's as JSON text in one line, without characters that need to be made `safe()`.
        starting: the managers of which it starts an instance.
        handling: the others that handle it.
    """

    type: str
    stream: str
    data: str
    starting: tuple[str, ...] = ()
    handling: tuple[str, ...] = ()


def offers(reader: Reader, context: str) -> tuple[Offer, ...]:
    """What starts instances there, what else the managers handle, then what else is among the log's newest events.

    Names that cannot be shown as they are are left out.

    Raises:
        StorageError: the log cannot be read.
    """
    newest = _newest(reader, context)
    starting: dict[str, list[str]] = {}
    handling: dict[str, list[str]] = {}
    for manager in reader.app.managers.values():
        for (source, type_), handler in manager.handlers.items():
            if source == context:
                (starting if handler.starts else handling).setdefault(type_, []).append(manager.name)
    only_starting = [type_ for type_ in starting if type_ not in handling]
    found: list[Offer] = []
    for type_ in dict.fromkeys([*only_starting, *starting, *handling, *newest]):
        starts, handles = starting.get(type_, []), handling.get(type_, [])
        stream, data = newest.get(type_) or ("", _keys(reader.app, [*starts, *handles]))
        if type_ in only_starting and stream:
            stream, data = _next(stream, data)
        if safe(type_) == type_:
            found.append(Offer(type_, stream, data, tuple(starts), tuple(handles)))
    return tuple(found)


def _newest(reader: Reader, context: str) -> dict[str, tuple[str, str]]:
    """By type, stream and data of its last event, of those on the log's last page."""
    log = reader.log(context)
    if log is None:
        return {}
    with log.database.explained():
        rows = log.database.connection.execute(
            "SELECT type, stream, CASE WHEN length(data) <= ? THEN data ELSE '{}' END "
            "FROM events ORDER BY position DESC LIMIT ?",
            (_LONGEST_DATA, _PAGE),
        ).fetchall()
    found: dict[str, tuple[str, str]] = {}
    for type_, stream, data in rows:
        if type_ not in found:
            found[type_] = (stream if safe(stream) == stream else "", _line(data))
    return found


def _line(data: str) -> str:
    """JSON text as ASCII, so that nothing in it can disturb a terminal and nothing of it is changed."""
    try:
        return json.dumps(json.loads(data))
    except (ValueError, RecursionError):
        return "{}"


def _keys(app: App, managers: list[str]) -> str:
    """Data that names an instance, for a type that was never seen."""
    keys = {app.managers[name].cls.correlate for name in managers}
    return json.dumps(dict.fromkeys(sorted(key for key in keys if isinstance(key, str)), ""))


def _next(stream: str, data: str) -> tuple[str, str]:
    """The next stream by number, and data that names it wherever it named this one."""
    numbered = _NUMBERED.fullmatch(stream)
    if numbered is None:
        return stream, data
    following = f"{numbered[1]}{int(numbered[2]) + 1}"
    return following, data.replace(json.dumps(stream), json.dumps(following))
