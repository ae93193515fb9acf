"""What is told of one event, action, instance or manager."""

import asyncio
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from view_kit import Files

from pmtui.storage.errors import StorageError
from pmtui.storage.sqlite.thread import DatabaseThread
from pmtui.view.closeup import chain, past
from pmtui.view.closeup.action import action_closeup
from pmtui.view.closeup.event import event_closeup
from pmtui.view.closeup.lens import Lens
from pmtui.view.closeup.manager import manager_closeup
from pmtui.view.closeup.node import Closeup, Node, json_branch
from pmtui.view.closeup.subject import ActionOf, EventAt, InstanceOf, ManagerOf, Subject, event_of
from pmtui.view.reader import Reader
from pmtui.workers.appfile import load


def every(nodes: tuple[Node, ...]) -> Iterator[Node]:
    for node in nodes:
        yield node
        yield from every(node.children)


def named(told: Closeup, name: str) -> Node:
    return next(node for node in every(told.nodes) if node.name == name)


def links(told: Closeup) -> list[Subject]:
    return [node.link for node in every(told.nodes) if node.link is not None]


def values(told: Closeup) -> dict[str, str]:
    return {node.name: node.value for node in every(told.nodes)}


def look(files: Files, subject: Subject, seen: Callable[[int, int], None] = lambda done, of: None) -> Closeup:
    async def go() -> Closeup:
        thread = await DatabaseThread.start()
        try:
            reader = files.reader()

            async def read(function: Callable[[Reader], Any]) -> Any:
                return await thread.run(lambda: function(reader))

            return await Lens(read, str(files.folder / "shop.py")).look(subject, seen)
        finally:
            await thread.stop()

    return asyncio.run(go())


def test_an_event_tells_what_it_caused_and_the_chain_leads_back(files):
    files.append("OrderPlaced", "OrderPlaced", item="[/foo]\x1b[31m")
    files.work(2)
    order = event_closeup(files.reader(), EventAt("orders", 2))
    assert (order.title, order.about, order.kind) == ("orders@2", "OrderPlaced", "event")
    assert values(order)["item"] == '"[/foo]\\u001b[31m"'
    assert EventAt("payments", 2) in links(order)
    assert ActionOf("fulfilment", "orders", 2, 1) in links(order)
    payment = event_closeup(files.reader(), EventAt("payments", 2))
    above = named(payment, "caused by")
    assert [child.link for child in above.children] == [ActionOf("fulfilment", "orders", 2, 0), EventAt("orders", 2)]
    assert "handled in turn 2, 3 actions" in named(order, "fulfilment did").value


def test_an_event_is_copied_as_the_line_that_export_writes(files):
    files.append("OrderPlaced", text="✓ \x1b")
    told = json.loads(event_closeup(files.reader(), EventAt("orders", 1)).text)
    assert (told["type"], told["subject"], told["position"]) == ("OrderPlaced", "orders-1", 1)
    assert told["data"] == {"order_id": "order-1", "text": "✓ \x1b"}


def test_an_event_that_is_acted_on_and_not_saved_tells_its_receipts(files):
    files.append("OrderPlaced")
    files.work(1, "acted:0")
    told = event_closeup(files.reader(), EventAt("orders", 1))
    assert named(told, "fulfilment did").value == "acted, not saved"
    assert ActionOf("fulfilment", "orders", 1, 0) in links(told)
    assert named(told, "payments@1").children[0].link == EventAt("payments", 1)
    action = action_closeup(files.reader(), ActionOf("fulfilment", "orders", 1, 0))
    assert values(action)["became"] == "taken, not saved"


def test_an_event_that_nobody_has_looked_at_yet_says_so(files):
    files.append("OrderPlaced", "Unheard")
    assert named(event_closeup(files.reader(), EventAt("orders", 1)), "fulfilment did").value == "nothing yet"
    assert "no manager handles it" in values(event_closeup(files.reader(), EventAt("orders", 2)))["caused"]


def test_what_is_not_there_is_said_in_one_line(files):
    files.append("OrderPlaced")
    for subject in (EventAt("orders", 9), EventAt("orders", 0), EventAt("nowhere", 1), EventAt("timers", 1, "nobody")):
        with pytest.raises(StorageError, match="is not in its log"):
            event_closeup(files.reader(), subject)
    with pytest.raises(StorageError, match="nothing is known of action 1"):
        action_closeup(files.reader(), ActionOf("fulfilment", "orders", 1, 0))
    with pytest.raises(StorageError, match="has no instance"):
        look(files, InstanceOf("fulfilment", "order-7"))
    with pytest.raises(StorageError, match=r"orders@1 is not handled yet"):
        look(files, InstanceOf("fulfilment", event=EventAt("orders", 1)))


