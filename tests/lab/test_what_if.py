"""Trying something out in the lab: events from outside, the same one again, the clock."""

import json
from pathlib import Path

import pytest
from lab_kit import ONE, TWO, Open, orders

from pmtui.model.errors import InputError
from pmtui.view.closeup.subject import EventAt


async def test_an_event_can_be_appended_behind_a_gap(data: Path, lab: Open) -> None:
    orders(data, "p")
    hands = await lab(ONE)
    assert await hands.session.append("orders", "order-2", "OrderPlaced", '{"order_id": "order-2"}', missing=3) == 5
    assert await hands.session.append("orders", "order-3", "OrderPlaced", '{"order_id": "order-3"}') == 6
    assert await hands.session.append("shipping", "s", "Lost", "{}", missing=1) == 2, "the log's first"
    with pytest.raises(InputError, match="a gap has 0 to"):
        await hands.session.append("orders", "order-4", "OrderPlaced", "{}", missing=10**12)
    rows = (await hands.session.log_page("orders", 10)).rows
    assert [(row.position, row.missing) for row in rows] == [(1, 0), (5, 3), (6, 0)]
    await hands.dry()
    assert hands.manager.handled == 3


async def test_another_event_that_says_the_same_has_an_id_of_its_own(data: Path, lab: Open) -> None:
    orders(data, "p")
    hands = await lab(ONE)
    assert await hands.session.append_again("orders", 1, same_id=False) == 2
    assert await hands.session.append_again("orders", 1, same_id=True) == 3
    with pytest.raises(InputError, match="orders has no event 9"):
        await hands.session.append_again("orders", 9, same_id=True)
    events = []
    for position in (1, 2, 3):
        closeup = await hands.session.look(EventAt("orders", position), lambda done, total: None)
        events.append(json.loads(closeup.text))
    assert [event["id"] == "orders-1" for event in events] == [True, False, True]
    assert [event["data"] for event in events] == [events[0]["data"]] * 3
    await hands.dry()
    assert (await hands.types("payments")) == ["PaymentTaken"] * 3, "receipts do not know the event's id"


async def test_time_can_be_moved_on_and_stays_so_for_a_new_worker(data: Path, lab: Open) -> None:
    orders(data, "")
    hands = await lab(TWO)
    with pytest.raises(InputError, match="begins with its first event"):
        await hands.session.advance_clock(60)
    await hands.event()
    assert hands.manager.next_timer == pytest.approx(1800)
    await hands.session.advance_clock(1200)
    await hands.until(lambda now: now.manager("fulfilment").next_timer == pytest.approx(600))
    await hands.crash()
    await hands.restart()
    await hands.until(lambda now: now.manager("fulfilment").next_timer == pytest.approx(600))
    clock = hands.now.clock
    await hands.session.advance_clock(700)
    await hands.until(lambda now: (now.manager("fulfilment").next_timer or 0) < 0)
    assert hands.now.clock == pytest.approx((clock or 0) + 700)
    assert await hands.types("notifications") == []
    await hands.dry()
    assert "ReminderSent" in await hands.types("notifications")


async def test_rewinding_takes_time_back(data: Path, lab: Open) -> None:
    orders(data, "", "")
    hands = await lab(TWO)
    await hands.event()
    await hands.session.advance_clock(600)
    await hands.event()
    await hands.event()
    await hands.session.advance_clock(3600)
    await hands.until(lambda now: (now.manager("fulfilment").next_timer or 0) < 0)
    await hands.session.travel_to("orders@2", "fulfilment")
    await hands.session.rewind()
    assert hands.manager.next_timer == pytest.approx(1200), "the ten minutes before were part of it"
    await hands.session.travel_to("orders@1", "fulfilment")
    await hands.session.rewind()
    assert hands.manager.next_timer == pytest.approx(1800)
    assert await hands.types("notifications") == []


async def test_live_time_is_not_moved(data: Path, lab: Open) -> None:
    orders(data, "p")
    hands = await lab(ONE, live=True)
    with pytest.raises(InputError, match="here time is real"):
        await hands.session.advance_clock(60)
