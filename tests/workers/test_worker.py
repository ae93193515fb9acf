"""A worker, told by commands over its pipe."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from workers_kit import Rig, Shop, dies_at, eventually, point

from pmtui.workers.alive import is_held
from pmtui.workers.control import Control
from pmtui.workers.protocol import (
    EXIT_FAILED,
    EXIT_SUPERSEDED,
    Advance,
    Begin,
    GoOn,
    Look,
    Pause,
    SetBreakpoints,
    SetReceivers,
    SetSpeed,
    Step,
    StepEvent,
    Stop,
    line,
)
from tests.processes import alive

AT = "fulfilment:orders@"


async def test_a_paused_worker_names_what_comes_and_takes_one_phase_a_step(shop: Shop, rig: Rig) -> None:
    shop.place(None, None)
    worker = await rig.start(paused=True)
    report = await rig.reached(worker, lambda report: report.state == "paused")
    assert report.turn is None
    assert report.upcoming is not None
    assert (report.upcoming.source, report.upcoming.position) == ("orders", 1)
    for phase in ("read", "decided", "acted:0", "acted:1", "saved"):
        report = await rig.told(worker, Step())
        assert (report.state, point(report)) == ("paused", f"{AT}1:{phase}")
        acted = {"read": 0, "decided": 0, "acted:0": 1}.get(phase, 2)
        assert len(shop.types()) == acted
        assert shop.cursor() == (1 if phase == "saved" else 0)
    assert report.upcoming is not None
    assert report.upcoming.position == 2
    assert report.counters.handled == 1


async def test_stepping_an_event_ends_after_its_last_phase(shop: Shop, rig: Rig) -> None:
    shop.place(None, None)
    worker = await rig.start(paused=True)
    await rig.told(worker, Step())
    worker.tell(StepEvent())
    report = await rig.reached(worker, lambda report: report.state == "paused" and point(report).endswith(":saved"))
    assert point(report) == f"{AT}1:saved"
    report = await rig.told(worker, Look())
    assert point(report) == f"{AT}1:saved", "it must not go on to the next event by itself"
    worker.tell(StepEvent())
    report = await rig.reached(worker, lambda report: report.state == "paused" and point(report) == f"{AT}2:saved")
    assert report.upcoming is None


async def test_steps_asked_for_before_it_is_up_are_all_taken_in_their_order(shop: Shop, rig: Rig) -> None:
    shop.place(None, None, None, None)
    worker = await rig.start(paused=True)
    for command in (StepEvent(), StepEvent(), Step(), StepEvent(), Step(), Step()):
        worker.tell(command)
    report = await rig.reached(worker, lambda report: point(report) == f"{AT}4:decided")
    assert shop.cursor() == 3
    report = await rig.told(worker, Look())
    assert (report.state, point(report)) == ("paused", f"{AT}4:decided")


def test_a_key_held_down_does_not_step_for_ever() -> None:
    control = Control(Begin("", "", "", virtual=False, receivers={}, paused=True))
    for _ in range(10_000):
        control.hear(StepEvent())
    taken = 0
    while control.may_go:
        control.took_phase(ended=True)
        taken += 1
    assert taken == 100


async def test_pausing_takes_effect_at_a_phase_boundary(shop: Shop, rig: Rig) -> None:
    shop.place(None, None)
    worker = await rig.start(speed="phase")
    await rig.reached(worker, lambda report: point(report) == f"{AT}1:decided")
    report = await rig.told(worker, Pause())
    assert report.state == "paused"
    assert point(report) == f"{AT}1:decided", "the second until the next phase has not passed"
    assert shop.types() == []
    worker.tell(SetSpeed("max"))
    report = await rig.told(worker, Look())
    assert point(report) == f"{AT}1:decided", "a new speed does not end the pause"
    worker.tell(GoOn())
    await rig.reached(worker, lambda report: report.state == "idle")
    assert shop.types() == ["PaymentAsked", "InvoiceSent"] * 2


async def test_steps_that_were_not_taken_end_with_a_pause(shop: Shop, rig: Rig) -> None:
    shop.place(None)
    worker = await rig.start(paused=True)
    await rig.reached(worker, lambda report: report.state == "paused")
    report = await rig.told(worker, GoOn())
    worker.tell(Step())
    worker.tell(Step())
    await rig.reached(worker, lambda report: report.state == "idle")
    shop.place(None)
    await rig.told(worker, Pause())
    before = point(await rig.told(worker, Look()))
    report = await rig.told(worker, Look())
    assert point(report) == before


@pytest.mark.parametrize(("speed", "least"), [("20", 0.25), ("max", 0.0)])
async def test_the_speed_is_kept(shop: Shop, rig: Rig, speed: str, least: float) -> None:
    shop.place(*[None] * 6)
    worker = await rig.start(paused=True, speed=speed)
    await rig.reached(worker, lambda report: report.state == "paused")
    started = time.monotonic()
    worker.tell(GoOn())
    report = await rig.reached(worker, lambda report: report.state == "idle")
    assert time.monotonic() - started > least
    [(turns,)] = shop.rows("SELECT count(DISTINCT turn) FROM journal", "ledgers/shop/fulfilment.db")
    assert turns == (1 if speed == "max" else 6), "only the highest speed takes larger turns"
    assert report.counters.handled == 6


async def test_a_changed_speed_is_heard_in_the_middle_of_an_event(shop: Shop, rig: Rig) -> None:
    shop.place(*[None] * 20)  # a phase a second would take far longer than anybody waits here
    worker = await rig.start(speed="phase")
    await rig.reached(worker, lambda report: point(report) == f"{AT}1:decided")
    worker.tell(SetSpeed("max"))
    await rig.reached(worker, lambda report: report.state == "idle")


@pytest.mark.parametrize(
    ("phase", "acted", "cursor"),
    [("read", 0, 0), ("decided", 0, 0), ("acted:0", 1, 0), ("acted:1", 2, 0), ("saved", 2, 2)],
)
async def test_it_kills_itself_exactly_at_the_point(shop: Shop, rig: Rig, phase: str, acted: int, cursor: int) -> None:
    shop.place(None, None, None)
    worker = await rig.start(breakpoints=dies_at(f"{AT}2:{phase}"))
    assert await rig.ended(worker) == -signal.SIGKILL
    assert (worker.exit_code, worker.died is not None) == (-9, True)
    assert len(shop.types()) == 2 + acted
    assert shop.cursor() == (cursor or 1)
    assert shop.noted()[2] == 0, "a killed worker did not end cleanly"


async def test_a_point_to_die_at_can_be_set_and_taken_back_while_it_runs(shop: Shop, rig: Rig) -> None:
    shop.place(None, None)
    worker = await rig.start(paused=True)
    worker.tell(SetBreakpoints(dies_at(f"{AT}1:decided")))
    worker.tell(SetBreakpoints(()))
    worker.tell(StepEvent())
    await rig.reached(worker, lambda report: point(report) == f"{AT}1:saved")
    worker.tell(SetBreakpoints(dies_at(f"{AT}2:acted:0")))
    worker.tell(StepEvent())
    assert await rig.ended(worker) == -9
    assert len(shop.types()) == 3


async def test_it_pauses_at_a_point_on_the_way_there_as_fast_as_it_goes(shop: Shop, rig: Rig) -> None:
    shop.place(*[None] * 50)  # an event a second would take far longer than anybody waits here
    worker = await rig.start(paused=True)
    worker.tell(SetBreakpoints(dies_at(f"{AT}40:acted:0", "pause")))
    worker.tell(GoOn())
    report = await rig.reached(worker, lambda report: report.state == "paused" and report.turn is not None)
    assert point(report) == f"{AT}40:acted:0"
    assert len(shop.types()) == 79
    worker.tell(GoOn())
    await rig.reached(worker, lambda report: report.state == "idle")


async def test_receivers_can_be_switched_between_two_actions(shop: Shop, rig: Rig) -> None:
    shop.place(None)
    first = await rig.start(breakpoints=dies_at(f"{AT}1:acted:1"))
    await rig.ended(first)
    again = await rig.start(paused=True, receivers={"payments": "none"})
    for _ in range(3):
        report = await rig.told(again, Step())
    assert report.turn is not None
    assert report.turn.repeated
    assert [taken.outcome for taken in report.turn.taken] == ["doubled", "asked"]
    again.tell(SetReceivers({"payments": "exact"}))
    report = await rig.told(again, Step())
    assert report.turn is not None
    assert [taken.outcome for taken in report.turn.taken] == ["doubled", "suppressed"]
    assert shop.types() == ["PaymentAsked", "InvoiceSent", "PaymentAsked"]


async def test_virtual_time_moves_on_when_told_and_never_back(shop: Shop, rig: Rig) -> None:
    shop.place(None)
    worker = await rig.start()
    report = await rig.reached(worker, lambda report: report.state == "idle")
    assert report.clock == 1_767_348_001_000_000
    assert (await rig.told(worker, Advance(report.clock + 5))).clock == report.clock + 5
    assert (await rig.told(worker, Advance(1))).clock == report.clock + 5


async def test_stop_finishes_the_turn_and_ends_cleanly(shop: Shop, rig: Rig) -> None:
    shop.place(None)
    worker = await rig.start()
    await rig.reached(worker, lambda report: report.state == "idle")
    assert is_held(shop.ledger)
    worker.tell(Stop())
    assert await rig.ended(worker) == 0
    assert worker.report is not None
    assert worker.report.state == "stopped"
    assert shop.noted() == ("stopped", "", 1)
    assert not is_held(shop.ledger)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
async def test_a_signal_to_end_is_a_clean_stop(shop: Shop, rig: Rig, number: int) -> None:
    shop.place(None)
    worker = await rig.start()
    await rig.reached(worker, lambda report: report.state == "idle")
    os.kill(worker.pid, signal.SIGINT)  # ctrl+c reaches the whole group: what to do is for the supervisor to say
    await rig.told(worker, Look())
    os.kill(worker.pid, number)
    assert await rig.ended(worker) == 0
    assert shop.noted() == ("stopped", "", 1)


async def test_what_a_handler_prints_does_not_get_among_the_reports(shop: Shop, rig: Rig) -> None:
    shop.place("print", None)
    worker = await rig.start()
    report = await rig.reached(worker, lambda report: report.state == "idle")
    assert report.pid == worker.pid
    assert report.counters.handled == 2
    worker.tell(Stop())
    assert await rig.ended(worker) == 0


async def test_a_worker_is_spawned_and_never_loads_textual(shop: Shop, rig: Rig) -> None:
    shop.place("tell")
    worker = await rig.start()
    await rig.reached(worker, lambda report: report.state == "idle")
    [(told,)] = shop.rows("SELECT data FROM events WHERE type = 'Told'")
    assert told == '{"textual":[],"forked":false}'


async def test_a_failing_handler_ends_its_worker_with_the_place_in_the_file(shop: Shop, rig: Rig) -> None:
    shop.place(None, "fail", None)
    worker = await rig.start()
    assert await rig.ended(worker) == EXIT_FAILED
    assert worker.report is not None
    assert worker.report.state == "failed"
    failure = worker.report.failure
    assert failure is not None
    assert failure.sentence == "orders@2: RuntimeError: out of stock"
    assert failure.place == f"{shop.file}:{shop.line('out of stock')}"
    assert any("out of stock" in line for line in failure.trace)
    state, reason, clean = shop.noted()
    assert (state, reason, clean) == ("failed", failure.sentence, 1)
    assert shop.cursor() == 1, "what came before it is done"


async def test_an_exception_that_cannot_be_told_is_a_failure_too(shop: Shop, rig: Rig) -> None:
    shop.place("evil")
    assert await rig.ended(await rig.start()) == EXIT_FAILED
    assert shop.noted() == ("failed", "orders@1: Evil", 1)


async def test_what_a_handler_raises_is_told_in_one_line_that_can_be_kept(shop: Shop, rig: Rig) -> None:
    shop.place("two lines")
    assert await rig.ended(await rig.start()) == EXIT_FAILED
    assert shop.noted() == ("failed", "orders@1: RuntimeError: out of stock \\ud800 again", 1)


async def test_threads_of_a_handler_do_not_keep_its_worker_alive(shop: Shop, rig: Rig) -> None:
    shop.place("thread")
    worker = await rig.start()
    await rig.reached(worker, lambda report: report.state == "idle")
    worker.tell(Stop())
    assert await rig.ended(worker) == 0
    assert worker.ended_itself


async def test_a_process_that_a_handler_forks_does_not_stand_in_for_its_worker(shop: Shop, rig: Rig) -> None:
    shop.place("fork")
    worker = await rig.start()
    await rig.reached(worker, lambda report: report.state == "idle")
    forked = int(shop.file.with_name("forked").read_text())
    try:
        worker.kill()
        assert await rig.ended(worker) == -9
        assert not is_held(shop.ledger)
    finally:
        os.kill(forked, signal.SIGKILL)


async def test_a_worker_that_another_one_takes_over_from_gives_way(shop: Shop, rig: Rig) -> None:
    shop.place(None, None)
    old = await rig.start(paused=True)
    await rig.told(old, Step())
    new = await rig.start()
    await rig.reached(new, lambda report: report.state == "idle")
    old.tell(GoOn())
    assert await rig.ended(old) == EXIT_SUPERSEDED
    assert shop.types() == ["PaymentAsked", "InvoiceSent"] * 2
    await rig.told(new, Look())
    assert shop.noted()[0] != "failed", "the old one has no say any more"


async def test_a_manager_that_is_no_longer_there_is_a_failure(shop: Shop, rig: Rig) -> None:
    worker = await rig.start(manager="refunds")
    assert await rig.ended(worker) == EXIT_FAILED
    assert worker.report is not None
    assert worker.report.failure is not None
    assert "no manager called refunds" in worker.report.failure.sentence


async def test_a_new_worker_sees_the_edited_file(shop: Shop, rig: Rig) -> None:
    shop.place(None)
    first = await rig.start()
    await rig.reached(first, lambda report: report.state == "idle")
    first.tell(Stop())
    await rig.ended(first)
    text = shop.file.read_text()
    shop.file.write_text(text.replace("InvoiceSent", "InvoiceSend"))  # of the same size, within the same second
    shop.place(None)
    second = await rig.start()
    await rig.reached(second, lambda report: report.state == "idle")
    assert shop.types()[-1] == "InvoiceSend"


BOSS = """
import asyncio, sys
from pathlib import Path
from pmtui.workers.appfile import load
from pmtui.workers.supervisor import Supervisor

