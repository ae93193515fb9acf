"""Where the time goes: each phase of a turn, in microseconds an event, without a thread."""

import time
from collections.abc import Iterator

from benchmarks import ours
from benchmarks.apps import full, simple
from benchmarks.catchup import ORDERS
from benchmarks.measure import Figure, Scale
from benchmarks.seeds import seed
from pmtui.handling.drive import run
from pmtui.handling.runner import LARGEST_TURN
from pmtui.model.app import App

_PHASES = {
    "read": "read: pages of the log",
    "decided": "decided: the handler and what it asks for",
    "acted": "acted: the targets' transactions",
    "saved": "saved: the ledger's transaction",
}


def compare(scale: Scale) -> Iterator[Figure]:
    """For each kind of turn, its phases: their part of the whole, and how much of it is spent on the processor."""
    for what, app, events, limit in (
        ("catching up", simple, scale.events, LARGEST_TURN),
        ("with state, a timer and two actions", full, scale.events, LARGEST_TURN),
        ("one event a turn", simple, scale.singles, 1),
    ):
        spent = _spent(scale, app, events, limit)
        whole = sum(wall for wall, _ in spent.values())
        for phase, (wall, processor) in spent.items():
            part = f"{wall / whole:.0%} of it; {processor / events * 1e6:.1f} µs on the processor, the rest waits"
            yield Figure(f"{what}: {_PHASES[phase]}", wall / events * 1e6, "µs", better="less", detail=part)


def _spent(scale: Scale, app: App, events: int, limit: int) -> dict[str, tuple[float, float]]:
    """Seconds until the points of each phase, by the wall and on the processor, over all events of a log."""
    with scale.scratch() as folder:
        seed(folder / "orders.db", events, orders=ORDERS)
        side = ours.Ours(app, folder)
        side.start()
        spent = dict.fromkeys(_PHASES, (0.0, 0.0))
        while run(_turn(side, limit, spent)):
            pass
        side.close()
    return spent


async def _turn(side: ours.Ours, limit: int, spent: dict[str, tuple[float, float]]) -> bool:
    """One turn; whether there was one."""
    found = False
    wall, processor = time.perf_counter(), time.thread_time()
    async for point in side.runner.take(limit):
        found = True
        now, used = time.perf_counter(), time.thread_time()
        before = spent[point.phase]
        spent[point.phase] = before[0] + now - wall, before[1] + used - processor
        wall, processor = time.perf_counter(), time.thread_time()
    return found
