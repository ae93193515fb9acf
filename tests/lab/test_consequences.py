"""What the consequence line says will happen is what happens: every hint is read, its key pressed, and compared."""

import re
from pathlib import Path

import pytest
from lab_kit import ONE, TWO, Hands, Open, number, orders

from pmtui.model.point import Point
from pmtui.view.snapshot import Snapshot
from tests.placing import place

ACT = "act-then-save"
SAVE = "save-then-act"
STEPS = {
    ACT: ("read", "decided", "acted:0", "acted:1", "saved"),
    SAVE: ("read", "decided", "saved", "acted:0", "acted:1"),
}


async def press_s(hands: Hands) -> None:
    """Press s and compare where it has come to with what was promised."""
    promise = hands.hints["s"]
    before = hands.manager
    assert before.turn is not None
    point = await hands.step()
    where, phase = point.split(":", 2)[1:]
    if promise.startswith("reads "):
        assert (promise, phase) == (f"reads {where}", "read")
    elif promise.startswith("asks"):
        assert phase == "decided"
    elif taking := re.fullmatch(r"takes action (\d) of (\d)", promise):
        assert phase == f"acted:{int(taking[1]) - 1}"
        assert hands.manager.turn is not None
        assert len(hands.manager.turn.actions) == int(taking[2])
    else:
        saving = re.fullmatch(r"saves, (\w+) (\d+) → (\d+)", promise)
        assert saving, promise
        assert phase == "saved"
        cursors = [
            {source.context: source.cursor for source in each.sources}[saving[1]] for each in (before, hands.manager)
        ]
        assert cursors == [int(saving[2]), int(saving[3])]


def promised(words: str) -> tuple[int, int]:
    """How many actions a crash here doubles and loses, by the words."""
    if words.startswith("here repeats nothing") or words in (
        "here changes nothing",
        "here only forgets what was read",
        "here loses nothing",
        "here loses nothing: it is decided again",
    ):
        return 0, 0
    if words.startswith("here repeats "):
        return number(words), 0
    assert words.startswith("here loses ")
    assert words.endswith(" for good")
    return 0, number(words)


async def crash_and_compare(hands: Hands) -> None:
    """Press x, r and go on to the end of the event, comparing each with what was promised before."""
    doubles, loses = promised(hands.hints["x"])
    before = hands.now
    turn = hands.manager.turn
    assert turn is not None
    taken = sum(action.outcome is not None for action in turn.actions)
    done = turn.point.endswith(":saved") and turn.delivery == ACT
    await hands.crash()
    after = hands.now
    assert (after.crashes, after.lost) == (before.crashes + 1, before.lost + loses)
    assert list(hands.hints) == ["r"]
    words = hands.hints["r"]
    if loses:
        assert hands.words.startswith("Killed: saved, not acted. ")
        assert "goes on behind" in words
    elif taken and not done and turn.delivery == ACT:
        assert hands.words.startswith("Killed: acted, not saved. ")
        assert f"{turn.event.where} is handled again" in words
        assert f"{turn.event.context} is still at {turn.cursor}" in hands.words
        if "repeated" in words:
            assert number(words) == doubles
        else:
            assert doubles == 0
            assert "will stop" in words
    elif turn.point and not done and not taken:
        assert "is handled from the start" in words
    else:
        assert "goes on where it was" in words
    suppressed = hands.now.suppressed
    await hands.restart()
    if "will be repeated" in words or "will stop" in words:
        assert hands.words.startswith(f"Restarted, before {turn.event.where}. ")
        await hands.event()
        stops = number(words) if "will stop" in words else 0
        assert hands.now.suppressed - suppressed == (stops if stops != 1 else taken)
    elif "from the start" in words:
        await hands.event()
        assert hands.manager.turn is not None
        assert hands.manager.turn.event.where == turn.event.where
    else:
        assert hands.hints.get("s") != f"reads {turn.event.where}" or not turn.point
    assert hands.now.doubled - before.doubled == doubles
    assert hands.now.lost - before.lost == loses


