"""Looking back in the lab and rewinding it, with real workers and real kills."""

import re
from pathlib import Path

import pytest
from lab_kit import ONE, TWO, Hands, Open, orders

from pmtui.model.errors import InputError
from pmtui.view.closeup.node import Closeup, Node
from pmtui.view.closeup.subject import InstanceOf, ManagerOf
from pmtui.view.snapshot import Past


def past(hands: Hands) -> Past:
    assert hands.now.past is not None
    return hands.now.past


async def positions(hands: Hands, context: str) -> list[int]:
    return [row.position for row in (await hands.session.log_page(context, 100)).rows]


async def journal(hands: Hands, manager: str = "fulfilment") -> list[tuple[str, str, str]]:
    entries = (await hands.session.journal_page(manager, 100)).entries
    return [(entry.glyph, entry.where, entry.words) for entry in entries]


def values(closeup: Closeup, name: str) -> list[str]:
    def walk(nodes: tuple[Node, ...]) -> list[str]:
        return [v for node in nodes for v in ([node.value] if node.name == name else []) + walk(node.children)]

    return walk(closeup.nodes)


async def test_every_part_of_the_picture_is_as_it_was(data: Path, lab: Open) -> None:
    orders(data, "ps", "p", "s")
    hands = await lab(ONE)
    for _ in range(3):
        await hands.event()
    assert await hands.session.travel("earlier") == ""
    assert (past(hands).where, past(hands).handled, past(hands).total) == ("orders@2", 2, 3)
    assert await positions(hands, "orders") == [1, 2, 3]
    assert await positions(hands, "payments") == [1, 2]
    assert await positions(hands, "shipping") == [1]
    assert [context.head for context in hands.now.contexts] == [3, 2, 1]
    assert await journal(hands) == [("✓", "orders@1", "handled"), ("▸", "orders@2", "handled")]
    (source,) = hands.manager.sources
    assert (source.cursor, source.behind, source.done) == (2, 1, 2)
    assert hands.manager.turn is not None
    assert [action.first for action in hands.manager.turn.actions] == [2]
    assert hands.words == "orders@2 was handled. payments@2 was added. orders 1 → 2."
    assert await hands.session.travel("earlier") == ""
    assert await positions(hands, "payments") == [1]
    assert await hands.session.travel("earlier") == ""
    assert past(hands).where == ""
    assert hands.words == "The beginning: nothing is handled yet."
    assert await positions(hands, "payments") == []
    assert await journal(hands) == []
    assert await hands.session.travel("earlier") == "Nothing was handled before this."


async def test_forward_leads_to_the_present_again(data: Path, lab: Open) -> None:
    orders(data, "p", "p")
    hands = await lab(ONE)
    await hands.event()
    await hands.event()
    before = hands.now
    assert "present" in await hands.session.travel("later")
    await hands.session.travel("earlier")
    await hands.session.travel("later")
    assert past(hands).where == "orders@2"
    assert await hands.session.travel("later") == "This is the present again."
    assert hands.now == before
    await hands.session.travel("earlier")
    await hands.session.present()
    assert hands.now == before


async def test_in_the_middle_of_an_event_back_is_to_the_last_handled_one(data: Path, lab: Open) -> None:
    orders(data, "p", "p")
    hands = await lab(ONE)
    await hands.event()
    await hands.step(3)
    assert await positions(hands, "payments") == [1, 2]
    await hands.session.travel("earlier")
    assert past(hands).where == "orders@1"
    assert await positions(hands, "payments") == [1]


