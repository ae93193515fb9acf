"""Looking closely, and finding, in a real lab: real workers, real files, a real crash."""

from pathlib import Path

from lab_kit import ONE, Open, orders

from pmtui.view.closeup.node import Closeup, Node
from pmtui.view.closeup.subject import ActionOf, EventAt, InstanceOf, ManagerOf, Subject
from pmtui.view.finding.query import Query


def below(nodes: tuple[Node, ...]) -> list[Node]:
    return [each for node in nodes for each in (node, *below(node.children))]


def values(told: Closeup) -> dict[str, str]:
    return {node.name: node.value for node in below(told.nodes)}


async def test_a_doubled_action_is_followed_from_its_event_to_its_twin(data: Path, lab: Open) -> None:
    orders(data, "p", "p")
    hands = await lab(ONE, receiver="none")

    async def look(subject: Subject) -> Closeup:
        return await hands.session.look(subject, lambda _done, _total: None)

    await hands.step(3)
    assert values(await look(EventAt("orders", 1)))["fulfilment did"] == "acted, not saved"
    await hands.crash()
    await hands.restart()
    await hands.event()
    event = await look(EventAt("orders", 1))
    action = next(node.link for node in below(event.nodes) if isinstance(node.link, ActionOf))
    told = await look(action)
    twins = [node.link for node in below(told.nodes) if node.name.startswith("payments@")]
    assert twins == [EventAt("payments", 1), EventAt("payments", 2)]
    assert "became" in values(told) and "doubled" in values(told)["became"]
    instance = await look(InstanceOf("fulfilment", event=EventAt("orders", 1)))
    assert values(instance)["status"] == "missing → running"
    assert "!" not in values(instance), "handled again, it comes to what was saved"
    assert values(await look(ManagerOf("fulfilment")))["orders"] == "at 1 of 2, 1 event to do"


async def test_finding_works_while_paused_and_after_starting_over(data: Path, lab: Open) -> None:
    orders(data, "p", "p", "p")
    hands = await lab(ONE)
    await hands.event()
    session, query = hands.session, Query.parse("type:orderplaced")
    found = await session.search_log("orders", query, 2**62, "down", 100)
    assert found.places == (1, 2, 3)
    assert [row.position for row in await session.log_rows("orders", found.places)] == [1, 2, 3]
    ids = (await session.search_journal("fulfilment", query, 0, "up", 100)).places
    assert [entry.where for entry in await session.journal_rows("fulfilment", ids)] == ["orders@1"]
    await session.start_over()
    assert (await session.search_journal("fulfilment", query, 0, "up", 100)).ended
