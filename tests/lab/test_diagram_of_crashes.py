"""What the diagram draws of real workers that were really killed."""

from pathlib import Path

from lab_kit import ONE, TWO, Hands, Open, orders

from pmtui.model.point import Point
from pmtui.view.diagram import Diagram, lanes_of
from pmtui.view.drawing import draw


async def drawn(hands: Hands) -> Diagram:
    page = await hands.session.handled_page(2000)
    dead = [manager.name for manager in hands.now.managers if manager.state == "killed"]
    return draw(lanes_of(hands.now), page.entries, dead=dead)


def told(diagram: Diagram) -> list[str]:
    """Each row's mark and what it says first."""
    return [f"{row.mark}: {row.words[0][0]}" for row in diagram.rows]


async def test_killed_after_acting_with_receipts_off_and_restarted(data: Path, lab: Open) -> None:
    orders(data, "p", "p")
    hands = await lab(ONE, receiver="none")
    await hands.event()
    await hands.step(3)
    await hands.crash()
    assert told(await drawn(hands)) == [
        "handled: OrderPlaced",
        "volatile: OrderPlaced",
        "crash: killed, not saved",
        "break: no worker",
    ]
    await hands.restart()
    await hands.event()
    diagram = await drawn(hands)
    assert told(diagram)[3:] == ["start: restarted", "handled: OrderPlaced", "branch: doubled: payments@2 again"]
    assert diagram.rows[-1].twin == 1
    assert diagram.rows[-1].where == ("payments", 3)


async def test_killed_before_saving_with_receipts_on(data: Path, lab: Open) -> None:
    orders(data, "p")
    hands = await lab(ONE)
    await hands.step(3)
    await hands.crash()
    await hands.restart()
    await hands.event()
    diagram = await drawn(hands)
    assert told(diagram)[-2:] == ["handled: OrderPlaced", "branch: stopped by its receipt"]
    assert diagram.rows[-1].arrows[0].fate == "stopped"


async def test_saved_first_and_killed_the_action_is_lost(data: Path, lab: Open) -> None:
    orders(data, "ps", "p")
    hands = await lab(ONE.replace("act-then-save", "save-then-act"))
    await hands.step(4)
    await hands.crash()
    await hands.restart()
    await hands.event()
    diagram = await drawn(hands)
    assert told(diagram) == [
        "handled: OrderPlaced",
        "crash: killed: saved, 1 of 2 actions taken",
        "break: lost: ShipmentRequested",
        "start: restarted",
        "handled: OrderPlaced",
    ]
    assert diagram.rows[2].arrows[0].fate == "lost"


async def test_a_large_turn_that_was_killed_and_repeated(data: Path, lab: Open) -> None:
    orders(data, *["p"] * 600)
    hands = await lab(ONE, receiver="none")
    hands.session.set_speed("max")
    await hands.session.crash_at("fulfilment", Point.parse("fulfilment:orders@500:acted:payments"))
    await hands.session.go_on("fulfilment")
    await hands.dead()
    diagram = await drawn(hands)
    assert told(diagram) == ["volatile: 500 events at once", "crash: killed, not saved", "break: no worker"]
    assert [(arrow.text, arrow.number) for arrow in diagram.rows[0].arrows] == [("500", 500), ("+500", 500)]
    await hands.restart_into("idle")
    folds = [line for line in told(await drawn(hands)) if line.startswith("fold")]
    assert folds == ["fold: ⋯ 496 events, each doubled", "fold: ⋯ 96 events, one action each"]


async def test_two_managers_stand_in_the_order_of_what_led_to_what(data: Path, lab: Open) -> None:
    orders(data, *["p"] * 3)
    hands = await lab(TWO)
    await hands.dry()
    page = await hands.session.handled_page(2000)
    seen: set[tuple[str, int]] = set()
    for each in page.entries:
        if each.entry.source == "payments":
            assert ("payments", each.entry.last) in seen
        seen |= {(action.context, action.first) for action in each.entry.actions}
    assert {each.manager for each in page.entries} == {"fulfilment", "refunds"}