@pytest.mark.parametrize("receiver", ["none", "exact", "high-water"])
@pytest.mark.parametrize("delivery", [ACT, SAVE])
async def test_it_is_true_at_every_phase(data: Path, lab: Open, receiver: str, delivery: str) -> None:
    orders(data, *["ps"] * 7)
    hands = await lab(ONE.replace(ACT, delivery), receiver=receiver)
    await crash_and_compare(hands)  # before the first event
    for steps in range(1, 6):
        for phase in STEPS[delivery][:steps]:
            await press_s(hands)
            assert hands.point.endswith(f":{phase}")
        await crash_and_compare(hands)
    crossing = {(ACT, "none"): 1 + 2, (SAVE, "none"): 0}.get((delivery, receiver), 0)
    assert hands.now.doubled == crossing
    assert hands.now.lost == (2 + 1 if delivery == SAVE else 0)
    assert hands.now.crashes == 6


async def test_it_is_true_when_the_same_turn_is_killed_again_and_again(data: Path, lab: Open) -> None:
    orders(data, "p", "p")
    hands = await lab(ONE, receiver="none")
    await hands.step(3)
    assert hands.hints["x"] == "here repeats the action"
    for times in range(1, 4):
        await hands.crash()
        assert "will be repeated" in hands.hints["r"]
        await hands.restart()
        await hands.step(3)
        assert hands.now.doubled == times
        assert "repeats payments@" in hands.words
        assert hands.hints["x"] == "here repeats it once more"
    hands.session.set_receipts("exact")
    await hands.until(lambda now: now.receipts == "exact")
    assert hands.hints["x"].startswith("here repeats nothing")
    await hands.crash()
    assert hands.hints["r"].endswith("its receipt will stop the action")
    await hands.restart()
    await hands.step(3)
    assert hands.words.startswith("Stopped by its receipt, not saved.")
    assert hands.hints["x"] == "here changes nothing"
    await press_s(hands)
    assert (hands.now.doubled, hands.now.suppressed, hands.now.lost) == (3, 1, 0)
    assert len(await hands.types("payments")) == 4


async def test_switching_the_receipts_after_the_death_changes_what_the_restart_is_said_to_do(
    data: Path, lab: Open
) -> None:
    orders(data, "ps")
    hands = await lab(ONE, receiver="exact")
    await hands.step(4)
    await hands.crash()
    assert "receipts will stop" in hands.hints["r"]
    hands.session.set_receipts("none")
    await hands.until(lambda now: now.receipts == "none")
    assert "2 actions will be repeated" in hands.hints["r"]
    await hands.restart()
    await hands.event()
    assert (hands.now.doubled, hands.now.suppressed) == (2, 0)


async def test_a_lost_action_is_lost_once_however_often_it_is_killed_afterwards(data: Path, lab: Open) -> None:
    orders(data, "p", "p")
    hands = await lab(ONE.replace(ACT, SAVE))
    await hands.step(3)
    assert hands.hints["x"] == "here loses the action for good"
    await hands.crash()
    assert hands.now.lost == 1
    await hands.restart()
    await crash_and_compare(hands)
    assert hands.now.lost == 1
    await hands.step(2)
    await crash_and_compare(hands)
    assert hands.now.lost == 1


async def test_an_event_without_an_action_has_nothing_to_repeat(data: Path, lab: Open) -> None:
    orders(data, "", "p")
    hands = await lab(ONE, receiver="none")
    for _ in range(2):
        await press_s(hands)
    assert hands.words == "Decided: nothing to act on."
    await crash_and_compare(hands)
    assert hands.now.doubled == 0


async def test_it_names_the_event_that_really_comes_next(data: Path, lab: Open) -> None:
    """What the manager itself, another one or a timer brings may be older than what was to come."""
    orders(data, "", "")
    hands = await lab(TWO)
    other = Hands(hands.session, "refunds")
    assert other.words.startswith("Nothing to do here.")
    reads: list[str] = []
    while "s" in hands.hints and len(reads) < 40:
        promise = hands.hints["s"]
        if promise == "moves the clock on to it":
            break
        if promise.startswith("reads"):
            reads.append(promise)
        await press_s(hands)
    assert reads == ["reads orders@1", "reads payments@1", "reads orders@2", "reads payments@2"]
    await other.until(lambda now: "s" in dict(now.manager("refunds").consequence.hints))
    assert other.hints["s"] == "reads payments@1"
    await press_s(other)


async def test_a_timer_that_comes_before_the_next_event_is_named(data: Path, lab: Open) -> None:
    place(data / "orders.db", [("OrderPlaced", {"order_id": "early"})])
    place(data / "orders.db", [("OrderPlaced", {"order_id": "late"})], minute=50)
    hands = await lab(TWO)
    for _ in range(2):
        await hands.event()
    assert hands.hints["s"] == "moves the clock on to it", "the timer is due before orders@2"
    assert (await hands.step()).split(":")[1] == "timers@1"


