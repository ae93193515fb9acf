"""Who starts, restarts and ends the workers of an app."""

import asyncio
from collections.abc import AsyncIterator
from types import SimpleNamespace

import pytest
from workers_kit import Boss, Shop, dies_at, eventually

from pmtui.workers.alive import is_held
from pmtui.workers.protocol import EXIT_FAILED, EXIT_SUPERSEDED, GoOn, Step

AT = "fulfilment:orders@"


@pytest.fixture
async def boss(shop: Shop, bosses: list[Boss]) -> AsyncIterator[Boss]:
    boss = Boss(shop)
    bosses.append(boss)
    yield boss


async def test_a_worker_that_crashes_is_restarted_and_dies_at_its_point_only_once(shop: Shop, boss: Boss) -> None:
    shop.place(None, None, None)
    await boss.start("fulfilment", breakpoints=dies_at(f"{AT}2:acted:0"))
    first = boss.workers["fulfilment"]
    await boss.settle()
    second = boss.workers["fulfilment"]
    assert first.exit_code == -9
    assert second.pid != first.pid
    assert boss.crashes == {"fulfilment": 1, "courier": 0}
    assert second.report is not None
    assert second.report.counters.crashes == 1
    assert second.report.counters.suppressed == 1
    assert shop.types() == ["PaymentAsked", "InvoiceSent"] * 3


async def test_it_is_left_dead_where_it_is_not_to_be_restarted(shop: Shop, bosses: list[Boss]) -> None:
    shop.place(None)
    boss = Boss(shop, restart=False)
    bosses.append(boss)
    await boss.start("fulfilment", breakpoints=dies_at(f"{AT}1:decided"))
    await boss.all_end()
    assert boss.crashes["fulfilment"] == 1
    assert not boss.alive("fulfilment")
    await boss.settle()  # where none lives there is nothing to wait for


async def test_the_speed_and_the_receivers_outlive_a_crash(shop: Shop, bosses: list[Boss]) -> None:
    shop.place(None)
    boss = Boss(shop, receivers={"payments": "none"})
    bosses.append(boss)
    await boss.start("fulfilment", breakpoints=dies_at(f"{AT}1:acted:0"), speed="20")
    await boss.settle()
    assert boss.workers["fulfilment"].begin.speed == "20"
    assert shop.types() == ["PaymentAsked", "PaymentAsked", "InvoiceSent"]


async def test_one_that_failed_is_not_restarted_and_the_other_goes_on(shop: Shop, boss: Boss) -> None:
    shop.place("fail")
    await boss.start("fulfilment")
    await boss.start("courier")
    await boss.workers["fulfilment"].ended()
    await boss.settle()
    assert boss.workers["fulfilment"].exit_code == EXIT_FAILED
    assert boss.crashes == {"fulfilment": 0, "courier": 0}
    assert not boss.alive("fulfilment")
    assert boss.alive("courier")


@pytest.mark.parametrize("code", [0, EXIT_FAILED, EXIT_SUPERSEDED, 7])
async def test_a_handler_that_ends_its_process_is_a_crash_whatever_the_exit_code(
    code: int, shop: Shop, bosses: list[Boss]
) -> None:
    boss = Boss(shop, restart=False)
    bosses.append(boss)
    shop.place("exit", code=code)
    await boss.start("fulfilment")
    await boss.all_end()
    assert boss.workers["fulfilment"].exit_code == code
    assert not boss.workers["fulfilment"].ended_itself
    assert boss.crashes["fulfilment"] == 1


async def test_one_that_was_superseded_is_not_restarted(shop: Shop, boss: Boss, bosses: list[Boss]) -> None:
    shop.place(None, None)
    await boss.start("fulfilment", paused=True)
    old = boss.workers["fulfilment"]
    old.tell(Step())
    await eventually(lambda: old.report is not None and old.report.turn is not None)
    other = Boss(shop)
    bosses.append(other)
    await other.start("fulfilment")
    await other.settle()
    old.tell(GoOn())
    await boss.all_end()
    assert old.exit_code == EXIT_SUPERSEDED
    assert boss.workers["fulfilment"] is old
    assert other.alive("fulfilment")


