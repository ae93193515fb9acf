"""Real workers that stop or die at breakpoints."""

import pytest
from workers_kit import Boss, Rig, Shop, point

from pmtui.workers.breakpoints.grammar import read
from pmtui.workers.protocol import GoOn, Report, SetBreakpoints, Speed, Step, StepEvent, StopReport

AT = "fulfilment:orders@"


def stopped(report: Report) -> bool:
    return report.state == "paused" and report.stop is not None


@pytest.mark.parametrize("speed", ["max", "20"])
async def test_at_every_speed_it_pauses_where_a_breakpoint_is_hit(shop: Shop, rig: Rig, speed: Speed) -> None:
    shop.place("", "", "special", "")
    there = read('data.do == "special" and action InvoiceSent', 7)
    worker = await rig.start(paused=True, speed=speed, breakpoints=(there,))
    worker.tell(GoOn())
    report = await rig.reached(worker, stopped)
    assert point(report) == f"{AT}3:decided"
    assert report.stop == StopReport(7, 1, "pause")
    assert report.hits == {7: 1}
    assert shop.types() == ["PaymentAsked", "InvoiceSent"] * 2, "the events before were handled"
    report = await rig.told(worker, Step())
    assert (report.state, point(report), report.stop) == ("paused", f"{AT}3:acted:0", None)
    worker.tell(GoOn())
    await rig.reached(worker, lambda report: report.state == "idle")
    assert len(shop.types()) == 8


async def test_it_stops_at_the_very_last_point_of_a_turn_too(shop: Shop, rig: Rig) -> None:
    shop.place("", "")
    worker = await rig.start(paused=True, breakpoints=(read("orders@1:saved", 1),))
    worker.tell(GoOn())
    report = await rig.reached(worker, stopped)
    assert (point(report), shop.cursor()) == (f"{AT}1:saved", 1)
    assert report.upcoming is not None
    assert report.upcoming.position == 2


async def test_going_to_the_end_of_an_event_ends_at_a_breakpoint_in_it(shop: Shop, rig: Rig) -> None:
    shop.place("")
    worker = await rig.start(paused=True, breakpoints=(read(":acted", 1),))
    worker.tell(StepEvent())
    report = await rig.reached(worker, stopped)
    assert point(report) == f"{AT}1:acted:0"
    worker.tell(StepEvent())
    await rig.reached(worker, lambda report: point(report) == f"{AT}1:saved")


async def test_steps_that_were_asked_for_are_not_swallowed_by_a_breakpoint(shop: Shop, rig: Rig) -> None:
    shop.place("")
    worker = await rig.start(paused=True, breakpoints=(read(":read", 1),))
    for _ in range(3):
        worker.tell(Step())
    report = await rig.reached(worker, lambda report: point(report) == f"{AT}1:acted:0")
    assert report.hits == {1: 1}


async def test_without_any_it_goes_on_in_large_turns_again(shop: Shop, rig: Rig) -> None:
    shop.place(*[""] * 40)
    worker = await rig.start(paused=True, breakpoints=(read("orders@2", 1),))
    worker.tell(GoOn())
    await rig.reached(worker, stopped)
    worker.tell(SetBreakpoints(()))
    worker.tell(GoOn())
    await rig.reached(worker, lambda report: report.state == "idle")
    turns = shop.rows("SELECT turn, count(*) FROM journal GROUP BY turn", "ledgers/shop/fulfilment.db")
    assert turns == [(1, 1), (2, 1), (3, 38)], "the first, the one it stopped in, all others"


async def test_a_crash_can_be_the_deed_and_says_which_it_was(shop: Shop, rig: Rig) -> None:
    shop.place("", "", "")
    worker = await rig.start(breakpoints=(read("type OrderPlaced:acted from hit 2 then crash", 4),))
    assert await rig.ended(worker) == -9
    assert worker.report is not None
    assert worker.report.stop == StopReport(4, 2, "crash")
    assert (shop.types(), shop.cursor()) == (["PaymentAsked", "InvoiceSent", "PaymentAsked"], 1)


async def test_hits_of_the_worker_before_count(shop: Shop, rig: Rig) -> None:
    shop.place("", "")
    worker = await rig.start(paused=True, breakpoints=(read("context orders from hit 3", 1),), hits={1: 1})
    worker.tell(GoOn())
    report = await rig.reached(worker, stopped)
    assert (point(report), report.hits) == (f"{AT}2:read", {1: 3})


async def test_a_restart_after_a_crash_at_a_breakpoint_does_not_crash_there_again(
    shop: Shop, bosses: list[Boss]
) -> None:
    shop.place("", "")
    boss = Boss(shop)
    bosses.append(boss)
    await boss.start("fulfilment", breakpoints=(read("orders@1:decided then crash", 1),))
    await boss.settle()
    assert boss.crashes["fulfilment"] == 1
    assert len(shop.types()) == 4
