"""Breakpoints in a real lab: what stops, who waits, what is told, what is kept."""

import asyncio
import os
from pathlib import Path

import pytest
from lab_kit import ONE, TWO, Open, orders

from pmtui.lab.kept import MOST, Kept, load, save
from pmtui.model.errors import InputError
from pmtui.model.point import Point
from tests.placing import place

AT = "fulfilment:orders@"


def only_file(folder: Path) -> Path:
    [file] = folder.iterdir()
    return file


def block(folder: Path) -> None:
    """A file where the folder should be."""
    folder.parent.mkdir(parents=True)
    folder.write_text("")


async def test_when_one_is_hit_its_manager_pauses_the_others_wait_and_the_screen_says_why(
    data: Path, lab: Open
) -> None:
    orders(data, "", "", "", "")
    hands = await lab(TWO)
    await hands.session.add_breakpoint('OrderPlaced and data.order_id == "order-2"')
    await hands.session.add_breakpoint("OrderPlaced:saved from hit 3")
    await hands.session.go_on("fulfilment")
    await hands.until(lambda now: bool(now.manager("fulfilment").stop))
    assert hands.point == f"{AT}2:read"
    assert hands.manager.stop == 'stopped at breakpoint 1: OrderPlaced, data.order_id == "order-2"'
    await hands.until(lambda now: now.manager("refunds").state == "paused" and now.manager("refunds").held)
    assert not hands.manager.held
    await hands.step()
    assert hands.manager.stop == "", "it has gone on"
    await hands.session.go_on("fulfilment")
    await hands.until(lambda now: "breakpoint 2" in now.manager("fulfilment").stop)
    assert hands.manager.stop == "stopped at breakpoint 2: OrderPlaced, saved, third hit"
    assert hands.point == f"{AT}3:saved"
    assert [view.hits for view in hands.now.breakpoints] == [(("fulfilment", 1),), (("fulfilment", 3),)]
    await hands.session.remove_breakpoint(2)
    await hands.session.remove_breakpoint(1)
    await hands.dry()


async def test_a_breakpoint_that_crashes_does_it_once_and_is_off_then(data: Path, lab: Open) -> None:
    orders(data, "ps", "ps")
    hands = await lab(ONE, receiver="none")
    await hands.session.add_breakpoint("action TakePayment:acted then crash")
    await hands.session.go_on("fulfilment")
    await hands.dead()
    assert hands.manager.stop == "killed by breakpoint 1: an action TakePayment, after an action"
    assert hands.words.startswith("Killed: acted, not saved.")
    [view] = hands.now.breakpoints
    assert (view.enabled, view.hits) == (False, (("fulfilment", 1),))
    await hands.restart()
    await hands.dry()
    assert (hands.now.crashes, hands.now.doubled) == (1, 1)


async def test_the_first_doubled_action_stops_it(data: Path, lab: Open) -> None:
    orders(data, "p", "p")
    hands = await lab(ONE, receiver="none")
    await hands.session.add_breakpoint("doubled")
    await hands.step(3)
    await hands.crash()
    await hands.restart()
    await hands.session.go_on("fulfilment")
    await hands.until(lambda now: bool(now.manager("fulfilment").stop))
    assert hands.manager.stop == "stopped at breakpoint 1: an action is doubled"
    assert hands.point == f"{AT}1:acted:0"


async def test_the_chosen_crash_point_is_a_breakpoint_that_is_gone_when_it_is_done(data: Path, lab: Open) -> None:
    orders(data, "p", "p")
    hands = await lab(ONE, keep=True)
    await hands.session.crash_at("fulfilment", Point.parse(f"{AT}1:read"))
    await hands.session.crash_at("fulfilment", Point.parse(f"{AT}2:decided"))
    [view] = hands.now.breakpoints
    assert (view.words, view.deed, view.once) == ("orders@2, decided, in fulfilment", "crash", True)
    assert "X" in hands.hints
    await hands.session.go_on("fulfilment")
    await hands.dead()
    assert hands.now.breakpoints == ()
    await hands.restart()
    await hands.dry()


