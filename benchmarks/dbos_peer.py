"""The peer DBOS, as it is shipped: a workflow an event with one step that appends to a log (no goal).

Each event's workflow has the event's position for its id, which is what makes a repetition harmless there.
"""

import importlib
import json
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks import ours
from benchmarks.apps import simple
from benchmarks.loop import LOG, connect
from benchmarks.measure import Figure, Scale, in_turn, ratio
from benchmarks.seeds import copy, seed

WHAT = "one event a turn: one hop a turn / DBOS on SQLite"


def compare(scale: Scale) -> Iterator[Figure]:
    """Ours, one event a turn, against a workflow an event."""
    try:
        importlib.import_module("dbos")
    except ImportError:
        yield Figure(WHAT, None, detail="dbos is not installed (extra `bench`)")
        return
    events = max(100, scale.singles // 10)
    with scale.scratch() as folder:
        log = seed(folder / "seed.db", events)
        sides = {"ours": lambda: _ours(scale, log, events), "theirs": lambda: _theirs(scale, log, events)}
        found = in_turn(min(3, scale.rounds), sides)
    yield ratio(WHAT, found["ours"], found["theirs"], detail=f"{events:,} events")


def _ours(scale: Scale, log: Path, events: int) -> float:
    with scale.scratch() as folder:
        copy(log, folder)
        return ours.rate(simple, folder, events, 1, thread=True)


def _theirs(scale: Scale, log: Path, events: int) -> float:
    from dbos import DBOS, SetWorkflowID  # noqa: PLC0415  (an extra)

    with scale.scratch() as folder:
        DBOS(config={"name": "bench", "system_database_url": f"sqlite:///{folder}/dbos.db", "log_level": "ERROR"})

        @DBOS.step()
        def append(position: int, order: str, lines: list[object]) -> None:
            text = json.dumps({"order": order, "lines": lines})
            logs[0].execute(
                "INSERT INTO events(id, stream, version, type, data) VALUES (?, ?, ?, 'ShipmentRequested', ?)",
                (f"{position}", f"shipment-{order}", position, text),
            )

        @DBOS.workflow()
        def handle(position: int, text: str) -> None:
            data = json.loads(text)
            append(position, data["order"], data["lines"])

        DBOS.launch()
        logs = [connect(folder / "target.db", LOG)]
        rows = connect(log).execute("SELECT position, data FROM events ORDER BY position").fetchall()
        began = time.perf_counter()
        for position, text in rows:
            with SetWorkflowID(f"orders-{position}"):
                handle(position, text)
        took = time.perf_counter() - began
        DBOS.destroy(destroy_registry=True)
        logs[0].close()
    return events / took