async def main():
    quiet = asyncio.subprocess.DEVNULL
    boss = Supervisor(load(sys.argv[1]), Path(sys.argv[2]), receivers={}, virtual=True, errors=quiet)
    await boss.start("fulfilment")
    worker = boss.workers["fulfilment"]
    while worker.report is None and not sys.argv[3]:
        await asyncio.sleep(0.01)
    print(worker.pid, flush=True)
    await asyncio.sleep(60)

asyncio.run(main())
"""


@pytest.mark.parametrize("do", ["", "hang"])
async def test_a_worker_ends_with_its_supervisor_even_when_a_handler_never_does(shop: Shop, do: str) -> None:
    shop.place(do or None)
    boss = subprocess.Popen(  # noqa: ASYNC220  (a line is all that is waited for)
        [sys.executable, "-c", BOSS, str(shop.file), str(shop.data), do], stdout=subprocess.PIPE, text=True
    )
    try:
        assert boss.stdout is not None
        pid = int(await asyncio.to_thread(boss.stdout.readline))
        await eventually(lambda: is_held(shop.ledger))
        if do:
            await eventually(lambda: shop.rows("SELECT epoch FROM ledger", "ledgers/shop/fulfilment.db") == [(1,)])
    finally:
        boss.kill()
        boss.communicate()
    await eventually(lambda: not is_held(shop.ledger))
    await eventually(lambda: not alive(pid))
    assert shop.noted()[2] == (0 if do else 1), "one that could end its turn ended cleanly"


async def test_a_supervisor_that_reads_nothing_for_a_while_does_not_hold_its_worker_up(shop: Shop) -> None:
    """Every report here is larger than a pipe: a worker that waits for its reader would stop at the first."""
    label = "x" * 100_000
    shop.place(*[None] * 40, order_id=f"order-{label}")
    begin = Begin(f"{shop.file}:app", "fulfilment", str(shop.data), virtual=True, receivers={}, speed="max")
    worker = subprocess.Popen(  # noqa: ASYNC220  (nothing else runs here)
        [sys.executable, "-m", "pmtui.workers"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        assert worker.stdin is not None
        assert worker.stdout is not None
        worker.stdin.write(line(begin) + line(SetBreakpoints(dies_at(f"{AT}39:saved"))))
        worker.stdin.flush()
        await eventually(lambda: worker.poll() is not None)
        assert worker.returncode == -9, "it must come to its end without a reader"
        assert len(shop.types()) == 2 * 39
        assert worker.stdout.read(20).startswith(b'{"state":')
    finally:
        worker.kill()
        worker.communicate()


def test_the_workers_main_is_importable_without_textual() -> None:
    code = "import sys, pmtui.workers.main; sys.exit('textual' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parent, check=False).returncode == 0