async def test_crashes_and_doubled_actions_are_counted_as_of_then_and_found(data: Path, lab: Open) -> None:
    orders(data, *["p"] * 5)
    hands = await lab(ONE, receiver="none")
    await hands.event()
    await hands.step(3)
    await hands.crash()
    await hands.restart()
    for _ in range(3):
        await hands.event()
    assert (hands.now.crashes, hands.now.doubled) == (1, 1)
    assert await hands.session.travel("earlier_mark") == ""
    assert past(hands).where == "orders@2"
    assert (hands.now.crashes, hands.now.doubled) == (1, 1)
    assert ("✖", "orders@2", "killed, not saved") in await journal(hands)
    assert past(hands).beyond == "2 handled events"
    assert "No crash" in await hands.session.travel("earlier_mark")
    await hands.session.travel("earlier")
    assert past(hands).where == "orders@1"
    assert (hands.now.crashes, hands.now.doubled) == (0, 0)
    assert await journal(hands) == [("▸", "orders@1", "handled")]
    assert past(hands).beyond == "3 handled events and 1 crash"
    assert await hands.session.travel("later_mark") == ""
    assert past(hands).where == "orders@2"
    assert "No crash" in await hands.session.travel("later_mark")


async def test_an_event_or_a_time_of_day_can_be_gone_to(data: Path, lab: Open) -> None:
    orders(data, *["p"] * 4)
    hands = await lab(ONE)
    for _ in range(3):
        await hands.event()
    assert await hands.session.travel_to("orders@2", "fulfilment") == ""
    assert past(hands).where == "orders@2"
    assert await hands.session.travel_to("10:00:03", "fulfilment") == ""
    assert past(hands).where == "orders@3"
    assert await hands.session.travel_to("orders@4", "fulfilment") == "orders@4 is not handled yet."
    assert "yet" in await hands.session.travel_to("11:00", "fulfilment")
    for wrong in ("orders", "25:00", "nowhere@3", ""):
        with pytest.raises(InputError) as refused:
            await hands.session.travel_to(wrong, "fulfilment")
        assert "\n" not in str(refused.value)
    assert past(hands).where == "orders@3"


async def test_instances_and_managers_are_looked_at_as_they_were(data: Path, lab: Open) -> None:
    orders(data, "", "", "")
    hands = await lab(TWO)
    for _ in range(4):
        await hands.event()
    await hands.session.travel_to("orders@1", "fulfilment")

    async def look(subject: InstanceOf | ManagerOf) -> Closeup:
        return await hands.session.look(subject, lambda done, total: None)

    closeup = await look(InstanceOf("fulfilment", "order-1"))
    assert values(closeup, "history") == ["1 event"]
    assert values(closeup, "PaymentOverdue")[0].startswith("due ")
    assert not values(closeup, "!")
    assert values(await look(ManagerOf("fulfilment")), "order-1") == ["running"]
    assert not values(await look(ManagerOf("fulfilment")), "order-2")
    assert values(await look(ManagerOf("fulfilment")), "handled") == ["1"]
    await hands.session.present()
    assert values(await look(ManagerOf("fulfilment")), "order-2") == ["running"]


async def test_rewinding_makes_a_moment_the_present_and_another_crash_can_be_tried(data: Path, lab: Open) -> None:
    orders(data, *["p"] * 3)
    hands = await lab(ONE, receiver="none")
    await hands.event()
    await hands.step(3)
    await hands.crash()
    await hands.restart()
    await hands.event()
    await hands.session.append("orders", "late", "OrderPlaced", '{"order_id": "late", "do": "p"}')
    await hands.event()
    await hands.session.travel_to("orders@1", "fulfilment")
    await hands.session.rewind()
    assert hands.now.past is None
    assert (hands.now.crashes, hands.now.doubled, hands.manager.state) == (0, 0, "paused")
    assert (hands.manager.handled, hands.manager.to_do) == (1, 2)
    assert hands.words == "Paused before orders@2. Nothing of it has happened yet."
    assert await positions(hands, "orders") == [1, 2, 3]
    assert await positions(hands, "payments") == [1]
    assert await journal(hands) == [("✓", "orders@1", "handled")]
    await hands.step(2)
    await hands.crash()
    await hands.restart()
    await hands.event()
    assert (hands.now.crashes, hands.now.doubled) == (1, 0)
    await hands.event()
    assert await positions(hands, "payments") == [1, 2, 3]
    await hands.session.travel("earlier")
    assert past(hands).where == "orders@2"


