"""Watching: everything is seen, nothing is written, nobody is disturbed."""

import asyncio
import hashlib
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import closing
from pathlib import Path

import pytest
from view_kit import Files

from pmtui.model.errors import PmtuiError
from pmtui.storage.sqlite.log import SqliteLog
from pmtui.view.reader import Reader
from pmtui.view.snapshot import Snapshot
from pmtui.view.watch import WatchSession
from pmtui.workers.appfile import load

Watch = Callable[[Files], Awaitable[WatchSession]]


@pytest.fixture
async def watch(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Watch]:
    monkeypatch.setattr("pmtui.view.watch._LOOK_SECONDS", 0.01)
    opened: list[WatchSession] = []

    async def watch(files: Files) -> WatchSession:
        opened.append(await WatchSession.open(load(str(files.folder / "shop.py")), files.data))
        return opened[-1]

    yield watch
    for session in opened:
        await session.close()


async def until(session: WatchSession, holds: Callable[[Snapshot], bool]) -> Snapshot:
    now = session.snapshot()
    try:
        async with asyncio.timeout(10):
            while not holds(now):
                now = await session.changed(now.version)
    except TimeoutError:
        raise AssertionError(f"never came: {now}") from None
    return now


def hashes(folder: Path) -> dict[str, str]:
    """Every file of the folder and what is in it; of the index beside a write-ahead log only that it is there."""
    return {
        str(path.relative_to(folder)): ""
        if path.is_dir() or path.name.endswith("-shm")
        else hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
    }


async def everything(session: WatchSession) -> None:
    """Look at all that a screen looks at, and press all that acts."""
    await session.log_page("orders", 10)
    await session.log_page("shipping", 10, after=1)
    await session.journal_page("fulfilment", 10)
    await session.handled_page(10)
    for command in (session.step, session.step_event, session.go_on, session.pause, session.crash, session.restart):
        await command("fulfilment")
    await session.crash_at("fulfilment", None)
    await session.start_over()
    session.set_receipts("none")
    session.set_speed("1")
    with pytest.raises(PmtuiError, match="only reads"):
        await session.append("orders", "s", "T", "{}")


async def test_looking_at_everything_leaves_the_folder_as_it_was(files: Files, watch: Watch) -> None:
    files.append(*["OrderPlaced"] * 3)
    files.work(2, end="stopped")
    before = hashes(files.data.path)
    assert not [name for name in before if name.endswith(("-wal", "-shm"))]
    files.data.path.chmod(0o555)
    try:
        session = await watch(files)
        await everything(session)
        await asyncio.sleep(0.1)
        assert hashes(files.data.path) == before
        await session.close()
    finally:
        files.data.path.chmod(0o755)
    assert hashes(files.data.path) == before


@pytest.mark.parametrize("index", [True, False])
async def test_what_a_killed_worker_left_in_its_write_ahead_log_is_seen_and_left_there(
    files: Files, watch: Watch, index: bool
) -> None:
    files.append("OrderPlaced")
    with closing(SqliteLog.open("orders", files.data.path / "orders.db")) as log:
        log.database.connection.execute("PRAGMA wal_autocheckpoint = 0")
        files.append("OrderPlaced")
        names = ["orders.db", "orders.db-wal", *["orders.db-shm"] * index]
        left = {name: (files.data.path / name).read_bytes() for name in names}
    for name, content in left.items():  # as a kill leaves them
        (files.data.path / name).write_bytes(content)
    before = hashes(files.data.path)
    session = await watch(files)
    assert session.snapshot().contexts[0].head == 2
    await everything(session)
    await session.close()
    assert hashes(files.data.path) == before


async def test_it_holds_nothing_so_a_writer_that_ends_leaves_a_tidy_folder(files: Files, watch: Watch) -> None:
    files.append("OrderPlaced")
    session = await watch(files)
    with closing(SqliteLog.open("orders", files.data.path / "orders.db")):
        files.append("OrderPlaced")
        assert (files.data.path / "orders.db-wal").stat().st_size
        await until(session, lambda now: now.contexts[0].head == 2)
    await session.close()
    files.work(2, end="stopped")
    session = await watch(files)
    await everything(session)
    assert not list(files.data.path.rglob("*-wal")) and not list(files.data.path.rglob("*-shm"))


