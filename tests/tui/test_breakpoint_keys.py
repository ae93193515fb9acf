"""Breakpoints by their keys: set, listed, switched, marked, told."""

from dataclasses import replace

import pytest
from fake import FakeSession
from textual.widgets import Input, OptionList

from pmtui.tui.screens.break_at import BreakAtScreen
from pmtui.tui.screens.breakpoints import BreakpointsScreen
from pmtui.tui.screens.main import MainScreen


def row_of(text: str, word: str) -> str:
    return next(line for line in text.splitlines() if word in line)


async def test_b_sets_one_at_the_chosen_event_and_b_again_removes_it(show):
    async with show() as shown:
        await shown.press("1", "j", "j", "b")
        assert shown.session.calls == [("add_breakpoint", "orders@3")]
        assert "Breakpoint 1 set: orders@3." in shown.text()
        assert "◆ 3 OrderPlaced" in shown.text()
        await shown.press("b")
        assert shown.session.calls[-1] == ("remove_breakpoint", 1)
        assert "Breakpoint 1 removed: orders@3." in shown.text()
        assert "◆" not in shown.text()


async def test_b_on_the_manager_offers_its_phases_and_the_strip_shows_the_one_that_is_set(show):
    async with show() as shown:
        await shown.press("s")
        shown.main.query_one("ManagerPane").focus()
        await shown.press("b")
        assert isinstance(shown.app.screen, BreakAtScreen)
        assert "Stop fulfilment at …" in shown.text()
        assert "every event" in shown.text()
        await shown.press("down", "down", "enter")
        assert shown.session.calls[-1] == ("add_breakpoint", "manager fulfilment:decided")
        assert "◆ decided" in row_of(shown.text(), "saved")
        await shown.press("b")
        assert "◆ decided" in shown.text().replace("○", "")
        await shown.press("down", "down", "enter")
        assert shown.session.breakpoints == ()


@pytest.mark.parametrize(
    ("text", "step"),
    [
        ("OrderPlaced", "read"),
        ("orders@1", "read"),
        ("orders", "read"),
        ("manager fulfilment", "read"),
        ("manager refunds", ""),
        ("orders@2", ""),
        ("OrderPlaced and instance order-1", "decided"),
        ("OrderPlaced:saved", "saved"),
        ("OrderPlaced and data.amount > 100", ""),
        ("OrderPlaced and not orders@1", ""),
        ("OrderPlaced and action TakePayment", ""),
    ],
)
async def test_the_strip_marks_the_phase_at_which_the_event_in_hand_will_stop(show, text, step):
    session = FakeSession()
    await session.add_breakpoint(text)
    async with show(session) as shown:
        strip = row_of(shown.text(), "decided")
        assert strip.count("◆") == bool(step)
        assert f"◆ {step}" in strip or not step


async def test_a_breakpoint_hides_no_gap_of_a_large_log(show):
    session = FakeSession()
    for position in (20_000, 20_001, 20_010):
        session.put("orders", "OrderPlaced", "order-9", position)
    async with show(session) as shown:
        await shown.press("1", "G")
        assert " ⋯20000 Ord" in shown.text() and " ⋯20010 Ord" in shown.text()
        await session.add_breakpoint("orders@20010")
        await session.add_breakpoint("orders@20001")
        await shown.settle()
        assert "  ⋯20000 Ord" in shown.text()
        assert " ◆ 20001 Ord" in shown.text()
        assert " ◆⋯20010 Ord" in shown.text()


async def test_the_list_adds_what_is_typed_and_says_what_is_wrong(show):
    async with show() as shown:
        await shown.press("B")
        screen = shown.app.screen
        assert isinstance(screen, BreakpointsScreen)
        assert "None yet" in shown.text()
        await shown.press(*"nonsense", "enter")
        assert "no context, manager or handled type" in shown.text()
        screen.query_one(Input).value = "data.amount > 100 from hit 3 then crash"
        await shown.press("enter")
        assert screen.query_one(Input).value == ""
        assert "no context" not in shown.text()
        assert "◆  1  data.amount > 100" in shown.text()
        assert "crashes once, from hit 3 on" in shown.text()
        screen.query_one(Input).value = "d"
        await shown.press("space", "backspace", "delete")
        assert len(shown.session.breakpoints) == 1, "typing switches and removes nothing"


async def test_in_the_list_one_is_switched_and_removed(show):
    session = FakeSession()
    for text in ("orders", "doubled"):
        await session.add_breakpoint(text)
    async with show(session) as shown:
        await shown.press("B", "down", "down", "space")
        assert session.calls[-1] == ("enable_breakpoint", 2, False)
        assert "◇  2  an action is doubled" in shown.text()
        assert row_of(shown.text(), "an action is doubled").rstrip().endswith("off")
        await shown.press("enter")
        assert session.calls[-1] == ("enable_breakpoint", 2, True)
        await shown.press("delete")
        assert [view.number for view in session.breakpoints] == [1]
        await shown.press("up", "delete")
        assert session.breakpoints == ()
        assert not shown.app.screen.query_one(OptionList).display
        await shown.press("space", "delete", "escape")
        assert isinstance(shown.app.screen, MainScreen)


async def test_a_log_is_marked_where_one_stands_and_hollow_where_it_is_off(show):
    session = FakeSession()
    for text in ("orders", "OrderCancelled and data.amount > 3", "instance order-2", "payments@9", "data.amount > 3"):
        await session.add_breakpoint(text)
    await session.enable_breakpoint(3, False)
    async with show(session) as shown:
        text = shown.text()
        assert "orders ◆" in text
        assert "◆ 6 OrderCancell" in text
        assert "◇ 2 OrderPlaced" in text
        assert "◆ read" in text, "every event of orders stops there"
        assert text.count("◆") == 3
        assert "◆" not in row_of(text, "payments ")[20:]


async def test_a_stop_is_told_and_its_manager_selected(show):
    session = FakeSession()
    async with show(session) as shown:
        stop = "stopped at breakpoint 2: data.amount > 100, third hit"
        now = session.snapshot()
        refunds = replace(now.managers[1], stop=stop, held=False)
        session.patch = {"managers": (replace(now.managers[0], held=True), refunds)}
        session.touch()
        await shown.settle()
        assert "Stopped at breakpoint 2: data.amount > 100, third hit" in shown.text()
        assert shown.text().splitlines()[1].startswith(" refunds")
        await shown.press("m")
        session.touch()
        await shown.settle()
        assert shown.text().splitlines()[1].startswith(" fulfilment"), "only a new stop selects"


HOSTILE = ['data.x == "[red]\\u001b]0;x\\u0007[/]"', 'instance "[/foo]"', 'type "[@click=app.quit]x"']


@pytest.mark.parametrize("typed", HOSTILE)
@pytest.mark.parametrize("size", [(80, 24), (40, 10)])
async def test_hostile_names_are_only_text(show, typed, size):
    session = FakeSession()
    await session.add_breakpoint(typed)
    async with show(session, size) as shown:
        await shown.press("B", "down")
        assert "\x1b" not in shown.text()
        assert "[" in shown.text() or size == (40, 10)
        await shown.press("delete")
        assert session.breakpoints == ()
        await shown.press("escape")


async def test_watching_has_no_breakpoints(show):
    session = FakeSession()
    session.patch = {"mode": "watch"}
    async with show(session) as shown:
        await shown.press("b")
        assert "Watching only reads" in shown.text()
        await shown.press("B", "a")
        assert isinstance(shown.app.screen, MainScreen)
        assert session.calls == []
