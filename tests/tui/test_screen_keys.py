"""What keys do: to the session, or, where they do nothing, why."""

import pytest
from fake import FakeSession, in_state
from textual.widgets import Input, TextArea

from pmtui.model.errors import InputError
from pmtui.model.point import Point
from pmtui.tui.actions import ACTIONS
from pmtui.tui.moment import ALWAYS, for_the_moment
from pmtui.tui.screens.append import AppendScreen
from pmtui.tui.screens.crash_at import CrashAtScreen
from pmtui.tui.screens.help import HelpScreen
from pmtui.tui.screens.inspector import InspectorScreen
from pmtui.tui.screens.main import MainScreen
from pmtui.tui.screens.traceback import TracebackScreen


@pytest.mark.parametrize(
    ("state", "key", "call"),
    [
        ("start", "s", ("step", "fulfilment")),
        ("start", "e", ("step_event", "fulfilment")),
        ("start", "space", ("go_on", "fulfilment")),
        ("fast", "space", ("pause", "fulfilment")),
        ("start", "x", ("crash", "fulfilment")),
        ("killed", "r", ("restart", "fulfilment")),
        ("start", "i", ("set_receipts", "exact")),
        ("receipts", "i", ("set_receipts", "high-water")),
        ("start", "plus", ("set_speed", "20")),
        ("start", "minus", ("set_speed", "1")),
        ("start", "R", ("start_over",)),
    ],
)
async def test_a_key_asks_the_session(show, state, key, call):
    session = await in_state(state)
    session.calls.clear()
    async with show(session) as shown:
        await shown.press(key)
        assert session.calls == [call]


@pytest.mark.parametrize(
    ("state", "key", "why"),
    [
        ("killed", "s", "r restarts it"),
        ("killed", "x", "r restarts it"),
        ("killed", "space", "r restarts it"),
        ("fast", "s", "space pauses it"),
        ("fast", "plus", "full speed already"),
        ("start", "r", "Its worker is alive"),
        ("start", "E", "There is no traceback"),
    ],
)
async def test_a_key_that_does_nothing_now_says_why(show, state, key, why):
    session = await in_state(state)
    session.calls.clear()
    async with show(session) as shown:
        await shown.press(key)
        assert session.calls == []
        assert why in shown.text()


async def test_what_the_session_refuses_is_shown(show):
    session = FakeSession()
    session.refuse = InputError("[orders] is locked by another program")
    async with show(session) as shown:
        await shown.press("s")
        assert "[orders] is locked by another program" in shown.text()


async def test_stepping_moves_the_strip_and_the_consequence(show):
    async with show() as shown:
        assert "‖  1 OrderPlaced" in shown.text()
        await shown.press("s", "s", "s")
        assert "Acted, not saved." in shown.text()
        await shown.press("s")
        assert "Paused before orders@2." in shown.text()
        assert "┃  1 OrderPlaced" in shown.text()


async def test_starting_over_asks_for_a_second_press_where_something_would_be_lost(show):
    session = await in_state("killed")
    session.calls.clear()
    async with show(session) as shown:
        await shown.press("R")
        assert session.calls == []
        assert "R again" in shown.text() and "2 handled events and 1 crash" in shown.text()
        await shown.press("j", "R")
        assert session.calls == [], "another key takes the question back"
        await shown.press("R")
        assert session.calls == [("start_over",)]


async def test_a_crash_on_live_logs_asks_first(show):
    session = FakeSession()
    session.patch = {"mode": "live"}
    async with show(session) as shown:
        assert "LIVE" in shown.text()
        await shown.press("x")
        assert session.calls == []
        await shown.press("x")
        assert session.calls == [("crash", "fulfilment")]


async def test_watching_only_reads(show):
    session = FakeSession()
    session.patch = {"mode": "watch"}
    async with show(session) as shown:
        for key in ("s", "e", "x", "X", "r", "R", "i", "a", "plus", "minus", "space"):
            await shown.press(key)
        assert session.calls == []
        assert "only reads" in shown.text() and "WATCHING LIVE LOGS" in shown.text()


async def test_the_kitty_names_of_capitals_work_too(show):
    session = FakeSession()
    async with show(session) as shown:
        await shown.press("shift+x")
        assert isinstance(shown.app.screen, CrashAtScreen)


async def test_the_next_manager_and_a_click_on_a_name_select(show):
    async with show() as shown:
        await shown.press("m")
        assert shown.main.manager.name == "refunds"
        assert shown.text().splitlines()[1].startswith(" refunds ‖ paused    fulfilment · paused")
        await shown.pilot.click("#manager", offset=(26, 0))
        assert shown.main.manager.name == "fulfilment"


async def test_clicks_choose_panes_and_footer_keys(show):
    session = FakeSession()
    async with show(session) as shown:
        await shown.pilot.click("#log-3", offset=(3, 3))
        assert shown.main.pane.context == "shipping"
        await shown.pilot.click("#footer", offset=(2, 0))
        await shown.settle()
        assert session.calls == [("step", "fulfilment")]


async def test_choosing_a_listed_point(show):
    session = await in_state("acted")
    async with show(session) as shown:
        await shown.press("X")
        assert "saved" in shown.text()
        assert [words for words, _ in shown.app.screen.points] == ["saved"]
        await shown.press("enter")
        assert session.calls == [("crash_at", "fulfilment", Point("fulfilment", "orders", 3, "saved"))]
        assert "It will die at fulfilment:orders@3:saved, once." in shown.text()