def test_a_doubled_action_tells_its_twin(files):
    files.append("OrderPlaced")
    files.work(1, "acted:0", receivers={"payments": "none"})
    files.work(1, receivers={"payments": "none"})
    told = action_closeup(files.reader(), ActionOf("fulfilment", "orders", 1, 0))
    assert named(told, "applied first").children[0].link == EventAt("payments", 1)
    again = named(told, "applied again, 2.")
    assert (again.children[0].link, again.tone) == (EventAt("payments", 2), "error")
    assert values(told)["became"] == "doubled: payments@1 again"
    twin = event_closeup(files.reader(), EventAt("payments", 2))
    assert named(twin, "doubled: repeats").link == EventAt("payments", 1)
    original = event_closeup(files.reader(), EventAt("payments", 1))
    assert named(original, "doubled: repeated by").link == EventAt("payments", 2)


def test_an_action_tells_its_key_and_its_receipt(files):
    files.append("OrderPlaced")
    files.work(1)
    told = action_closeup(files.reader(), ActionOf("fulfilment", "orders", 1, 1))
    assert values(told)["asks to"] == "append ShipmentRequested to shipping"
    assert named(told, "key").value == "fulfilment orders@1 1"
    assert len(values(told)["fingerprint"]) == 16
    timer = action_closeup(files.reader(), ActionOf("fulfilment", "orders", 1, 2))
    assert values(timer)["due"] == "2026-01-02T10:30:01Z"
    assert "receipt" not in values(timer)
    assert InstanceOf("fulfilment", "order-1", EventAt("orders", 1)) in links(timer)


def test_a_receipt_that_was_scavenged_says_so(files):
    files.append("OrderPlaced")
    files.work(1)
    files.execute("DELETE FROM receipts", "payments")
    files.execute("UPDATE senders SET floor = 1", "payments")
    told = action_closeup(files.reader(), ActionOf("fulfilment", "orders", 1, 0))
    assert values(told)["receipt"] == "removed in payments: the cursor has passed it"
    assert named(told, "applied").children[0].link == EventAt("payments", 1)


def test_the_events_of_a_timer_lead_back_to_who_scheduled_it(files):
    files.append("OrderPlaced")
    files.append("OrderPlaced", order_id="late")
    files.execute("UPDATE events SET recorded_at = '2026-01-02T12:00:00Z' WHERE position = 2")
    files.work(3)
    told = event_closeup(files.reader(), EventAt("timers", 1, "fulfilment"))
    assert EventAt("orders", 1) in links(told)
    assert InstanceOf("fulfilment", "order-1", EventAt("timers", 1, "fulfilment")) in links(told)


def test_a_journalled_event_is_found_among_those_of_other_sources(files):
    files.append(*["OrderPlaced"] * 40, order_id="one")
    files.work(45)
    reader = files.reader()
    for position in range(1, 41):
        found = chain.handled(reader, "fulfilment", "orders", position)
        assert found is not None and found.position == position
    assert chain.handled(reader, "fulfilment", "orders", 41) is None
    assert chain.handled(reader, "fulfilment", "payments", 3) is None


def test_a_manager_tells_its_handlers_with_their_lines(files):
    files.append("OrderPlaced")
    files.work(1)
    told = manager_closeup(files.reader(), ManagerOf("fulfilment"))
    handler = named(told, "orders OrderPlaced")
    assert handler.value.startswith("place  shop.py:15") and "starts an instance" in handler.value
    assert any("TakePayment" in line.value for line in handler.children)
    numbers = {line.name: line.value for line in handler.children}
    assert numbers["15"].strip() == "def place(self, event, state):"
    assert values(told)["orders"] == "at 1 of 1, 0 events to do"
    assert InstanceOf("fulfilment", "order-1") in links(told)


STATEFUL = """
    correlate = "order_id"

    @handles("orders", "Counted")
    def count(self, event, state):
        state["seen"] = state.get("seen", 0) + 1
        state.setdefault("items", []).append(event.data.get("item"))
        if state["seen"] == 3:
            yield Complete()
"""


@pytest.fixture
def counting(make: Callable[..., Files]) -> Files:
    files = make()
    path = files.folder / "shop.py"
    path.write_text(path.read_text().replace('    correlate = "order_id"\n', STATEFUL))
    files.app = load(str(path)).app
    return files


def edit(files: Files, old: str, new: str) -> None:
    """The app file, after it was read: as a person does between two workers."""
    path = files.folder / "shop.py"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


@pytest.fixture
def counted(counting: Files) -> Files:
    counting.append("OrderPlaced", order_id="a")
    counting.append("Counted", "Counted", "Counted", "Counted", order_id="a", item="x")
    counting.append("Counted", order_id="b")
    counting.work(6)
    return counting


def steps_of(told: Closeup) -> dict[str, dict[str, str]]:
    return {node.name: {child.name: child.value for child in node.children} for node in named(told, "history").children}