async def test_settled_waits_for_two_managers_that_feed_one_another(shop: Shop, boss: Boss) -> None:
    """Each of them is dry again and again while the other one still has something to write for it."""
    shop.place(None, type_="Ping", left=41)
    await boss.start("courier")
    await boss.start("fulfilment")
    await boss.settle()
    both = sorted([*shop.types(), *(row[0] for row in shop.rows("SELECT type FROM events", "orders.db"))])
    assert both == ["Ping"] * 21 + ["Pong"] * 21
    shop.place(None, type_="Ping", left=3)
    await boss.settle()
    assert len(shop.types()) == 21 + 2, "what came since the last time is waited for too"


async def test_settled_waits_for_a_restart(shop: Shop, boss: Boss) -> None:
    shop.place(None)
    await boss.start("fulfilment", breakpoints=dies_at(f"{AT}1:decided"))
    await boss.workers["fulfilment"].ended()
    await boss.settle()
    assert shop.types() == ["PaymentAsked", "InvoiceSent"]


async def test_stop_lets_them_end_by_themselves(shop: Shop, boss: Boss) -> None:
    shop.place(None)
    await boss.start("fulfilment")
    await boss.start("courier")
    await boss.settle()
    await boss.stop()
    assert [worker.exit_code for worker in boss.workers.values()] == [0, 0]
    assert shop.noted() == ("stopped", "", 1)
    assert not boss.alive("fulfilment")


async def test_stop_kills_those_that_hang(shop: Shop, boss: Boss, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pmtui.workers.supervisor._STOP_SECONDS", 2.0)
    shop.place("hang")
    await boss.start("fulfilment")
    await boss.start("courier")
    await eventually(lambda: shop.hanging and boss.workers["courier"].report is not None)
    await boss.stop()
    assert boss.workers["fulfilment"].exit_code == -9
    assert boss.workers["courier"].exit_code == 0
    assert not is_held(shop.ledger)


async def test_stop_between_a_crash_and_the_restart_leaves_nothing(shop: Shop, boss: Boss) -> None:
    shop.place(None)
    await boss.start("fulfilment", breakpoints=dies_at(f"{AT}1:read"))
    await boss.workers["fulfilment"].ended()
    await boss.stop()
    assert boss.workers["fulfilment"].exit_code == -9
    assert not is_held(shop.ledger)


async def test_one_that_crashes_again_and_again_is_started_ever_less_often(
    shop: Shop, boss: Boss, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.file.write_text(shop.file.read_text() + "\nif __name__ and os.environ.get('CRASH_LOOP'): os._exit(7)\n")
    await boss.start("courier")
    monkeypatch.setenv("CRASH_LOOP", "1")
    slept: list[float] = []
    sleep = asyncio.sleep

    async def noting(seconds: float) -> None:
        slept.append(seconds)
        await sleep(seconds)

    monkeypatch.setattr("pmtui.workers.supervisor.asyncio", SimpleNamespace(**vars(asyncio) | {"sleep": noting}))
    await boss.kill("courier")
    await eventually(lambda: len(slept) > 3)
    assert slept[:3] == [0.1, 0.2, 0.4]
    assert boss.crashes["courier"] >= 4


async def test_a_change_of_any_worker_is_told(shop: Shop, bosses: list[Boss]) -> None:
    told = asyncio.Event()
    boss = Boss(shop, on_change=told.set)
    bosses.append(boss)
    await boss.start("courier")
    async with asyncio.timeout(10):
        await told.wait()
        assert boss.workers["courier"].report is not None
        told.clear()
        await boss.kill("courier")
        await told.wait()
