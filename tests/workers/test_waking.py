"""An idle worker sleeps until there is something to do, and then wakes."""

import asyncio
import os
import sqlite3
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, closing
from datetime import timedelta
from threading import Thread
from types import SimpleNamespace
from typing import Any

import pytest
from workers_kit import SECONDS, Shop, dies_at, eventually

from pmtui.model import instant
from pmtui.storage.sqlite.thread import DatabaseThread
from pmtui.workers import driver
from pmtui.workers.control import Control
from pmtui.workers.outbox import Outbox
from pmtui.workers.protocol import Begin, Command, GoOn, Pause, Stop
from pmtui.workers.worker import Worker

HOUR = 3600.0


class _Counting(DatabaseThread):
    """Counts what it is given to do.

    Attributes:
        control: what the worker that gives it is told.
    """

    hops = 0
    control: Control

    async def run(self, function: Callable[[], Any]) -> Any:
        self.hops += 1
        return await super().run(function)


@asynccontextmanager
async def working(shop: Shop, manager: str, **options: Any) -> AsyncIterator[_Counting]:
    """A worker here in this process, from when it has found nothing to do."""
    begin = Begin(str(shop.file), manager, str(shop.data), virtual=False, receivers={}, **options)
    control = Control(begin)
    reading, writing = os.pipe()
    thread = await _Counting.start()
    assert isinstance(thread, _Counting)
    thread.control = control
    work = Worker(begin, control, Outbox(writing, asyncio.get_running_loop()), thread)
    task = asyncio.create_task(work.run())
    loop = asyncio.get_running_loop()
    loop.add_reader(reading, lambda: os.read(reading, 2**16))
    try:
        await quiet(thread)
        yield thread
    finally:
        control.hear(Stop())
        async with asyncio.timeout(SECONDS):
            code = await task
        await work.close()
        await thread.stop()
        loop.remove_reader(reading)
        os.close(reading)
        os.close(writing)
    assert code == 0


async def quiet(thread: _Counting) -> None:
    """Until it has nothing to do."""
    before = -1
    while before != thread.hops or thread.hops < 2:  # the first one opens the files
        before = thread.hops
        await asyncio.sleep(0.1)


async def test_none_of_many_appends_at_any_moment_is_missed(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(driver, "_POLL", HOUR)

    def append() -> None:
        for number in range(150):
            shop.place(None)
            time.sleep(number % 7 / 1000)

    async with working(shop, "fulfilment"):
        appending = Thread(target=append)
        appending.start()
        await eventually(lambda: not appending.is_alive())
        await eventually(lambda: shop.cursor() == 150)


async def test_workers_wake_one_another_by_what_they_append(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(driver, "_POLL", HOUR)
    async with AsyncExitStack() as both:
        for manager in ("fulfilment", "courier"):
            await both.enter_async_context(working(shop, manager))
        shop.place(None, type_="Ping", left=41)
        await eventually(lambda: len(shop.types()) == 21)


async def test_what_does_not_ring_is_seen_all_the_same(shop: Shop) -> None:
    shop.place(None)
    async with working(shop, "fulfilment"):
        await eventually(lambda: shop.cursor() == 1)
        with closing(sqlite3.connect(shop.data / "orders.db")) as connection, connection:
            connection.execute(
                "INSERT INTO events(id, stream, version, type, data, metadata, recorded_at) "
                "SELECT 'x', 'order-x', 1, type, data, metadata, recorded_at FROM events"
            )
        await eventually(lambda: shop.cursor() == 2)


async def test_a_paused_worker_sees_at_once_what_comes_next(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(driver, "_POLL", HOUR)
    async with working(shop, "fulfilment", paused=True) as thread:
        before = thread.hops
        shop.place(None)
        await eventually(lambda: thread.hops > before)


async def test_a_timer_comes_due_between_two_looks(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(driver, "_POLL", HOUR)
    due = instant.write(instant.now() + timedelta(seconds=1.5))
    shop.place("remind", at=due)
    async with working(shop, "fulfilment"):
        assert "Reminded" not in shop.types()
        await eventually(lambda: "Reminded" in shop.types())


async def test_an_idle_worker_looks_at_most_five_times_a_second(shop: Shop) -> None:
    async with working(shop, "fulfilment") as thread:
        before, began = thread.hops, time.monotonic()
        await asyncio.sleep(1.2)
        assert thread.hops - before <= 5 * (time.monotonic() - began)
        assert thread.hops > before


@pytest.mark.parametrize("command", [Pause(), Stop()])
async def test_what_is_said_in_a_turn_is_heard_after_it_though_more_turns_would_share_its_hop(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, command: Command
) -> None:
    monkeypatch.setattr(driver, "_HOP", HOUR)
    monkeypatch.setattr(driver, "_POLL", HOUR)
    shop.place(None, None, "say", None, None, None)
    async with working(shop, "fulfilment", paused=True, breakpoints=dies_at("fulfilment:orders@6:read", "pause")) as it:
        before = it.hops
        hops: list[int] = []

        def say() -> None:
            hops.append(it.hops - before)
            it.control.hear(command)

        monkeypatch.setitem(sys.modules, "said", SimpleNamespace(now=say))
        it.control.hear(GoOn())
        await eventually(lambda: hops != [])
        await quiet(it)
        assert hops == [1], "all three turns are in one"
        assert shop.cursor() == 3
