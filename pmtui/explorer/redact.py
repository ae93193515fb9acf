"""Taking what events say out of a story, without changing where it goes."""

import time
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from pmtui.explorer.payload import leaves, replaced
from pmtui.explorer.story import Logs, Story
from pmtui.model import json
from pmtui.model.app import App


class Redacted(NamedTuple):
    """A story without what its events say.

    Attributes:
        story: with texts and numbers that stand for those that were there.
        kept: what had to stay for the story to go the same way, as `orders@1 amount`.
    """

    story: Story
    kept: tuple[str, ...]


def redact(app: App, story: Story, *, seconds: float = 0.5) -> Redacted:
    """Put others in place of the texts and numbers of a story's events, their streams and ids.

    The same one always stands for the same one, numbers keep their order, and names of keys and types stay, as do the
    times. So instances are still told apart and found again. What a handler compares with something of its own cannot
    be replaced: where the story would go otherwise, those values stay.

    Args:
        app: whose managers.
        story: what to redact.
        seconds: about how long to look for what must stay; what was not looked at by then stays too.
    """
    deadline = time.monotonic() + seconds
    standing = _stand_ins(story.logs)
    values = [*standing]
    if not _goes(app, story, standing):
        for value in values:  # one that must stay may be one that any other could stand for
            without = {other: stand_in for other, stand_in in standing.items() if other != value}
            alone = {value: standing[value]}
            if time.monotonic() > deadline or not _goes(app, story, alone):
                standing = without
    while standing and not _goes(app, story, standing):
        standing.popitem()
    logs = _with(story.logs, standing)
    violation = story.shown(app, logs=logs)
    if violation is None:
        return Redacted(story, _told(story.logs, values))
    return Redacted(story.on(logs, violation), _told(story.logs, [value for value in values if value not in standing]))


def _goes(app: App, story: Story, standing: dict[Any, Any]) -> bool:
    violation = story.shown(app, logs=_with(story.logs, standing))
    return violation is not None and violation.steps == story.violation.steps


_Key = tuple[type, Any]
"""A value by its type too: 1, 1.0 and True are equal in Python."""


def _key(value: Any) -> _Key:
    return type(value), value


def _stand_ins(logs: Logs) -> dict[_Key, Any]:
    """For each text and number what stands for it."""
    found = {_key(value): None for value in leaves(_payloads(logs)) if isinstance(value, str | int | float)}
    texts = [key for key in found if key[0] is str and key[1]]
    numbers = sorted((key for key in found if key[0] in (int, float)), key=lambda key: key[1])
    standing: dict[_Key, Any] = {key: f"text-{n}" for n, key in enumerate(texts, 1)}
    return standing | {key: key[0](n) for n, key in enumerate(numbers, 1)}


def _payloads(logs: Logs) -> list[Any]:
    return [[json.decode_object(row.data), row.stream] for rows in logs.values() for row in rows]


def _with(logs: Logs, standing: dict[Any, Any]) -> Logs:
    """The events with what stands for what they said, and nothing else of where they came from."""

    def by(value: Any) -> Any:
        return standing.get(_key(value), value)

    return {
        name: [
            row._replace(
                id=f"{name}-{row.position}",
                stream=by(row.stream),
                data=json.encode(replaced(json.decode_object(row.data), by)),
                metadata=json.encode({"cloudevents": {"specversion": "1.0", "source": f"/{name}"}}),
            )
            for row in rows
        ]
        for name, rows in logs.items()
    }


def _told(logs: Logs, kept: Iterable[_Key]) -> tuple[str, ...]:
    """Where values stand, as `orders@1 amount`."""
    wanted = set(kept)
    found: dict[str, None] = {}
    for name, rows in logs.items():
        for row in rows:
            where = f"{name}@{row.position}"
            if _key(row.stream) in wanted:
                found[f"{where} stream"] = None
            for path in _paths(json.decode_object(row.data), lambda value: _key(value) in wanted):
                found[f"{where} {path}"] = None
    return tuple(found)


def _paths(value: Any, wanted: Callable[[Any], bool], path: str = "") -> Iterable[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _paths(inner, wanted, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for inner in value:
            yield from _paths(inner, wanted, f"{path}[]")
    elif wanted(value):
        yield path
