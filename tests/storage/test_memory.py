"""What the memory store can do beyond the contract: go back, begin with events, notice overlapping writers."""

import asyncio
import subprocess
import sys

import pytest
from storage_kit import (
    AT,
    PIN,
    SENDER,
    append,
    draft,
    drafts,
    in_transaction,
    instance,
    receipt,
    rows,
    run,
    save,
    timer,
)

from pmtui.storage.errors import StorageError
from pmtui.storage.log import Row
from pmtui.storage.memory.ledger import MemoryLedger
from pmtui.storage.memory.log import MemoryLog


def row(position: int, version: int) -> Row:
    return Row(position, f"e{position}", "order-1", version, "OrderPlaced", "{}", "{}", AT)


def test_a_log_goes_back_to_a_state_that_was_read_before_and_forth_again():
    log = MemoryLog("orders")
    append(log, draft())
    before = log.state
    append(log, *drafts(2, "order-2"))
    in_transaction(log, "record", SENDER, [receipt(1)])
    in_transaction(log, "set_pin", "shop", "fulfilment", PIN)
    after = log.state
    log.state = before
    assert [each.stream for each in rows(log)] == ["order-1"]
    assert in_transaction(log, "receipts", SENDER, 0, None) == []
    assert run(log.pin("shop", "fulfilment")) is None
    assert append(log, draft("order-3")) == 2, "the branch numbers on from where it was"
    log.state = after
    assert [each.stream for each in rows(log)] == ["order-1", "order-2", "order-2"]
    assert run(log.pin("shop", "fulfilment")) == PIN


def test_a_ledger_goes_back_to_a_state_that_was_read_before():
    ledger = MemoryLedger("shop", "fulfilment")
    run(ledger.start(1, AT))
    run(ledger.save(save(instances=[(instance(), instance(timers={"T": timer("T")}))])))
    before = ledger.state
    loaded = run(ledger.load())
    run(ledger.fire(1, 100, 10))
    run(ledger.start(2, AT))
    run(ledger.save(save(epoch=2, turn=2)))
    ledger.state = before
    assert run(ledger.load()) == loaded
    assert rows(ledger.timers) == []
    assert run(ledger.fire(1, 100, 10)) == [("order-1", "T", 1)]


def test_a_log_begins_with_events_at_their_own_positions():
    log = MemoryLog("orders", [row(3, 1), row(7, 2)], identity="uuid")
    assert [each.position for each in rows(log, after=3)] == [7]
    assert run(log.head()) == 7
    assert run(log.identity()) == "uuid"
    assert append(log, draft("order-1", 3)) == 8


def test_events_to_begin_with_must_rise():
    with pytest.raises(StorageError, match="position 3"):
        MemoryLog("orders", [row(3, 1), row(3, 2)])


def test_of_two_transactions_that_overlap_the_second_to_commit_is_refused():
    log = MemoryLog("orders")

    async def overlap():
        async with log.transaction() as one:
            await one.append([draft("a")])
            async with log.transaction() as two:
                await two.append([draft("b")])

    with pytest.raises(StorageError, match="same time"):
        run(overlap())
    assert [each.stream for each in rows(log)] == ["b"]


def test_it_works_in_an_event_loop_too():
    async def work():
        log = MemoryLog("orders")
        async with log.transaction() as transaction:
            await transaction.append([draft()])
        return await log.head()

    assert asyncio.run(work()) == 1


def test_it_needs_neither_sqlite_nor_asyncio():
    stores = "pmtui.storage.memory.log, pmtui.storage.memory.ledger"
    code = f"import sys, {stores}; sys.exit(bool({{'sqlite3', 'asyncio'}} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