async def test_it_follows_what_others_do(files: Files, watch: Watch) -> None:
    files.append("OrderPlaced", "OrderPlaced")
    session = await watch(files)
    manager = session.snapshot().manager("fulfilment")
    assert (manager.state, manager.consequence.headline, manager.to_do) == ("stopped", "Not started yet.", 2)
    files.work(2, end="stopped")
    now = await until(session, lambda now: now.manager("fulfilment").handled == 2)
    assert now.manager("fulfilment").consequence.headline == "Ended."
    assert [context.head for context in now.contexts] == [2, 2, 2]
    page = await session.handled_page(10)
    assert [each.entry.where for each in page.entries] == ["orders@1", "orders@2"]


async def test_a_context_that_is_not_there_yet_says_so_and_comes(files: Files, watch: Watch) -> None:
    session = await watch(files)
    first = session.snapshot().contexts[0]
    assert (first.head, first.why_empty, first.problem) == (0, "orders.db is not there yet", "")
    assert (await session.log_page("orders", 5)).rows == ()
    files.append("OrderPlaced")
    now = await until(session, lambda now: now.contexts[0].head == 1)
    assert now.contexts[0].why_empty == ""


async def test_a_file_that_is_no_log_is_told_and_the_rest_goes_on(files: Files, watch: Watch) -> None:
    files.append("OrderPlaced")
    (files.data.path / "payments.db").write_text("not a database, but long enough to be read as one" * 20)
    session = await watch(files)
    orders, payments, _ = session.snapshot().contexts
    assert orders.head == 1 and "not a database" in payments.problem


async def test_a_crash_is_told_from_the_files_with_no_key_that_would_do_something(files: Files, watch: Watch) -> None:
    files.append("OrderPlaced", "OrderPlaced")
    files.work(2, ":acted:0", receivers={"payments": "none"})
    session = await watch(files)
    manager = session.snapshot().manager("fulfilment")
    assert (manager.state, manager.consequence.hints) == ("killed", ())
    assert manager.consequence.headline == "Killed: acted, not saved."
    page = await session.handled_page(10)
    assert [(each.entry.glyph, each.entry.where) for each in page.entries] == [("✓", "orders@1"), ("✖", "orders@2")]
    assert [action.where for action in page.entries[-1].entry.actions] == ["payments@2"]


async def test_only_what_happens_from_now_on_is_counted(files: Files, watch: Watch) -> None:
    files.append("OrderPlaced", "OrderPlaced")
    files.work(1, ":acted:0", receivers={"payments": "none"})
    files.work(1, receivers={"payments": "none"})
    session = await watch(files)
    assert (session.snapshot().doubled, session.snapshot().crashes) == (0, 0)
    files.work(1, ":acted:0", receivers={"payments": "none"})
    files.work(1, receivers={"payments": "none"}, end="stopped")
    now = await until(session, lambda now: now.manager("fulfilment").handled == 2)
    assert (now.doubled, now.crashes) == (1, 2)


async def test_lost_actions_are_counted_once(make: Callable[..., Files], watch: Watch) -> None:
    files = make(save_first=True)
    files.append("OrderPlaced", "OrderPlaced")
    files.work(1)
    session = await watch(files)
    files.work(1, ":saved")
    now = await until(session, lambda now: now.lost > 0)
    assert now.lost == 2
    page = await session.handled_page(10)
    assert [action.fate for action in page.entries[-1].entry.actions][:2] == ["lost", "lost"]


def test_what_was_read_while_its_file_was_written_is_not_trusted(files: Files) -> None:
    files.append("OrderPlaced")
    path = files.data.path / "orders.db"
    reader = Reader(files.app, files.data, unseen=True)
    os.utime(path, (time.time() + 60,) * 2)
    assert reader.head("orders") == 1
    assert not reader.release(), "it was written only just now"
    os.utime(path, (time.time() - 60,) * 2)
    assert reader.head("orders") == 1
    assert reader.release()
    with closing(SqliteLog.open("orders", path)) as log:
        assert reader.head("orders") == 1
        files.append("OrderPlaced")
        assert reader.head("orders") == 1, "what is read is of one moment"
        reader.release()
        assert reader.head("orders") == 2
        assert reader.release(), "commits that only went to the write-ahead log do not disturb"
        assert reader.head("orders") == 2
        log.database.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        assert not reader.release()
    reader.close()
