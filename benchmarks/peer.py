"""The peer `eventsourcing`: a process application that its SingleThreadedRunner lets catch up.

One action an event as ours, one commit an event for the new event and its tracking record, no journal and no state.
"""

import importlib
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.measure import Figure, Scale, ratio
from benchmarks.seeds import EVENTS_OF_AN_ORDER

WHAT = "catching up: {} / eventsourcing SingleThreadedRunner"
_GOAL = 20.0
_FULL = 2


def figure(how: str, scale: Scale, ours: Sequence[float]) -> Figure:
    """Ours against it, on SQLite with its synchronous level as ours."""
    what = WHAT.format(how)
    try:
        importlib.import_module("eventsourcing")
    except ImportError:
        return Figure(what, None, goal=_GOAL, detail="eventsourcing is not installed (extra `bench`)")
    theirs = []
    for _ in ours:
        with scale.scratch() as folder:
            theirs.append(_rate(folder, scale.singles))
    return ratio(what, ours, theirs, _GOAL, f"{scale.singles:,} events there")


def _rate(folder: Path, events: int) -> float:
    """Events a second, of orders that were placed before it began to follow them."""
    from eventsourcing.system import SingleThreadedRunner, System  # noqa: PLC0415  (an extra)

    from benchmarks.peer_apps import Order, Orders, Shipments  # noqa: PLC0415

    env = {"PERSISTENCE_MODULE": "eventsourcing.sqlite"}
    env |= {"ORDERS_SQLITE_DBNAME": str(folder / "orders.db"), "SHIPMENTS_SQLITE_DBNAME": str(folder / "shipments.db")}
    runner = SingleThreadedRunner(System(pipes=[[Orders, Shipments]]), env)
    orders, shipments = runner.get(Orders), runner.get(Shipments)
    for application in (orders, shipments):
        with application.factory.datastore.transaction(commit=True) as cursor:
            cursor.execute("PRAGMA synchronous")
            if cursor.fetchone()[0] != _FULL:
                raise AssertionError("eventsourcing does not run with synchronous FULL here")
    lines = [{"article": "A-1", "count": 2}, {"article": "B-1", "count": 1}]
    for first in range(0, events, EVENTS_OF_AN_ORDER):
        order = Order(f"{first:09d}")
        for _ in range(min(EVENTS_OF_AN_ORDER, events - first)):
            order.place(order.number, lines)
        orders.save(order)
    runner.start()
    began = time.perf_counter()
    shipments.pull_and_process(Orders.name)
    took = time.perf_counter() - began
    handled = shipments.recorder.max_tracking_id(Orders.name)
    runner.stop()
    if handled != events + -(-events // EVENTS_OF_AN_ORDER):  # an order's opening is passed by
        raise AssertionError(f"{handled} of {events} events were handled")
    return events / took
