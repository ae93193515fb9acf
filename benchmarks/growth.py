"""A log of 10,000 events and a large one: opening, head, paging, catching up, and the memory of a worker."""

import random
import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks import ours
from benchmarks.apps import simple
from benchmarks.measure import Figure, Scale, in_turn, ratio
from benchmarks.seeds import copy, seed
from benchmarks.worker import ledger_of, memory, until_handled, worker
from pmtui.handling.drive import run
from pmtui.storage.folder import DataFolder
from pmtui.storage.sqlite.log import SqliteLog
from pmtui.view.logpage import log_page
from pmtui.view.reader import Reader

SMALL = 10_000
_FLAT = 1.1
_ROUNDS = 15


def compare(scale: Scale) -> Iterator[Figure]:
    """The large log's times by the small one's; 1.1 is flat within 10 %."""
    with scale.scratch() as folder:
        logs = {name: folder / name / "orders.db" for name in ("small", "large")}
        seed(logs["small"], SMALL)
        seed(logs["large"], scale.log)
        for what, work in (
            ("opening", _opening),
            ("head", _head),
            ("a page of 500", _page),
            ("the screen's look", _look),
        ):
            yield _flat(f"{what}: {scale.log:,} events / {SMALL:,}", logs, work)
        (folder / "orders.db").hardlink_to(logs["large"])
        yield _catching_up(scale, folder, logs["small"])
    with scale.scratch() as folder:
        seed(folder / "orders.db", scale.log)
        yield from _memory(scale, folder)


def _flat(what: str, logs: dict[str, Path], work: Callable[[Path], float]) -> Figure:
    sides = {name: lambda path=path: work(path) for name, path in logs.items()}
    in_turn(2, sides)  # both warm
    found = in_turn(_ROUNDS, sides)
    ratios = [a / b for a, b in zip(found["large"], found["small"], strict=True)]
    large, small = (statistics.median(found[name]) * 1e6 for name in ("large", "small"))
    # Of the medians: a single one is a matter of microseconds, in which the machine's other work shows.
    return Figure(
        what, large / small, "×", min(ratios), max(ratios), _FLAT, "less", f"{large:.0f} µs against {small:.0f} µs"
    )


def _opening(path: Path) -> float:
    began = time.perf_counter()
    for _ in range(20):
        SqliteLog.open("orders", path).close()
    return (time.perf_counter() - began) / 20


def _head(path: Path) -> float:
    return _of_open(path, 500, lambda log, _: run(log.head()))


def _page(path: Path) -> float:
    return _of_open(path, 50, lambda log, place: len(run(log.page(place, 500))))


def _look(path: Path) -> float:
    """What the screen reads of a log each time: its head, its newest rows and rows in the middle."""
    reader = Reader(simple, DataFolder(path.parent))
    middle = reader.head("orders") // 2
    began = time.perf_counter()
    for _ in range(20):
        reader.head("orders")
        log_page(reader, "orders", 40, None, None)
        log_page(reader, "orders", 40, middle, None)
    took = time.perf_counter() - began
    reader.close()
    return took / 20


def _of_open(path: Path, times: int, work: Callable[[SqliteLog, int], object]) -> float:
    """Seconds a call, at places all over the log."""
    log = SqliteLog.open("orders", path)
    head = run(log.head())
    dice = random.Random(1)
    places = [dice.randrange(head - 500) for _ in range(times)]
    for place in places:
        work(log, place)
    began = time.perf_counter()
    for place in places:
        work(log, place)
    took = time.perf_counter() - began
    log.close()
    return took / times


def _catching_up(scale: Scale, folder: Path, small: Path) -> Figure:
    """The last tens of thousands of the large log, everything before them handled, against a log of 10,000."""
    large = ours.Ours(simple, folder)
    large.start()
    while large.runner.counters.handled < scale.log - _ROUNDS * SMALL and large.turn(500):
        pass
    found = in_turn(_ROUNDS, {"large": lambda: _of(large, SMALL), "small": lambda: _of_small(scale, small)})
    large.close()
    what = f"catching up, events a second: {scale.log:,} events / {SMALL:,}"
    return ratio(what, found["large"], found["small"], 1 / _FLAT, "targets as large as the sources")


def _of_small(scale: Scale, small: Path) -> float:
    with scale.scratch() as folder:
        copy(small, folder)
        side = ours.Ours(simple, folder)
        side.start()
        rate = _of(side, SMALL)
        side.close()
        return rate


def _of(side: ours.Ours, events: int) -> float:
    """Events a second over so many."""
    mark, began = side.runner.counters.handled, time.perf_counter()
    while side.runner.counters.handled - mark < events and side.turn(500):
        pass
    return (side.runner.counters.handled - mark) / (time.perf_counter() - began)


def _memory(scale: Scale, folder: Path) -> Iterator[Figure]:
    with worker(simple, folder, wait=False) as process:
        ledger = ledger_of(simple, folder)
        until_handled(process, ledger, scale.log // 2, 0.02)
        half = memory(process.pid, "VmRSS")
        until_handled(process, ledger, scale.log, 0.02)
        end = memory(process.pid, "VmRSS")
        most = memory(process.pid)
    if most is None or half is None or end is None:
        yield Figure("memory of a worker catching up", None, "MB", goal=60, better="less", detail="/proc is needed")
        return
    what = f"memory of a worker catching up on {scale.log:,} events"
    yield Figure(f"{what}: most", most, "MB", half, end, 60, "less", "spread: half way, at the end")
    yield Figure(f"{what}: at the end / half way", end / half, "×", goal=_FLAT, better="less", detail="resident")
