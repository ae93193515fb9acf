"""The limit: a `sqlite3` loop without a thread that makes the same commits, with nothing around it.

It writes what ours writes: the event (its stream and version unique), a receipt with a fingerprint, a journal row, the
instance and the cursor. It keeps the versions in memory, never looks whether it was interrupted and checks nothing.
"""

import json
import sqlite3
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from itertools import chain
from pathlib import Path
from typing import Any

import msgspec

from pmtui.model import instant

LOG = """
CREATE TABLE events(position INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT, stream TEXT, version INTEGER, type TEXT,
    data TEXT, metadata TEXT, recorded_at TEXT);
CREATE UNIQUE INDEX by_stream ON events(stream, version);
CREATE TABLE receipts(sender INTEGER, position INTEGER, ordinal INTEGER, stream TEXT, fingerprint BLOB, first INTEGER,
    added INTEGER, PRIMARY KEY(sender, position, ordinal)) WITHOUT ROWID;
"""
LEDGER = """
CREATE TABLE cursors(context TEXT PRIMARY KEY, position INTEGER) WITHOUT ROWID;
CREATE TABLE instances(correlation TEXT PRIMARY KEY, status TEXT, state TEXT, started TEXT, missed INTEGER)
    WITHOUT ROWID;
CREATE TABLE pending(correlation TEXT, type TEXT, due INTEGER, recorded_at TEXT, data TEXT, metadata TEXT,
    fired INTEGER, PRIMARY KEY(correlation, type)) WITHOUT ROWID;
CREATE INDEX pending_by_due ON pending(due, correlation, type) WHERE fired IS NULL;
CREATE TABLE journal(id INTEGER PRIMARY KEY, turn INTEGER, source TEXT, position INTEGER, type TEXT, stream TEXT,
    correlation TEXT, outcome TEXT, recorded_at TEXT, handled_at TEXT, actions TEXT);
INSERT INTO cursors VALUES ('orders', 0);
"""
PAGE = "SELECT position, stream, type, data, recorded_at FROM events WHERE position > ? ORDER BY position LIMIT 500"
EVENTS = "INSERT INTO events(id, stream, version, type, data, metadata, recorded_at)"
RECEIPTS = "INSERT INTO receipts"
JOURNAL = (
    "INSERT INTO journal(turn, source, position, type, stream, correlation, outcome, recorded_at, handled_at, actions)"
)
INSTANCES = "INSERT OR REPLACE INTO instances"
CURSOR = "UPDATE cursors SET position = ? WHERE context = 'orders'"


@dataclass(frozen=True)
class Tools:
    """How a loop reads and writes JSON, and many rows."""

    decode: Callable[[str], Any]
    encode: Callable[[Any], str]
    insert: Callable[[sqlite3.Connection, str, Sequence[tuple[object, ...]]], object]


def _many(connection: sqlite3.Connection, into: str, rows: Sequence[tuple[object, ...]]) -> None:
    connection.executemany(f"{into} VALUES ({','.join('?' * len(rows[0]))})", rows)


def _values(connection: sqlite3.Connection, into: str, rows: Sequence[tuple[object, ...]]) -> None:
    one = f"({','.join('?' * len(rows[0]))})"
    connection.execute(f"{into} VALUES {','.join([one] * len(rows))}", list(chain.from_iterable(rows)))


_encode = msgspec.json.Encoder().encode
PLAIN = Tools(json.loads, json.dumps, _many)
TUNED = Tools(msgspec.json.Decoder().decode, lambda value: _encode(value).decode(), _values)


def connect(path: Path, schema: str = "") -> sqlite3.Connection:
    """Open a file as durable as ours."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.executescript(schema)
    return connection


def rate(tools: Tools, folder: Path, events: int, batch: int = 500) -> float:
    """Events a second, catching up with `orders.db` in a folder, two commits a batch."""
    source = connect(folder / "orders.db")
    log, ledger = connect(folder / "target.db", LOG), connect(folder / "ledger.db", LEDGER)
    began = time.perf_counter()
    head, turn, position = 0, 0, 0
    versions: dict[str, int] = {}
    while page := source.execute(PAGE, (position,)).fetchall():
        for start in range(0, len(page), batch):
            turn += 1
            rows = page[start : start + batch]
            head = take_turn(tools, log, ledger, rows, turn, head, versions)
        position = page[-1][0]
    took = time.perf_counter() - began
    if head != events:
        raise AssertionError(f"{head} of {events} events were handled")
    for connection in (source, log, ledger):
        connection.close()
    return events / took


def take_turn(
    tools: Tools,
    log: sqlite3.Connection,
    ledger: sqlite3.Connection,
    rows: list[tuple[Any, ...]],
    turn: int,
    head: int,
    versions: dict[str, int],
) -> int:
    added, receipts, journal = [], [], []
    instances = {}
    now = instant.write(instant.now())
    for position, stream, type_, text, recorded_at in rows:
        data = tools.decode(text)
        order = data["order"]
        target = f"shipment-{order}"
        versions[target] = version = versions.get(target, 0) + 1
        new = {"order": order, "lines": data["lines"]}
        asked = ["append", "shipments", target, "ShipmentRequested", new]
        mark = blake2b(tools.encode(asked).encode(), digest_size=8).digest()
        caused = {
            "app": "simple",
            "manager": "shipping",
            "source": "orders",
            "position": position,
            "ordinal": 0,
            "correlation": order,
        }
        id_ = f"simple/shipping/orders/{position}/0/0"
        added.append((id_, target, version, "ShipmentRequested", tools.encode(new), tools.encode(caused), now))
        head += 1
        receipts.append((1, position, 0, target, mark, head, 1))
        taken = tools.encode([["append", "shipments", target, "ShipmentRequested", 0, "performed", head, 1, 0, ""]])
        journal.append((turn, "orders", position, type_, stream, order, "handled", recorded_at, now, taken))
        instances[order] = (order, "running", "{}", f"orders@{position}", 0)
    log.execute("BEGIN IMMEDIATE")
    tools.insert(log, EVENTS, added)
    tools.insert(log, RECEIPTS, receipts)
    log.execute("COMMIT")
    ledger.execute("BEGIN IMMEDIATE")
    tools.insert(ledger, JOURNAL, journal)
    tools.insert(ledger, INSTANCES, list(instances.values()))
    ledger.execute(CURSOR, (rows[-1][0],))
    ledger.execute("COMMIT")
    return head
