"""Small systems to explore: contexts `a` and `b` are written from outside, `x` and `y` by the manager."""

import json
from collections.abc import Sequence

from pmtui import App, ProcessManager
from pmtui.explorer import Verdict, explore
from pmtui.storage.log import Row

CONTEXTS = ("a", "b", "x", "y")


def at(second: int) -> str:
    return f"2026-01-05T{12 + second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}Z"


def events(context: str, *given: tuple) -> list[Row]:
    """Events of a context, each (type, instance or data[, second])."""
    rows = []
    versions: dict[str, int] = {}
    for position, (type_, who, *second) in enumerate(given, 1):
        data = who if isinstance(who, dict) else {"id": who}
        stream = f"{context}-{data.get('id', '')}"
        version = versions[stream] = versions.get(stream, 0) + 1
        moment = at(second[0] if second else position)
        rows.append(Row(position, f"{context}{position}", stream, version, type_, json.dumps(data), "{}", moment))
    return rows


def app_of(*managers: type[ProcessManager], aggregate=None, contexts: Sequence[str] = CONTEXTS) -> App:
    app = App("kit", contexts=contexts)
    for manager in managers:
        app.manager(manager)
    if aggregate is not None:
        app.aggregate("y")(aggregate)
    return app


def found(verdict: Verdict) -> str:
    """The verdict, or the kind of what was found."""
    return verdict.violation.kind if verdict.violation is not None else verdict.verdict


def explored(app: App, logs=None, receiver: str = "exact", **options) -> Verdict:
    logs = {"a": events("a", ("Began", "1"), ("Began", "2"))} if logs is None else logs
    return explore(app, logs, receivers=dict.fromkeys(app.contexts, receiver), **options)