async def test_one_can_be_switched_off_and_on_and_hits_go_on_counting(data: Path, lab: Open) -> None:
    orders(data, "p", "p", "p", "p")
    hands = await lab(ONE)
    number = await hands.session.add_breakpoint("orders:read")
    assert await hands.session.add_breakpoint("context orders:read") == number, "it is there already"
    await hands.step(1)
    await hands.event()
    await hands.session.enable_breakpoint(number, on=False)
    await hands.event()
    await hands.session.enable_breakpoint(number, on=True)
    await hands.session.go_on("fulfilment")
    await hands.until(lambda now: bool(now.manager("fulfilment").stop))
    assert hands.point == f"{AT}3:read"
    assert hands.manager.stop.endswith("second hit")
    for wrong in (hands.session.remove_breakpoint(9), hands.session.enable_breakpoint(9, on=True)):
        with pytest.raises(InputError, match="there is no breakpoint 9"):
            await wrong
    await hands.session.start_over()
    assert [view.hits for view in hands.now.breakpoints] == [()]
    await hands.session.go_on("fulfilment")
    await hands.until(lambda now: bool(now.manager("fulfilment").stop))
    assert hands.point == f"{AT}1:read"


async def test_hits_outlive_a_crash(data: Path, lab: Open) -> None:
    orders(data, "p", "p")
    hands = await lab(ONE)
    await hands.session.add_breakpoint("orders@1 from hit 2")
    await hands.step(2)
    await hands.crash()
    await hands.restart()
    await hands.session.go_on("fulfilment")
    await hands.until(lambda now: bool(now.manager("fulfilment").stop))
    assert hands.manager.stop == "stopped at breakpoint 1: orders@1, second hit"


async def test_rewinding_takes_hits_back(data: Path, lab: Open) -> None:
    orders(data, "p", "p", "p", "p", "p")
    hands = await lab(ONE)
    number = await hands.session.add_breakpoint("OrderPlaced from hit 4")
    await hands.event()
    await hands.event()
    await hands.step(2)
    await hands.session.travel_to("orders@2", "fulfilment")
    await hands.session.rewind()
    await hands.until(lambda now: now.breakpoints[0].hits == (("fulfilment", 2),))
    await hands.event()
    await hands.session.go_on("fulfilment")
    await hands.until(lambda now: bool(now.manager("fulfilment").stop))
    assert hands.point == f"{AT}4:read"
    assert hands.manager.stop == f"stopped at breakpoint {number}: OrderPlaced, fourth hit"
    await hands.session.travel_to("orders@1", "fulfilment")
    await hands.session.travel("earlier")
    await hands.session.rewind()
    assert hands.now.breakpoints[0].hits == ()


async def test_rewinding_sets_the_crash_points_of_then(data: Path, lab: Open) -> None:
    orders(data, "p", "p", "p", "p")
    points = [f"{AT}2:decided", f"{AT}3:read", f"{AT}3:acted:0"]
    hands = await lab(ONE, crashes=tuple(Point.parse(point) for point in points))

    async def to_death() -> str:
        await hands.session.go_on("fulfilment")
        await hands.dead()
        await hands.session.pause("fulfilment")
        return hands.point

    assert await to_death() == points[0]
    await hands.restart()
    assert await to_death() == points[1]
    await hands.restart()
    assert hands.hints["X"] == "is set: it dies at orders@3, action 1"
    await hands.session.travel_to("orders@2", "fulfilment")
    await hands.session.rewind()
    assert hands.hints["X"] == "is set: it dies at orders@3, read"
    await hands.session.travel_to("orders@1", "fulfilment")
    await hands.session.rewind()
    assert hands.hints["X"] == "is set: it dies at orders@2, decided"
    assert await to_death() == points[0]
    await hands.restart()
    assert await to_death() == points[1]


async def test_going_to_a_point_at_the_start_passes_all_breakpoints(data: Path, lab: Open) -> None:
    orders(data, "p", "p", "p")
    first = await lab(ONE, keep=True)
    await first.session.add_breakpoint("orders")
    await first.session.close()
    hands = await lab(ONE, keep=True, at=Point.parse(f"{AT}3:decided"))
    assert hands.point == f"{AT}3:decided"
    assert hands.manager.stop == ""
    await hands.session.go_on("fulfilment")
    await hands.dry()