async def test_an_event_that_is_appended_is_what_comes_next(data: Path, lab: Open) -> None:
    orders(data, "p")
    hands = await lab(ONE)
    await hands.event()
    assert "All handled." in hands.words
    assert list(hands.hints) == ["a", "R"]
    position = await hands.session.append("orders", "order-new", "OrderPlaced", '{"order_id": "new", "do": "p"}')
    assert position == 2
    await hands.until(lambda now: dict(now.manager("fulfilment").consequence.hints).get("s") == "reads orders@2")
    await press_s(hands)


async def test_when_dry_s_moves_the_clock_on_to_the_next_timer(data: Path, lab: Open) -> None:
    orders(data, "")
    hands = await lab(TWO)
    await Hands(hands.session, "refunds").dry()
    await hands.session.start_over()
    other = Hands(hands.session, "refunds")
    for _ in range(2):
        await hands.event()
    await other.until(lambda now: "s" in dict(now.manager("refunds").consequence.hints))
    await other.event()
    await hands.until(lambda now: "s" in dict(now.manager("fulfilment").consequence.hints))
    clock = hands.now.clock
    assert hands.hints["s"] == "moves the clock on to it", hands.manager.consequence
    await hands.session.step("fulfilment")
    await hands.until(lambda now: now.manager("fulfilment").turn is not None and ":read" in hands.point)
    assert hands.point == "fulfilment:timers@1:read"
    assert clock is not None
    assert (hands.now.clock or 0) >= clock


async def test_a_repeated_larger_turn_can_be_stepped_and_is_told_truly(data: Path, lab: Open) -> None:
    orders(data, *["ps"] * 6)
    hands = await lab(ONE, receiver="none")
    hands.session.set_speed("max")
    await hands.session.crash_at("fulfilment", Point.parse("fulfilment:orders@6:acted:payments"))
    await hands.session.go_on("fulfilment")
    await hands.dead()
    await hands.session.pause("fulfilment")
    doubled = 0
    for _ in range(2):
        assert hands.hints["r"] == "restarts it: the turn is handled again and 6 actions will be repeated"
        await hands.restart()
        assert hands.hints["s"] == "reads orders@6"
        await hands.step(3)
        doubled += 6
        assert hands.point == "fulfilment:orders@6:acted:payments"
        assert (hands.now.doubled, hands.hints["s"]) == (doubled, "goes on to the next log")
        assert hands.hints["x"] == "here repeats what was taken"
        await hands.crash()
    hands.session.set_receipts("exact")
    await hands.until(lambda now: now.receipts == "exact")
    assert hands.hints["r"].endswith("receipts will stop what was taken")
    await hands.restart()
    await hands.step(4)
    assert hands.hints["x"] == "here repeats nothing: receipts stop it"
    await press_s(hands)
    assert (hands.now.doubled, hands.now.suppressed, hands.now.lost) == (12, 6, 0)


async def test_an_aggregate_that_fails_loses_nothing_even_where_the_save_comes_first(data: Path, lab: Open) -> None:
    orders(data, "sp", "s")
    broken = ONE.replace(ACT, SAVE).replace('yield NewEvent("PaymentTaken"', '1 / 0; yield NewEvent("PaymentTaken"')
    hands = await lab(broken)
    await hands.session.step_event("fulfilment")
    await hands.until(lambda now: now.manager("fulfilment").state == "failed")
    (data.parent / "shop.py").write_text(ONE.replace(ACT, SAVE))
    await hands.restart()
    assert hands.hints["s"] == "reads orders@1"
    await hands.event()
    assert (hands.now.lost, await hands.types("payments"), await hands.types("shipping")) == (
        0,
        ["PaymentTaken"],
        ["ShipmentRequested"],
    )


async def test_the_counters_stay_while_a_worker_starts(data: Path, lab: Open) -> None:
    orders(data, "p", "p")
    hands = await lab(ONE, receiver="exact")
    await hands.step(3)
    await hands.crash()
    await hands.restart()
    await hands.event()
    assert hands.now.suppressed == 1
    await hands.crash()
    seen: set[tuple[int, int]] = set()

    def watch(now: Snapshot) -> bool:
        seen.add((now.crashes, now.suppressed))
        return now.manager("fulfilment").state == "paused"

    await hands.session.restart("fulfilment")
    await hands.until(watch)
    assert seen == {(2, 1)}