async def test_a_manager_that_was_in_the_middle_is_told_to_repeat(data: Path, lab: Open) -> None:
    orders(data, "", "")
    hands = await lab(TWO)
    await hands.event()
    refunds = Hands(hands.session, "refunds")
    await refunds.step(3)
    await hands.event()
    await hands.session.travel("earlier")
    assert past(hands).manager == "fulfilment"
    await hands.session.rewind()
    assert refunds.words.startswith("Restarted, before payments@1. Receipts will stop")
    assert await hands.types("notifications") == ["Noted"]


async def test_lost_actions_are_counted_as_of_then(data: Path, lab: Open) -> None:
    orders(data, "p", "p", "p")
    hands = await lab(ONE.replace("act-then-save", "save-then-act"))
    await hands.event()
    await hands.step(3)
    await hands.crash()
    await hands.restart()
    await hands.event()
    assert hands.now.lost == 1
    await hands.session.travel_to("orders@1", "fulfilment")
    assert hands.now.lost == 0
    assert (await hands.session.journal_page("fulfilment", 5)).entries[-1].actions[0].words != "lost"
    await hands.session.rewind()
    assert hands.now.lost == 0
    assert await positions(hands, "payments") == [1]
    await hands.event()
    await hands.session.travel("earlier")
    assert past(hands).where == "orders@2"
    assert hands.words.startswith("orders@2 was handled. TakePayment was not taken yet.")
    await hands.session.rewind()
    assert hands.now.lost == 1, "the next worker goes on behind it"


async def test_at_full_speed_a_larger_turn_is_one_step_and_rewinding_is_exact(data: Path, lab: Open) -> None:
    orders(data, *["ps"] * 1200)
    hands = await lab(ONE)
    hands.session.set_speed("max")
    await hands.dry()
    ends = [await positions(hands, name) for name in ("payments", "shipping")]
    await hands.session.travel("earlier")
    here = past(hands)
    assert 0 <= here.handled < here.total == 1200
    assert [context.head for context in hands.now.contexts] == [1200, here.handled, here.handled]
    assert here.handled == 0 or ("events up to" in hands.words and "as one turn: one step." in hands.words)
    assert here.handled == 0 or hands.hints["["] == "before all of it"
    await hands.session.rewind()
    assert (hands.manager.handled, hands.manager.to_do) == (here.handled, 1200 - here.handled)
    await hands.dry()
    assert [await positions(hands, name) for name in ("payments", "shipping")] == ends


async def test_a_larger_turn_of_another_manager_is_told_as_one_step_too(data: Path, lab: Open) -> None:
    orders(data, *[""] * 40)
    hands = await lab(TWO)
    await hands.event()
    hands.session.set_speed("max")
    await hands.dry()
    words = set()
    while (await hands.session.travel("earlier")) == "":
        words.add((Hands(hands.session, "refunds").words, hands.now.past.manager if hands.now.past else ""))
    told = [said for said, manager in words if manager == "fulfilment" and "one turn: one step." in said]
    assert told and all(
        re.fullmatch(r"This is after \d+ events up to \w+@\d+ of fulfilment, .*", said) for said in told
    )


async def test_going_back_pauses_and_starting_over_forgets(data: Path, lab: Open) -> None:
    orders(data, *["p"] * 50)
    hands = await lab(ONE)
    await hands.event()
    await hands.session.go_on("fulfilment")
    await hands.session.travel("earlier")
    assert hands.now.past is not None
    await hands.session.present()
    await hands.until(lambda now: now.manager("fulfilment").state == "paused")
    await hands.session.travel("earlier")
    await hands.session.start_over()
    assert hands.now.past is None
    assert await hands.session.travel("earlier") == "Nothing was handled before this."


async def test_the_live_logs_have_no_past(data: Path, lab: Open) -> None:
    orders(data, "p")
    hands = await lab(ONE, live=True)
    await hands.event()
    for asked in (hands.session.travel("earlier"), hands.session.travel_to("orders@1", "fulfilment")):
        with pytest.raises(InputError):
            await asked
    with pytest.raises(InputError):
        await hands.session.rewind()