async def test_all_points_of_a_turn_to_come_are_listed(show):
    session = await in_state("start")
    async with show(session) as shown:
        await shown.press("X")
        for words in ("read", "decided", "after action 1, if it takes one", "saved", "nowhere"):
            assert words in shown.text()
        await shown.press("down", "down", "enter")
        assert session.calls[-1] == ("crash_at", "fulfilment", Point("fulfilment", "orders", 1, "acted", 0))


async def test_a_typed_point_is_checked_where_it_is_typed(show):
    session = FakeSession()
    async with show(session) as shown:
        await shown.press("X", "tab")
        field = shown.app.screen.query_one("#typed", Input)
        for value, wrong in (
            ("fulfilment:orders@3", "is not a point"),
            ("refunds:orders@3:read", "m selects another"),
            ("fulfilment:nowhere@3:read", "does not read nowhere"),
        ):
            field.value = value
            await shown.press("enter")
            assert wrong in shown.text().replace("\n", " ")
        field.value = "fulfilment:orders@7:acted:0"
        await shown.press("enter")
        assert session.calls == [("crash_at", "fulfilment", Point("fulfilment", "orders", 7, "acted", 0))]


async def test_appending_keeps_the_form_until_the_event_is_there(show):
    session = FakeSession()
    async with show(session) as shown:
        await shown.press("a")
        screen = shown.app.screen
        assert isinstance(screen, AppendScreen)
        screen.query_one("#stream", Input).value = ""
        await shown.settle()
        await shown.press("enter")
        assert "have to be named" in shown.text()
        screen.query_one("#stream", Input).value = "order-11"
        screen.query_one("#data", TextArea).text = '{"amount": 3,\n nonsense'
        await shown.settle()
        await shown.press("enter")
        assert "line 2, column 2: Expecting property name" in shown.text()
        screen.query_one("#data", TextArea).text = '{"amount": 3}'
        await shown.press("enter")
        assert session.calls[-1] == ("append", "orders", "order-11", "OrderPlaced", '{"amount": 3}')
        assert "Appended orders@11." in shown.text()


async def test_a_failure_opens_its_traceback(show):
    async with show(await in_state("failed")) as shown:
        assert "Stopped: ZeroDivisionError" in shown.text()
        assert "shop.py:31" in shown.text()
        await shown.press("E")
        assert isinstance(shown.app.screen, TracebackScreen)
        assert "in take_payment" in shown.text()
        await shown.press("G", "escape")
        assert isinstance(shown.app.screen, MainScreen)


async def test_help_lists_every_action_of_the_registry_and_scrolls_at_80_columns(show):
    async with show() as shown:
        await shown.press("question_mark")
        assert isinstance(shown.app.screen, HelpScreen)
        seen = shown.text()
        assert "esc" in seen
        for _ in ACTIONS:
            await shown.press("down")
            seen += shown.text()
        for action in ACTIONS:
            assert action.help in seen, action.id
        await shown.press("escape")
        assert isinstance(shown.app.screen, MainScreen)


async def test_every_sentence_of_help_fits_80_columns():
    assert all(len(action.help) <= 56 for action in ACTIONS)


async def test_the_palette_finds_an_action_and_does_it(show):
    session = FakeSession()
    async with show(session) as shown:
        await shown.press("ctrl+p")
        await shown.pilot.press(*"whole")
        await shown.until(lambda: "whole event  e" in shown.text())
        await shown.pilot.press("enter")
        await shown.until(lambda: session.calls == [("step_event", "fulfilment")])


def test_the_footer_never_has_more_than_six_keys():
    for state in ("paused", "running", "idle", "killed", "failed", "stopped", "starting"):
        session = FakeSession()
        session.manager_patch = {"state": state}
        now = session.snapshot()
        chosen = for_the_moment(now, now.managers[0])
        assert len(chosen + ALWAYS) <= 6
        assert all(action.why_not(now, now.managers[0]) is None for action in chosen)


def test_ids_and_keys_are_unique():
    assert len({action.id for action in ACTIONS}) == len(ACTIONS)
    keys = [key for action in ACTIONS for key in action.keys]
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize("key", ["a", "X", "question_mark", "ctrl+p"])
async def test_a_sheet_that_is_closed_twice_takes_only_itself_away(show, key):
    async with show(await in_state("doubled")) as shown:
        await shown.pilot.press(key)
        sheet = shown.app.screen
        assert sheet is not shown.main
        sheet.dismiss(None)
        sheet.dismiss(None)
        await shown.pilot.pause()
        assert shown.app.screen is shown.main
        await shown.press("s")
        assert shown.session.calls[-1] == ("step", "fulfilment")


async def test_every_action_of_the_registry_is_done_where_it_is(show):
    async with show() as shown:
        for action in ACTIONS:
            if action.id in ("quit", "suspend", "start_over"):
                continue
            for place in action.places:
                if place == "inspector" and not isinstance(shown.app.screen, InspectorScreen):
                    await shown.press("1", "enter")
                shown.app.screen.action_do(action.id)
                await shown.settle()
                while not isinstance(shown.app.screen, MainScreen):
                    await shown.press("escape")
        assert shown.app.is_running
