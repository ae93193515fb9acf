"""What may be relied on, by number as in the design, as far as it is the files that hold it."""

import subprocess
import sys
import threading
import time
from itertools import pairwise

import pytest
from storage_kit import (
    AT,
    SENDER,
    append,
    draft,
    drafts,
    in_transaction,
    instance,
    moved,
    receipt,
    rows,
    run,
    save,
    timer,
)

from pmtui.storage.errors import StorageError, WentBack
from pmtui.storage.sqlite import ledger as ledger_module
from pmtui.storage.sqlite.ledger import SqliteLedger
from pmtui.storage.sqlite.log import SqliteLog


@pytest.fixture
def path(tmp_path):
    return tmp_path / "orders.db"


@pytest.fixture
def log(path):
    log = SqliteLog.open("orders", path, create=True)
    yield log
    log.close()


@pytest.fixture
def ledger(tmp_path):
    ledger = SqliteLedger.open(tmp_path / "fulfilment.db", "shop", "fulfilment", create=True)
    yield ledger
    ledger.close()


def processes(code, *arguments, count):
    """Run as many processes of the same code at the same time; what each printed."""
    at = str(time.time() + 0.4)
    started = [
        subprocess.Popen(
            [sys.executable, "-c", code, at, str(number), *map(str, arguments)], stdout=subprocess.PIPE, text=True
        )
        for number in range(count)
    ]
    printed = [each.communicate(timeout=30)[0].strip() for each in started]
    assert [each.returncode for each in started] == [0] * count, printed
    return printed


WRITER = """
import asyncio, sys, time
from pathlib import Path
from pmtui.storage.log import Draft
from pmtui.storage.sqlite.log import SqliteLog

at, number, path = sys.argv[1:]
log = SqliteLog.open("orders", Path(path))

async def write():
    while time.time() < float(at):
        pass
    for version in range(1, 151):
        async with log.transaction() as transaction:
            mine = await transaction.append([Draft("", number, version, "T", "{}", "{}", "")])
        patience = time.monotonic() + 0.01  # SQLite wakes a writer that waits late: let the other one have its turn
        while await log.head() == mine and time.monotonic() < patience:
            pass
    log.close()

asyncio.run(write())
"""


def test_1_whatever_two_processes_write_nothing_becomes_visible_below_what_was_read(log, path):
    seen, head = [], 0
    done = threading.Event()

    def write():
        try:
            processes(WRITER, path, count=2)
        finally:
            done.set()

    thread = threading.Thread(target=write)
    thread.start()
    while True:
        last_round = done.is_set()
        page = rows(log, after=head, limit=7)
        seen += page
        head = page[-1].position if page else head
        if last_round and not page:
            break
    thread.join()
    assert [row.position for row in seen] == list(range(1, 301))
    assert seen == rows(log)
    assert {row.stream for row in seen} == {"0", "1"}
    switches = sum(one.stream != other.stream for one, other in pairwise(seen))
    assert switches > 2, "the two did not write at the same time, so nothing was tested"


def test_1_a_deleted_top_position_is_not_given_out_again(log, path):
    append(log, *drafts(3))
    log.database.connection.execute("DELETE FROM events WHERE position >= 2")
    assert run(log.head()) == 3
    assert append(log, draft("order-2")) == 4


def test_1_the_head_survives_that_somebody_empties_sqlites_own_bookkeeping(log):
    append(log, *drafts(3))
    log.database.connection.execute("DELETE FROM sqlite_sequence")
    assert run(log.head()) == 3
    assert append(log, draft("order-2")) == rows(log)[-1].position == 4


def test_1_positions_go_on_above_an_import_with_gaps(log):
    append(log, draft())
    log.database.connection.execute("INSERT INTO events VALUES (40, 'i', 's', 1, 'T', '{}', '{}', '')")
    assert run(log.head()) == 40
    assert append(log, draft("order-2")) == 41


def test_2_a_page_leaves_gaps_out_and_reads_on_above_them(log):
    append(log, *drafts(6))
    log.database.connection.execute("DELETE FROM events WHERE position IN (4, 5)")
    assert [row.position for row in rows(log, limit=4)] == [1, 2, 3, 6]


