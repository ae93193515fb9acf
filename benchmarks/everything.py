"""Catching up with state, receipts, journal, timers and two actions an event."""

import time
from collections.abc import Iterator
from datetime import timedelta
from hashlib import blake2b
from pathlib import Path
from typing import Any

from benchmarks import ours
from benchmarks.apps import full
from benchmarks.loop import CURSOR, EVENTS, INSTANCES, JOURNAL, LEDGER, LOG, PAGE, PLAIN, RECEIPTS, Tools, connect
from benchmarks.measure import Figure, Scale, in_turn, ratio
from benchmarks.seeds import copy, seed
from pmtui.model import instant

PENDING = "INSERT OR REPLACE INTO pending"


def compare(scale: Scale) -> Iterator[Figure]:
    """Ours against a plain loop that writes the same rows in the same three commits."""
    with scale.scratch() as folder:
        log = seed(folder / "seed.db", scale.events, orders=5_000)
        found = in_turn(
            scale.rounds,
            {
                "inline": lambda: _ours(scale, log),
                "plain": lambda: _plain(scale, log),
                "thread": lambda: _ours(scale, log, thread=True),
            },
        )
    yield ratio("with state, a timer and two actions: no thread / plain loop", found["inline"], found["plain"], 1.0)
    yield ratio(
        "with state, a timer and two actions: one hop a turn / plain loop", found["thread"], found["plain"], 1.0
    )


def _ours(scale: Scale, log: Path, *, thread: bool = False) -> float:
    with scale.scratch() as folder:
        copy(log, folder)
        return ours.rate(full, folder, scale.events, thread=thread)


def _plain(scale: Scale, log: Path) -> float:
    with scale.scratch() as folder:
        copy(log, folder)
        return _Plain(folder, PLAIN).rate(scale.events)


class _Plain:
    """The loop: versions and the state of all instances in memory, three commits a batch."""

    def __init__(self, folder: Path, tools: Tools) -> None:
        self._tools = tools
        self._source = connect(folder / "orders.db")
        self._logs = {name: connect(folder / f"{name}-target.db", LOG) for name in ("payments", "letters")}
        self._ledger = connect(folder / "ledger.db", LEDGER)
        self._heads = dict.fromkeys(self._logs, 0)
        self._versions: dict[str, int] = {}
        self._states: dict[str, tuple[str, str]] = {}

    def rate(self, events: int) -> float:
        """Events a second."""
        began = time.perf_counter()
        turn = position = 0
        while rows := self._source.execute(PAGE, (position,)).fetchall():
            turn += 1
            self._turn(turn, rows)
            position = rows[-1][0]
        took = time.perf_counter() - began
        for connection in (self._source, self._ledger, *self._logs.values()):
            connection.close()
        if self._heads != dict.fromkeys(self._logs, events):
            raise AssertionError(f"{self._heads} of {events} events were handled")
        return events / took

    def _turn(self, turn: int, rows: list[tuple[Any, ...]]) -> None:
        encode = self._tools.encode
        now = instant.write(instant.now())
        added: dict[str, list[tuple[object, ...]]] = {name: [] for name in self._logs}
        receipts: dict[str, list[tuple[object, ...]]] = {name: [] for name in self._logs}
        journal, instances, pending = [], {}, {}
        for position, stream, type_, text, recorded_at in rows:
            data = self._tools.decode(text)
            order = data["order"]
            known = self._states.get(order)
            state = self._tools.decode(known[0]) if known else {"events": 0, "total": 0, "customer": ""}
            state["events"] += 1
            state["total"] += data["amount"]
            state["customer"] = data["customer"]
            started = known[1] if known else f"orders@{position}"
            asked = (
                ("payments", f"payment-{order}", "PaymentRequested", {"order": order, "amount": data["amount"]}),
                ("letters", f"customer-{order}", "LetterWritten", {"order": order, "customer": state["customer"]}),
            )
            taken: list[list[object]] = []
            for ordinal, (context, target, new_type, new) in enumerate(asked):
                first = self._heads[context] = self._heads[context] + 1
                self._versions[target] = version = self._versions.get(target, 0) + 1
                mark = blake2b(encode(["append", context, target, new_type, new]).encode(), digest_size=8).digest()
                caused = self._caused(position, ordinal, order)
                id_ = f"full/fulfilment/orders/{position}/{ordinal}/0"
                added[context].append((id_, target, version, new_type, encode(new), encode(caused), now))
                receipts[context].append((1, position, ordinal, target, mark, first, 1))
                taken.append(["append", context, target, new_type, ordinal, "performed", first, 1, 0, ""])
            due = instant.parse(recorded_at) + timedelta(days=30)
            at = instant.write(due)
            taken.append(["schedule", "timers", order, "PaymentOverdue", 2, "scheduled", 0, 0, 0, at])
            timer = encode(self._caused(position, 2, order))
            pending[order] = (
                order,
                "PaymentOverdue",
                instant.microseconds(due),
                at,
                encode({"order": order}),
                timer,
                None,
            )
            journal.append((turn, "orders", position, type_, stream, order, "handled", recorded_at, now, encode(taken)))
            self._states[order] = (encode(state), started)
            instances[order] = (order, "running", *self._states[order], 0)
        for name, log in self._logs.items():
            log.execute("BEGIN IMMEDIATE")
            self._tools.insert(log, EVENTS, added[name])
            self._tools.insert(log, RECEIPTS, receipts[name])
            log.execute("COMMIT")
        self._ledger.execute("BEGIN IMMEDIATE")
        self._tools.insert(self._ledger, JOURNAL, journal)
        self._tools.insert(self._ledger, INSTANCES, list(instances.values()))
        self._tools.insert(self._ledger, PENDING, list(pending.values()))
        self._ledger.execute(CURSOR, (rows[-1][0],))
        self._ledger.execute("COMMIT")

    @staticmethod
    def _caused(position: int, ordinal: int, order: str) -> dict[str, object]:
        return {
            "app": "full",
            "manager": "fulfilment",
            "source": "orders",
            "position": position,
            "ordinal": ordinal,
            "correlation": order,
        }
