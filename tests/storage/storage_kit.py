"""Both stores behind one face, short ways to make what they keep, and a driver that needs no event loop."""

from collections.abc import Coroutine
from pathlib import Path
from typing import Any, TypeVar

from pmtui.storage.ledger import Counters, Cursor, Instance, JournalRow, Save, Timer
from pmtui.storage.log import Draft, Pin, Receipt, Row, Run, Sender
from pmtui.storage.memory.ledger import MemoryLedger
from pmtui.storage.memory.log import MemoryLog
from pmtui.storage.sqlite.ledger import SqliteLedger
from pmtui.storage.sqlite.log import SqliteLog

T = TypeVar("T")
AT = "2026-01-05T09:00:00Z"
SENDER = Sender("shop", "fulfilment", "orders", "uuid-1")
OTHER = Sender("shop", "fulfilment", "orders", "uuid-2")
PIN = Pin(3, 1, (Run("orders", 1, 6, 4), Run("payments", 2, 2, 1)))


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    """Drive a coroutine that must never suspend."""
    try:
        coroutine.send(None)
    except StopIteration as done:
        return done.value
    finally:
        coroutine.close()
    raise AssertionError("it suspended: storage must not need an event loop")


class MemoryStore:
    """Logs and ledgers in memory."""

    def log(self, name: str = "orders") -> MemoryLog:
        return MemoryLog(name)

    def ledger(self) -> MemoryLedger:
        return MemoryLedger("shop", "fulfilment")

    def close(self) -> None:
        pass


class SqliteStore:
    """Logs and ledgers in files, which are closed at the end."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._open: list[SqliteLog | SqliteLedger] = []

    def log(self, name: str = "orders") -> SqliteLog:
        self._open.append(log := SqliteLog.open(name, self._folder / f"{len(self._open)}.db", create=True))
        return log

    def ledger(self) -> SqliteLedger:
        path = self._folder / f"{len(self._open)}.db"
        self._open.append(ledger := SqliteLedger.open(path, "shop", "fulfilment", create=True))
        return ledger

    def close(self) -> None:
        for each in self._open:
            each.close()


def draft(stream="order-1", version=1, type_="OrderPlaced", data="{}") -> Draft:
    return Draft(f"{stream}/{version}", stream, version, type_, data, "{}", AT)


def drafts(count: int, stream="order-1", first=1) -> list[Draft]:
    return [draft(stream, first + i) for i in range(count)]


def receipt(position: int, ordinal=0, stream="payment-1", fingerprint=b"f", first=1, added=1) -> Receipt:
    return Receipt(position, ordinal, stream, fingerprint, first, added)


async def appending(log, *some: Draft) -> int:
    async with log.transaction() as transaction:
        return await transaction.append(some)


def append(log, *some: Draft) -> int:
    """Append in a transaction of its own."""
    return run(appending(log, *some))


def in_transaction(log, method: str, *arguments: Any) -> Any:
    """One call in a transaction of its own."""

    async def call() -> Any:
        async with log.transaction() as transaction:
            return await getattr(transaction, method)(*arguments)

    return run(call())


def rows(log, after=0, limit=10_000) -> list[Row]:
    return list(run(log.page(after, limit)))


def instance(correlation="order-1", status="running", state="{}", started="orders@1", missed=0, timers=None):
    return Instance(correlation, status, state, started, missed, timers or {})


def timer(type_="PaymentOverdue", due=100, recorded_at=AT, fired=None) -> Timer:
    return Timer(type_, due, recorded_at, '{"order_id":1}', "{}", fired)


def save(epoch=1, turn=1, **changes: Any) -> Save:
    plain: dict[str, Any] = {
        "advances": True, "clock": 0, "cursors": {}, "instances": (), "journal": (), "targets": {},
        "counters": Counters(),
    }  # fmt: skip
    return Save(epoch, turn, **{**plain, **changes})


def moved(source: str, before: int, after: int, identity="uuid-1") -> dict[str, tuple[Cursor, Cursor]]:
    return {source: (Cursor(before, identity), Cursor(after, identity))}


def journal_row(position: int, turn=1) -> JournalRow:
    return JournalRow(turn, "orders", position, "OrderPlaced", "order-1", "order-1", "handled", AT, AT, "[]")