def test_an_instance_tells_its_state_before_and_after_each_event(counted):
    told = look(counted, InstanceOf("fulfilment", "a", EventAt("orders", 3)))
    steps = steps_of(told)
    assert list(steps) == ["orders@1", "orders@2", "orders@3", "orders@4", "orders@5"]
    assert steps["orders@1"]["status"] == "missing → running"
    assert steps["orders@1"]["timer PaymentOverdue"] == "due 2026-01-02T10:30:01Z"
    assert steps["orders@2"]["seen"] == "– → 1"
    assert steps["orders@3"]["seen"] == "1 → 2"
    assert steps["orders@3"]["items[1]"] == '– → "x"'
    assert steps["orders@4"]["status"] == "running → completed"
    assert steps["orders@4"]["timer PaymentOverdue"] == "gone"
    assert steps["orders@5"]["state"] == "as before"
    assert told.nodes[told.focus[0]].children[told.focus[1]].name == "orders@3"
    assert "!" not in values(told)
    assert json.loads(told.text) == {"seen": 3, "items": ["x", "x", "x"]}


def test_the_instance_of_an_event_is_found_by_the_event(counted):
    assert look(counted, InstanceOf("fulfilment", event=EventAt("orders", 3))).title == "a"


def test_handlers_that_were_edited_since_are_told(counted):
    edit(counted, 'state.get("seen", 0) + 1', 'state.get("seen", 0) + 2')
    told = look(counted, InstanceOf("fulfilment", "a"))
    assert any("do not end in the saved state" in node.value for node in told.nodes)
    edit(counted, 'if state["seen"] == 3:', 'if state["seen"] == 2:')
    assert "decide otherwise" in steps_of(look(counted, InstanceOf("fulfilment", "a")))["orders@2"]["!"]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("raise ValueError('no')", "fails: ValueError: no"),
        ("import os; os._exit(3)", "ended the process"),
        ("print('{}', flush=True); raise SystemExit", "fails: SystemExit"),
    ],
)
def test_handlers_that_misbehave_are_told_and_harm_nothing(counted, line, problem):
    edit(counted, 'state["seen"] = state.get("seen", 0) + 1', line)
    told = look(counted, InstanceOf("fulfilment", "a"))
    assert any(problem in step.get("!", "") for step in steps_of(told).values())
    assert values(told)["seen"] == "3"


def test_a_handler_that_never_comes_back_is_given_up(counted, monkeypatch):
    monkeypatch.setattr("pmtui.view.closeup.replaying._PATIENCE", 0.5)
    edit(counted, 'state["seen"] = state.get("seen", 0) + 1', "while True: pass")
    steps = steps_of(look(counted, InstanceOf("fulfilment", "a")))
    assert "did not come back" in steps["orders@1"]["!"]


def test_an_instance_whose_start_never_came_says_how_much_it_missed(counted):
    told = look(counted, InstanceOf("fulfilment", "b"))
    assert values(told)["status"] == "missing"
    assert values(told)["missed"] == "1 event came before its start"
    assert "ignored" in named(told, "orders@6").value


def test_an_event_that_is_gone_ends_what_can_be_told(counted):
    counted.execute("DELETE FROM events WHERE position = 3")
    steps = steps_of(look(counted, InstanceOf("fulfilment", "a")))
    assert steps["orders@3"]["!"] == "it is no longer in its log"
    assert steps["orders@2"]["seen"] == "– → 1"


def test_the_journal_is_looked_through_in_slices_that_are_told(counted, monkeypatch):
    monkeypatch.setattr(past, "SLICE", 2)
    seen: list[tuple[int, int]] = []
    told = look(counted, InstanceOf("fulfilment", "a"), lambda done, of: seen.append((done, of)))
    assert seen == [(0, 6), (2, 6), (4, 6)]
    assert len(steps_of(told)) == 5


@pytest.mark.parametrize("text", ["{", "[" * 500 + "]" * 500, '{"a": 1e999}', "null", '"\\ud800"', "x" * 5_000_000])
def test_no_stored_text_is_too_odd_for_a_tree(text):
    node = json_branch("data", text)
    assert node.text == text
    assert all(each.value.isprintable() for each in every((node,)))


def test_a_very_large_value_is_cut_and_says_so():
    node = json_branch("data", json.dumps({"items": list(range(20_000))}))
    assert len(list(every((node,)))) < 6_000
    assert "more are not shown" in node.children[0].children[-1].value


@pytest.mark.parametrize(
    ("where", "event"),
    [
        ("orders@3", EventAt("orders", 3)),
        ("orders@1201–1700", EventAt("orders", 1700)),
        ("timers", None),
        ("instance", None),
    ],
)
def test_a_line_of_the_journal_names_its_event(where, event):
    assert event_of(where, "m") == event
