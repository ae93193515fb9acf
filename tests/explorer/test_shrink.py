"""Shrinking: what is left is wrong in the same way, and nothing more can go."""

import gc
import json

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pmtui import App, Append, ProcessManager, handles
from pmtui.explorer.nearest import nearest
from pmtui.explorer.shrink import Shrunk
from pmtui.explorer.shrink import shrink as shrink_within
from pmtui.explorer.story import Story, count, kept_of

from .story_kit import found, placed, row, shop


def shrink(app: App, story: Story) -> Shrunk:
    """Shrink, however slow the machine is."""
    return shrink_within(app, story, seconds=60)


def payloads(story: Story) -> list[dict]:
    return [json.loads(row.data) for rows in story.logs.values() for row in rows]


def without_each_event(app: App, story: Story):
    for name, rows in story.logs.items():
        for n in range(len(rows)):
            yield kept_of(app, {**story.logs, name: [*rows[:n], *rows[n + 1 :]]})


def assert_minimal(app: App, story: Story) -> None:
    """That it shows what it says, and no longer does without any one event or step."""
    steps = story.violation.steps
    assert story.shown(app) is not None
    for logs in without_each_event(app, story):
        assert story.shown(app, logs=logs) is None
        assert story.found(app, logs) is None
    for n in range(len(steps)):
        fewer = story.shown(app, steps=[*steps[:n], *steps[n + 1 :]])
        assert fewer is None or len(fewer.steps) >= len(steps)


def test_only_the_event_that_it_takes_is_left():
    app = shop()
    story = found(app, {"orders": [placed(n, f"order-{n}", amount=n) for n in range(1, 30)]})
    small = shrink(app, story)
    assert small.minimal
    assert count(small.story.logs) == 1
    assert [step.what for step in small.story.violation.steps] == ["crash", "handled"]
    assert small.story.violation.kind == "doubled"
    assert_minimal(app, small.story)


def test_keys_that_no_handler_needs_are_dropped_and_those_it_needs_are_kept():
    app = shop()
    story = found(app, {"orders": [placed(1, "order-1", amount=5, name="Ada", more={"a": [1, 2], "b": None})]})
    assert payloads(shrink(app, story).story) == [{"order_id": "order-1"}]


def test_a_value_that_decides_what_is_doubled_is_kept():
    app = shop()
    small = shrink(app, found(app, {"orders": [placed(1, "order-1", amount=2000, name="Ada")]})).story
    assert "Thanks" in small.violation.sentence
    assert payloads(small) == [{"order_id": "order-1", "amount": 2000}]


def test_long_texts_are_cut_the_same_wherever_they_stand():
    app = two_sources()
    long = "order-" + "x" * 100
    logs = {
        "orders": [row("orders", 1, "OrderPlaced", 0, order_id=long)],
        "payments": [row("payments", 1, "PaymentTaken", 60, order_id=long)],
    }
    first, second = payloads(shrink(app, found(app, logs)).story)
    assert first == second == {"order_id": long[:12]}


def two_sources() -> App:
    """A manager whose letter needs an event of each of its sources."""
    app = App("two", contexts=["orders", "payments", "letters"])

    @app.manager
    class Letters(ProcessManager):
        correlate = "order_id"

        @handles("orders", "OrderPlaced", starts=True)
        def note(self, event, state):
            state["placed"] = True

        @handles("payments", "PaymentTaken")
        def thank(self, event, state):
            if state.get("placed"):
                yield Append("letters", event.data["order_id"], "Thanks", {})

    return app


def test_events_of_other_instances_go_and_those_of_the_same_stay():
    app = two_sources()
    logs = {
        "orders": [placed(n, f"order-{n}") for n in range(1, 6)],
        "payments": [row("payments", n, "PaymentTaken", 100 + n, order_id=f"order-{n}") for n in range(1, 6)],
    }
    small = shrink(app, found(app, logs)).story
    assert {name: len(rows) for name, rows in small.logs.items()} == {"orders": 1, "payments": 1}
    assert_minimal(app, small)


def test_a_crash_that_changes_nothing_is_left_out():
    app = two_sources()
    logs = {
        "orders": [placed(1, "order-1")],
        "payments": [row("payments", 1, "PaymentTaken", 100, order_id="order-1")],
    }
    story = found(app, logs)
    twice = [step for step in story.violation.steps if step.what == "crash"]
    more = (*story.violation.steps[:-1], *twice[-1:], *story.violation.steps[-1:])
    padded = msgspec.structs.replace(story, violation=msgspec.structs.replace(story.violation, steps=more))
    assert shrink(app, padded).story.violation.steps == shrink(app, story).story.violation.steps


def test_without_time_the_story_stays_as_it_is_and_is_not_called_minimal():
    app = shop()
    story = found(app, {"orders": [placed(n, f"order-{n}") for n in (1, 2)]})
    small = shrink_within(app, story, seconds=0)
    assert (small.story, small.minimal) == (story, False)


events = st.lists(
    st.tuples(st.sampled_from(["orders", "payments"]), st.sampled_from(["a", "b"]), st.booleans()), max_size=6
)


@settings(max_examples=25, deadline=None)
@given(events)
def test_what_comes_out_is_wrong_in_the_same_way_and_nothing_can_go(told):
    app = two_sources()
    told = [("orders", "a", False), ("payments", "a", True), *told]
    logs: dict[str, list] = {}
    for second, (context, order, more) in enumerate(told):
        type_ = "OrderPlaced" if context == "orders" else "PaymentTaken"
        rows = logs.setdefault(context, [])
        rows.append(row(context, len(rows) + 1, type_, second, order_id=order, **({"more": [1]} if more else {})))
    gc.disable()  # hypothesis takes the time of each collection, which in a handler looks like the handler's doing
    try:
        story = found(app, logs)
        small = shrink(app, story)
        assert small.minimal
        assert story.same(small.story.violation)
        assert_minimal(app, small.story)
    finally:
        gc.enable()


@pytest.mark.parametrize(
    ("delivery", "words"), [("act-then-save", "killed after saving"), ("save-then-act", "killed after action 2")]
)
def test_the_nearest_story_that_does_not_fail_is_told(delivery, words):
    app = shop(delivery)
    receiver = "none" if delivery == "act-then-save" else "exact"
    story = shrink(app, found(app, {"orders": [placed(1, "order-1")]}, receiver)).story
    assert nearest(app, story) == words
