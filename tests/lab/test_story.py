"""A story that the explorer found, gone through in the lab with real workers and a real SIGKILL."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from pathlib import Path

import msgspec
import pytest
from lab_kit import ONE, Hands

from pmtui.explorer import explore
from pmtui.explorer.arranged import arranged
from pmtui.explorer.shrink import shrink
from pmtui.explorer.story import Story, story_of
from pmtui.lab.story import open_story
from pmtui.storage.log import Row
from pmtui.workers.appfile import AppFile, load
from pmtui.workers.copies import unseen

LATE = """
from pmtui import App, Append, ProcessManager, handles

app = App("shop", contexts=["orders", "payments", "letters"])


@app.manager
class Fulfilment(ProcessManager):
    correlate = "order_id"

    @handles("orders", "OrderPlaced", starts=True)
    def place(self, event, state):
        if state.get("paid"):
            yield Append("letters", event.data["order_id"], "Thanks", {})

    @handles("payments", "PaymentTaken", starts=True)
    def pay(self, event, state):
        state["paid"] = True
        return ()
"""

Open = Callable[[AppFile, Story], Awaitable[Hands]]


@pytest.fixture
async def opened() -> AsyncIterator[Open]:
    found: list[Hands] = []

    async def open_(app: AppFile, story: Story) -> Hands:
        found.append(Hands(await open_story(app, story, unseen)))
        return found[-1]

    yield open_
    for hands in found:
        await hands.session.close()


def row(context: str, type_: str, data: str, minute: int = 0) -> Row:
    return Row(1, f"{context}-1", f"{context}-1", 1, type_, data, "{}", f"2026-03-02T12:{minute:02d}:00Z")


def app_and_story(tmp_path: Path, text: str, logs: Mapping[str, Sequence[Row]]) -> tuple[AppFile, Story]:
    """An app, and the smallest story that it goes wrong in without receipts, as the lab can take it."""
    (tmp_path / "shop.py").write_text(text)
    found = load(str(tmp_path / "shop.py"))
    receivers = dict.fromkeys(found.app.contexts, "none")
    verdict = explore(found.app, logs, receivers=receivers)
    assert verdict.violation is not None
    story = arranged(
        found.app, shrink(found.app, story_of(found.app, verdict.violation, logs, receivers=receivers)).story
    )
    assert story is not None
    return found, story


ORDER = row("orders", "OrderPlaced", '{"order_id": "o-1", "do": "p"}')


async def test_a_story_dies_where_it_says_and_shows_the_same_after_the_restart(tmp_path: Path, opened: Open) -> None:
    hands = await opened(*app_and_story(tmp_path, ONE, {"orders": [ORDER]}))
    assert hands.hints["X"] == "is set: it dies at orders@1, action 1"
    await hands.session.step_event("fulfilment")
    await hands.dead()
    assert await hands.types("payments") == ["PaymentTaken"]
    await hands.restart()
    await hands.event()
    assert await hands.types("payments") == ["PaymentTaken", "PaymentTaken"]
    assert (hands.now.crashes, hands.now.doubled) == (1, 1)


async def test_starting_over_sets_the_crash_again(tmp_path: Path, opened: Open) -> None:
    hands = await opened(*app_and_story(tmp_path, ONE, {"orders": [ORDER]}))
    await hands.session.step_event("fulfilment")
    await hands.dead()
    await hands.session.start_over()
    await hands.until(lambda now: now.manager("fulfilment").state == "paused")
    assert hands.hints["X"] == "is set: it dies at orders@1, action 1"


async def test_events_come_in_the_storys_order_whatever_time_they_were_recorded_at(
    tmp_path: Path, opened: Open
) -> None:
    paid = row("payments", "PaymentTaken", '{"order_id": "o-1"}', minute=10)
    found, story = app_and_story(tmp_path, LATE, {"orders": [ORDER], "payments": [paid]})
    hands = await opened(found, story)
    assert (await hands.event()).startswith("fulfilment:payments@1")
    await hands.session.step_event("fulfilment")
    await hands.dead()
    await hands.restart()
    await hands.event()
    assert await hands.types("letters") == ["Thanks", "Thanks"]


def test_a_story_of_a_larger_turn_is_none_for_the_lab(tmp_path: Path) -> None:
    found, story = app_and_story(tmp_path, ONE, {"orders": [ORDER]})
    assert arranged(found.app, larger(story)) is None


def larger(story: Story) -> Story:
    steps = tuple(msgspec.structs.replace(step, sources=(*step.sources, "orders")) for step in story.violation.steps)
    return msgspec.structs.replace(story, violation=msgspec.structs.replace(story.violation, steps=steps))
