"""A small app, a world to run it in (in memory or in files), and short ways to drive a runner without an event loop.

To abandon a turn's generator is a crash: nothing is durable but what its points said.
"""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pmtui import App, Append, Complete, NewEvent, ProcessManager, Send, handles
from pmtui.handling.clock import Clock, VirtualClock
from pmtui.handling.drive import run
from pmtui.handling.runner import Runner
from pmtui.storage.ledger import JournalRow, actions_of
from pmtui.storage.log import Draft, Row
from pmtui.storage.memory.ledger import MemoryLedger
from pmtui.storage.memory.log import MemoryLog
from pmtui.storage.sqlite.ledger import SqliteLedger
from pmtui.storage.sqlite.log import SqliteLog

CONTEXTS = ("a", "b", "x", "y")
DELIVERIES = ("act-then-save", "save-then-act")
RECEIVERS = ("exact", "high-water", "none")
LARGE = 500


def at(second: int) -> str:
    """A time of the events: so many seconds after noon."""
    return f"2026-01-05T{12 + second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}Z"


def pair_app(how: str = "act-then-save") -> App:
    """A manager over `a` and `b` whose actions tell in which order it saw the events of an instance."""
    app = App("kit", contexts=CONTEXTS)

    class Pair(ProcessManager):
        correlate = "id"
        delivery = how

        @dataclass
        class State:
            seen: list[str] = field(default_factory=list)

        @handles("a", "Began", starts=True)
        def began(self, event, state):
            state.seen.append(f"a@{event.position}")
            told = {"seen": list(state.seen)}
            yield Append("x", f"x-{event.data['id']}", "Noted", told)
            yield Send("y", f"y-{event.data['id']}", "Count", told)
            yield Append("x", f"x-{event.data['id']}", "NotedAgain", told)

        @handles("b", "Went", starts=True)
        def went(self, event, state):
            state.seen.append(f"b@{event.position}")
            told = {"seen": list(state.seen)}
            yield Send("y", f"y-{event.data['id']}", "Count", told)
            yield Append("x", f"x-{event.data['id']}", "WentOn", told)

        @handles("b", "Closed")
        def closed(self, event, state):
            yield Append("y", f"y-{event.data['id']}", "Closed", {"seen": list(state.seen)})
            yield Complete()

    app.manager(Pair)

    @app.aggregate("y")
    def count(history, command):
        """Counts on, so an action that is applied twice shows; it sees the events before it."""
        yield NewEvent("Counted", {**command.data, "n": sum(e.type == "Counted" for e in history) + 1})

    return app


class World:
    """The logs and the ledger of one manager, in memory or in the files of a folder, and the runners opened on them."""

    def __init__(self, app: App, folder: Path | None = None) -> None:
        self.app = app
        self.folder = folder
        self._open: list[Any] = []
        self._kept = _stores(app, None) if folder is None else None
        self.logs, self.ledger = self._stores()

    def _stores(self):
        if self._kept is not None:
            return self._kept
        logs, ledger = _stores(self.app, self.folder)
        self._open += [*logs.values(), ledger]
        return logs, ledger

    def runner(self, receiver="exact", clock: Clock | None = None, app: App | None = None) -> Runner:
        """A new worker, with connections of its own."""
        logs, ledger = self._stores()
        app = app or self.app
        (manager,) = app.managers.values()
        receivers = receiver if isinstance(receiver, dict) else dict.fromkeys(logs, receiver)
        runner = Runner(app, manager, logs=logs, ledger=ledger, clock=clock or VirtualClock(), receivers=receivers)
        run(runner.start(1, at(0)))
        return runner

    def close(self) -> None:
        for each in self._open:
            each.close()
        self._open.clear()

    def seed(self, context: str, *events: tuple) -> None:
        """Append events, each (type, id or data, second)."""

        async def append() -> None:
            async with self.logs[context].transaction() as transaction:
                head = transaction.head
                drafts = []
                for n, (type_, given, second) in enumerate(events, head + 1):
                    data = given if isinstance(given, dict) else {"id": given}
                    drafts.append(Draft(f"{context}-{n}", f"s-{n}", 1, type_, json.dumps(data), "{}", at(second)))
                await transaction.append(drafts)

        run(append())

    def rows(self, context: str) -> list[Row]:
        return list(run(self.logs[context].page(0, 100_000)))

    def streams(self, *contexts: str) -> dict[str, list[tuple[str, dict]]]:
        """Each stream's (type, data), in order."""
        found: dict[str, list[tuple[str, dict]]] = {}
        for context in contexts or ("x", "y"):
            for row in self.rows(context):
                found.setdefault(f"{context}/{row.stream}", []).append((row.type, json.loads(row.data)))
        return found

    def applied(self, *contexts: str) -> Counter:
        """How often each action was applied: by (source, position, ordinal, context)."""
        counts: Counter = Counter()
        for context in contexts or ("x", "y"):
            for row in self.rows(context):
                by = json.loads(row.metadata)
                counts[by["source"], by["position"], by["ordinal"], context] += 1
        return counts

    def journal(self) -> list[JournalRow]:
        if self.folder is None:
            return list(self.ledger.state.journal)
        columns = ", ".join(JournalRow._fields)
        found = self.ledger.database.connection.execute(f"SELECT {columns} FROM journal ORDER BY rowid")
        return [JournalRow(*row) for row in found]

    def handled(self) -> list[tuple[str, str]]:
        """The journal as (event, what became of it)."""
        return [(f"{row.source}@{row.position}", row.outcome) for row in self.journal()]

    def outcomes(self) -> list[tuple[str, list[str]]]:
        """The journal as (event, what became of each of its actions)."""
        return [(f"{r.source}@{r.position}", [t.outcome for t in actions_of(r.actions)]) for r in self.journal()]

    def cursors(self) -> dict[str, int]:
        return {name: cursor.position for name, cursor in run(self.ledger.load()).cursors.items()}

    def instance(self, correlation: str):
        return run(self.ledger.instances([correlation])).get(correlation)


def _stores(app: App, folder: Path | None):
    (manager,) = app.managers
    if folder is None:
        return {name: MemoryLog(name) for name in app.contexts}, MemoryLedger(app.name, manager)
    logs = {name: SqliteLog.open(name, folder / f"{name}.db", create=True) for name in app.contexts}
    return logs, SqliteLedger.open(folder / "ledger.db", app.name, manager, create=True)


def steps(runner: Runner, limit: int = 1) -> Iterator[str]:
    """One turn, a point at a time. To stop iterating is a crash."""
    generator = runner.take(limit)
    while True:
        try:
            point = run(anext(generator))
        except StopAsyncIteration:
            return
        yield str(point)


def turn(runner: Runner, limit: int = 1) -> list[str]:
    """One whole turn; its points without the manager's name."""
    return [point.split(":", 1)[1] for point in steps(runner, limit)]


def finish(runner: Runner, limit: int = 1) -> list[list[str]]:
    """All turns until nothing is left."""
    turns = []
    while points := turn(runner, limit):
        turns.append(points)
    return turns


def crash(runner: Runner, n: int, limit: int = 1) -> str | None:
    """Go to the n-th point (from 0) of all turns to come and crash there; where that was, None if all ended before."""
    while True:
        some = False
        for point in steps(runner, limit):
            some = True
            if n == 0:
                return point.split(":", 1)[1]
            n -= 1
        if not some:
            return None