def test_3_workers_that_start_at_the_same_time_get_different_epochs(tmp_path):
    path = tmp_path / "l.db"
    ledgers = [SqliteLedger.open(path, "shop", "fulfilment", create=True) for _ in range(6)]
    epochs = []

    def start(ledger):
        for _ in range(10):
            epochs.append(run(ledger.start(1, AT)).epoch)

    threads = [threading.Thread(target=start, args=(ledger,)) for ledger in ledgers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for ledger in ledgers:
        ledger.close()
    assert sorted(epochs) == list(range(1, 61))


def test_3_a_worker_never_takes_the_epoch_of_one_that_starts_right_after_it(tmp_path, ledger):
    class Overtaken(SqliteLedger):
        async def load(self):
            await ledger.start(2, AT)
            return await super().load()

    slow = Overtaken.open(tmp_path / "fulfilment.db", "shop", "fulfilment")
    assert run(slow.start(1, AT)).epoch == 1
    slow.close()


def test_3_what_is_loaded_is_of_one_commit(tmp_path, ledger, monkeypatch):
    other = SqliteLedger.open(tmp_path / "fulfilment.db", "shop", "fulfilment")
    run(ledger.start(1, AT))
    read = ledger_module._next_due
    scheduled = (instance(), instance(timers={"PaymentOverdue": timer()}))

    def read_after_a_save_of_another(connection):
        if connection is ledger.database.connection:
            run(other.save(save(cursors=moved("orders", 0, 5), instances=(scheduled,))))
        return read(connection)

    monkeypatch.setattr(ledger_module, "_next_due", read_after_a_save_of_another)
    state = run(ledger.load())
    assert (state.turn, dict(state.cursors), state.next_due) == (0, {}, None)
    monkeypatch.undo()
    assert run(ledger.load()).next_due == timer().due
    other.close()


@pytest.mark.parametrize("which", ["log", "ledger"])
def test_5_files_have_a_write_ahead_log_and_wait_for_the_disk_at_every_commit(request, which):
    connection = request.getfixturevalue(which).database.connection
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert connection.execute("PRAGMA synchronous").fetchone() == (2,)
    assert connection.execute("PRAGMA fullfsync").fetchone() == (1,)


def test_5_a_file_that_lost_its_write_ahead_log_mode_gets_it_back_and_opened_again_is_as_durable(path, log):
    log.close()
    again = SqliteLog.open("orders", path)
    again.database.connection.execute("PRAGMA journal_mode = DELETE")
    again.close()
    again = SqliteLog.open("orders", path)
    assert again.database.connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert again.database.connection.execute("PRAGMA synchronous").fetchone() == (2,)
    again.close()


def replaced(path):
    path.rename(path.with_suffix(".old"))
    for suffix in ("-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    SqliteLog.open("orders", path, create=True).close()


def removed(path):
    path.unlink()


@pytest.mark.parametrize("change", [replaced, removed])
def test_6_a_file_that_was_replaced_or_removed_is_neither_written_nor_believed(log, path, change):
    append(log, draft())
    change(path)
    with pytest.raises(WentBack, match="restart"):
        append(log, draft("order-2"))
    with pytest.raises(WentBack):
        rows(log)
    with pytest.raises(WentBack):
        run(log.head())
    assert not log.database.connection.in_transaction
    assert log.database.connection.execute("SELECT count(*) FROM events").fetchone() == (1,)
    if path.exists():
        fresh = SqliteLog.open("orders", path)
        assert rows(fresh) == []
        fresh.close()


def test_6_a_file_that_is_replaced_during_a_transaction_is_not_committed_to(log, path):
    async def work():
        async with log.transaction() as transaction:
            await transaction.append([draft()])
            replaced(path)

    with pytest.raises(WentBack):
        run(work())
    assert log.database.connection.execute("SELECT count(*) FROM events").fetchone() == (0,)


def test_6_a_write_ahead_log_that_was_removed_is_not_written_to(log, path):
    append(log, draft())
    path.with_name("orders.db-wal").unlink()
    with pytest.raises(WentBack, match="-wal"):
        append(log, draft("order-2"))


def test_6_a_ledger_that_was_replaced_is_not_written(ledger, tmp_path):
    run(ledger.start(1, AT))
    (tmp_path / "fulfilment.db").unlink()
    for call in (ledger.save(save()), ledger.fire(1, 1, 1), ledger.start(2, AT), ledger.load()):
        with pytest.raises(WentBack):
            run(call)


def test_6_a_copy_keeps_the_identity_and_a_log_made_anew_does_not(log, path, tmp_path):
    identity = run(log.identity())
    log.close()
    copy = tmp_path / "copy.db"
    copy.write_bytes(path.read_bytes())
    path.unlink()
    copied, anew = SqliteLog.open("orders", copy), SqliteLog.open("orders", path, create=True)
    assert run(copied.identity()) == identity != run(anew.identity())
    copied.close()
    anew.close()


def test_what_was_committed_is_there_after_opening_again(path, log):
    append(log, *drafts(3))
    in_transaction(log, "record", SENDER, [receipt(1)])
    log.close()
    again = SqliteLog.open("orders", path)
    assert len(rows(again)) == 3
    assert in_transaction(again, "receipts", SENDER, 0, None) == [receipt(1)]
    again.close()


CREATOR = """
import sys, time
from pathlib import Path
from pmtui.storage.sqlite.log import SqliteLog

while time.time() < float(sys.argv[1]):
    pass
log = SqliteLog.open("orders", Path(sys.argv[3]), create=True)
print(log.database.identity, log.database.connection.execute("PRAGMA journal_mode").fetchone()[0])
log.close()
"""


def test_processes_that_create_one_file_at_the_same_time_end_up_with_one_log(tmp_path):
    for attempt in range(3):
        printed = processes(CREATOR, tmp_path / f"{attempt}.db", count=3)
        assert len(set(printed)) == 1, printed
        assert printed[0].endswith(" wal")


def test_a_kill_in_the_middle_of_creating_a_file_does_no_harm(path):
    path.touch()
    log = SqliteLog.open("orders", path, create=True)
    assert append(log, draft()) == 1
    log.close()


def test_a_full_disk_is_one_line_and_changes_nothing(log, path):
    append(log, draft())
    connection = log.database.connection
    connection.execute("PRAGMA max_page_count = 1")  # SQLite raises it to the pages that are there
    with pytest.raises(StorageError, match=r"orders\.db: the disk is full; nothing was changed$"):
        append(log, *drafts(2000, "order-2"))
    connection.execute("PRAGMA max_page_count = 1000000")
    assert [row.stream for row in rows(log)] == ["order-1"]
    assert append(log, draft("order-3")) == 2


def test_a_file_that_somebody_else_keeps_locked_is_one_line(log, path):
    log.database.connection.execute("PRAGMA busy_timeout = 10")
    other = SqliteLog.open("orders", path)
    with other.database.transaction(), pytest.raises(StorageError, match="locked by another program"):
        append(log, draft())
    other.close()
    assert append(log, draft()) == 1
