"""Logs to work on, made here and never kept."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from sqlite3 import Connection

from pmtui.model import instant
from pmtui.storage.sqlite.log import SqliteLog

EVENTS_OF_AN_ORDER = 12
_AT_ONCE = 50_000


def seed(path: Path, events: int, *, orders: int | None = None) -> Path:
    """A log of orders: `orders` of them side by side all the time, or else 100 at a time, one after the other."""
    log = SqliteLog.open("orders", path, create=True)
    connection = log.database.connection
    connection.execute("PRAGMA synchronous = OFF")
    for first in range(0, events, _AT_ONCE):
        connection.execute("BEGIN")
        _insert(connection, rows(first, min(first + _AT_ONCE, events), orders))
        connection.execute("COMMIT")
    log.close()
    return path


def _insert(connection: Connection, some: Iterator[tuple[object, ...]]) -> None:
    connection.executemany(
        "INSERT INTO events(id, stream, version, type, data, metadata, recorded_at) VALUES (?, ?, ?, ?, ?, '{}', ?)",
        some,
    )


def rows(first: int, last: int, orders: int | None) -> Iterator[tuple[object, ...]]:
    """Events number `first` up to `last`: id, stream, version, type, data, time; now, so that no timer is due yet."""
    began = datetime.now(UTC)
    block = 100 * EVENTS_OF_AN_ORDER
    for number in range(first, last):
        if orders is None:
            order, version = number // block * 100 + number % 100, number % block // 100 + 1
        else:
            order, version = number % orders, number // orders + 1
        data = (
            f'{{"order":"{order:09d}","amount":{number % 900 + 100},"currency":"EUR",'
            f'"customer":"customer {number % 977}","lines":[{{"article":"A-{number % 31}",'
            f'"count":{number % 5 + 1}}},{{"article":"B-{number % 17}","count":1}}]}}'
        )
        when = instant.write(began + timedelta(microseconds=number))
        yield f"order-event-{number}", f"order-{order:09d}", version, "OrderPlaced", data, when


def copy(log: Path, folder: Path) -> Path:
    """The log, in a folder of its own."""
    return Path(shutil.copy(log, folder / "orders.db"))
