"""The crash explorer: edges a second, a state's cost, the first loans in every order, the whole command."""

import json
import statistics
import time
import tracemalloc
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from benchmarks.apps import simple
from benchmarks.commands import pmtui, process
from benchmarks.measure import Figure, Scale, in_turn
from pmtui.explorer import Verdict, explore
from pmtui.explorer.exploration import Exploration, receivers_of
from pmtui.explorer.parts import Owners, Touched
from pmtui.explorer.reading import read_logs
from pmtui.explorer.verdict import Bounds
from pmtui.explorer.world import World
from pmtui.model.app import App
from pmtui.storage.folder import DataFolder
from pmtui.storage.log import Row
from pmtui.workers.appfile import load
from tests.planted.table import PLANTED

_ROOT = Path(__file__).resolve().parent.parent
_SHOP = _ROOT / "sample_data" / "shop.py"
_LOANS = _ROOT / "tests" / "examples" / "loans.py"
_EVENTS = 200
_SPARE = 10_000
"""Snapshots that one is taken the mean of."""


def compare(scale: Scale) -> Iterator[Figure]:
    """The explorer on one order and on the shop, then what a state and all else costs."""
    shop, shops = _of(_SHOP)
    loans, loans_logs = _of(_LOANS)
    orders = _orders(_EVENTS)
    found = in_turn(
        scale.rounds,
        {
            "one": lambda: _rate(_held(simple, orders, "oldest")),
            "shop": lambda: _rate(_held(shop, shops, "all")),
            "snapshot": lambda: _snapshot(orders),
            "command": lambda: process([pmtui(), "explore", str(_SHOP)]),
        },
    )
    yield _figure(f"edges a second, {_EVENTS} events in one order", found["one"], "", 100_000, "more")
    yield _figure("edges a second, the sample shop in every order", found["shop"], "", 100_000, "more")
    yield _figure("a snapshot and going back to it", [each * 1e6 for each in found["snapshot"]], "µs", 2, "less")
    yield _figure("memory a state, the first 300 loan events", [_memory(loans, loans_logs)], "KB", 1, "less")
    verdict = _held(loans, loans_logs, "all")
    detail = f"{verdict.states:,} states, {verdict.edges:,} edges"
    yield _figure("the first 300 loan events in every order", [verdict.seconds], "s", 10, "less", detail)
    yield _figure("`pmtui explore` on the sample shop, whole process", found["command"], "s", 1, "less")
    yield _planted()


def _figure(what: str, values: Sequence[float], unit: str, goal: float, better: str, detail: str = "") -> Figure:
    middle = statistics.median(values)
    return Figure(what, middle, unit, min(values), max(values), goal, better, detail)  # type: ignore[arg-type]


def _of(file: Path) -> tuple[App, Mapping[str, Sequence[Row]]]:
    app = load(str(file)).app
    return app, read_logs(app, DataFolder(file.parent / "data"))


def _orders(count: int) -> dict[str, list[Row]]:
    """Events of ten instances."""
    rows = []
    for position in range(1, count + 1):
        order = f"order-{position % 10}"
        data = json.dumps({"order": order, "lines": 1})
        at = f"2026-01-05T{position // 3600:02d}:{position // 60 % 60:02d}:{position % 60:02d}Z"
        version = (position - 1) // 10 + 1
        rows.append(Row(position, f"o{position}", order, version, "OrderPlaced", data, "{}", at))
    return {"orders": rows}


def _held(app: App, logs: Mapping[str, Sequence[Row]], orders: str) -> Verdict:
    verdict = explore(app, logs, orders=orders)  # type: ignore[arg-type]
    if verdict.verdict != "holds":
        raise AssertionError(f"{app.name}: {verdict.verdict}")
    return verdict


def _rate(verdict: Verdict) -> float:
    return verdict.edges / verdict.seconds


def _snapshot(logs: Mapping[str, Sequence[Row]]) -> float:
    """Seconds that one snapshot and going back to it take."""
    owners = Owners(simple, {}, whole=True)
    world = World(simple, logs, simple.managers, {}, {}, Touched(owners))
    return _mean(lambda: world.restore(world.snapshot()))


def _mean(act: Callable[[], None]) -> float:
    began = time.perf_counter()
    for _ in range(_SPARE):
        act()
    return (time.perf_counter() - began) / _SPARE


def _planted() -> Figure:
    """Seconds until a planted bug is found and its story is the shortest."""
    took = {}
    for case in PLANTED:
        if case.hook is not None:  # it takes the runtime apart, for a test
            continue
        app = case.app("wrong")
        logs = case.logs(app)
        began = time.perf_counter()
        verdict = explore(app, logs, order_independent=case.order_independent)
        took[case.name] = time.perf_counter() - began
        if verdict.violation is None:
            raise AssertionError(f"{case.name} was not found")
    slowest = max(took, key=lambda name: took[name])
    figure = f"a planted bug found and shrunk: the slowest of {len(took)}"
    detail = f"{slowest}; half of them within {statistics.median(took.values()) * 1000:.0f} ms"
    return Figure(figure, took[slowest], "s", min(took.values()), took[slowest], 2, "less", detail)


def _memory(app: App, logs: Mapping[str, Sequence[Row]]) -> float:
    """KB a state of all that a search in every order holds at its highest, logs and decisions included."""
    receivers = receivers_of(app, None)
    search = Exploration(app, logs, receivers, "all", Bounds(), None, order_independent=False, twice=False)
    tracemalloc.start()
    try:
        states = search.run().states
        return tracemalloc.get_traced_memory()[1] / states / 1024
    finally:
        tracemalloc.stop()