async def test_they_are_kept_for_the_next_lab_of_the_app_and_for_no_other(data: Path, lab: Open, states: Path) -> None:
    orders(data, "p")
    hands = await lab(ONE, keep=True)
    await hands.session.add_breakpoint("OrderPlaced")
    number = await hands.session.add_breakpoint('instance "order 1" then crash')
    await hands.session.enable_breakpoint(number, on=False)
    await hands.session.crash_at("fulfilment", Point.parse(f"{AT}1:read"))
    await hands.session.close()
    file = only_file(states)
    assert load(file) == [Kept("type OrderPlaced"), Kept('instance "order 1" then crash', enabled=False)]
    again = await lab("", keep=True)
    assert [(view.number, view.words, view.enabled) for view in again.now.breakpoints] == [
        (1, "OrderPlaced", True),
        (2, "instance order 1", False),
    ]
    assert (await lab("")).now.breakpoints == (), "a story or a tour is not stopped by somebody's breakpoints"


HOSTILE = [
    b"",
    b"{",
    b"[]",
    b'{"breakpoints": [{"breakpoint": "data.a == 1", "run": "rm -rf /"}]}',
    b'{"breakpoints": [{"breakpoint": "__import__(\'os\').system(\'id\')"}]}',
    b'{"breakpoints": [{"breakpoint": "orders"}]}',
    b'{"breakpoints": [{"breakpoint": "data.a == \x1b[31m"}]}',
    b'{"breakpoints": [{"breakpoint": "instance \\ud800"}]}',
    b'{"breakpoints": [{"breakpoint": 3}]}',
    b'{"breakpoints": [' + b'{"breakpoint": "doubled"},' * MOST + b'{"breakpoint": "doubled"}]}',
    b"[" * 100_000,
    b"\xff\xfe",
    b" " * 300_000,
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_a_file_that_is_not_as_it_was_written_is_refused_in_one_line(tmp_path: Path, text: bytes) -> None:
    file = tmp_path / "shop.json"
    file.write_bytes(text)
    with pytest.raises(InputError) as caught:
        load(file)
    assert str(file) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_what_is_no_file_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "shop.json")
    with pytest.raises(InputError, match="is no file"):
        load(tmp_path / "shop.json")
    assert load(tmp_path / "nowhere" / "shop.json") == []


async def test_a_lab_opens_without_the_breakpoints_that_it_cannot_read_and_says_so(
    data: Path, lab: Open, states: Path
) -> None:
    orders(data, "p")
    hands = await lab(ONE, keep=True)
    await hands.session.add_breakpoint("orders")
    await hands.session.close()
    file = only_file(states)
    file.write_bytes(b"{\x1b[31m")
    again = await lab("", keep=True)
    assert again.now.breakpoints == ()
    assert "is no file of breakpoints" in again.now.notice
    assert "\x1b" not in again.now.notice
    await again.session.add_breakpoint("orders@1")
    assert load(file) == [Kept("orders@1")]
    await again.until(lambda now: not now.notice)


async def test_one_that_cannot_be_kept_works_and_says_so(data: Path, lab: Open, states: Path) -> None:
    orders(data, "p")
    hands = await lab(ONE, keep=True)
    block(states)
    with pytest.raises(InputError, match="the breakpoints work, but cannot be kept"):
        await hands.session.add_breakpoint("orders@1")
    await hands.session.go_on("fulfilment")
    await hands.until(lambda now: bool(now.manager("fulfilment").stop))
    assert hands.point == f"{AT}1:read"


def test_what_is_kept_is_replaced_at_once(tmp_path: Path) -> None:
    save(tmp_path / "a" / "shop.json", [Kept("doubled")])
    save(tmp_path / "a" / "shop.json", [])
    assert load(tmp_path / "a" / "shop.json") == []
    assert [file.name for file in (tmp_path / "a").iterdir()] == ["shop.json"]


async def test_there_are_not_endlessly_many(data: Path, lab: Open) -> None:
    orders(data, "p")
    hands = await lab(ONE)
    await asyncio.gather(*(hands.session.add_breakpoint(f"orders@{i}") for i in range(2, MOST + 2)))
    with pytest.raises(InputError, match="remove one first"):
        await hands.session.add_breakpoint("orders@1")
    await hands.dry()


async def test_an_event_of_nobody_stops_nobody(data: Path, lab: Open) -> None:
    place(data / "orders.db", [("OrderPraised", {"order_id": "order-1"})])
    hands = await lab(ONE)
    await hands.session.add_breakpoint("type OrderPraised")
    await hands.dry()
    assert hands.manager.stop == ""
