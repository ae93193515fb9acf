"""The form that appends, and its relatives in the palette."""

import pytest
from fake import FakeSession
from textual.widgets import Input, TextArea

from pmtui.tui.screens.advance import AdvanceScreen
from pmtui.tui.screens.append import AppendScreen
from pmtui.tui.screens.main import MainScreen
from pmtui.tui.screens.once_more import OnceMoreScreen
from pmtui.view.offers import Offer


def value(shown, name):
    return shown.app.screen.query_one(f"#{name}", Input).value


async def test_it_begins_with_what_starts_an_instance_and_the_data_of_the_last_one(show):
    async with show() as shown:
        await shown.press("a")
        assert isinstance(shown.app.screen, AppendScreen)
        fields = [value(shown, name) for name in ("context", "type", "stream", "position")]
        assert fields == ["orders", "OrderPlaced", "order-11", "11"]
        assert '"order_id": "order-11"' in shown.text()
        assert "starts an instance of fulfilment" in shown.text()
        await shown.press("enter")
        data = '{\n  "order_id": "order-11",\n  "amount": 30\n}'
        assert shown.session.calls[-1] == ("append", "orders", "order-11", "OrderPlaced", data)
        assert "Appended orders@11." in shown.text()


async def test_the_arrows_go_through_what_is_known(show):
    async with show() as shown:
        await shown.press("a")
        await shown.press("down")
        assert value(shown, "type") == "OrderCancelled"
        assert "is handled by fulfilment" in shown.text()
        assert value(shown, "stream") == "order-2", "nobody had written there"
        await shown.press("down")
        assert "nobody handles OrderPraised of orders" in shown.text()
        shown.app.screen.query_one("#stream", Input).value = "order-77"
        await shown.settle()
        await shown.press("down", "up")
        assert value(shown, "stream") == "order-77", "what was written stays"
        assert '"stars": 5' in shown.text()
        await shown.press("shift+tab", "down")
        assert value(shown, "context") == "payments"
        assert value(shown, "position") == "1"
        await shown.press("up", "up")
        assert value(shown, "context") == "notifications"


async def test_a_later_position_leaves_a_gap_and_an_earlier_one_is_refused(show):
    async with show() as shown:
        await shown.press("a")
        shown.app.screen.query_one("#position", Input).value = "14"
        await shown.settle()
        assert "11–13 stay empty" in shown.text()
        await shown.press("enter")
        assert shown.session.calls[-1][-1] == 3
        assert "Appended orders@14, behind 3 missing positions." in shown.text()
        await shown.press("a")
        for wrong in ("14", "", "-1", "x", "9" * 30):
            shown.app.screen.query_one("#position", Input).value = wrong
            await shown.settle()
            await shown.press("enter")
            assert "The position is 15 or later" in shown.text()


async def test_a_fault_in_the_data_is_told_as_one_types(show):
    async with show() as shown:
        await shown.press("a")
        shown.app.screen.query_one("#data", TextArea).text = ""
        shown.app.screen.query_one("#data", TextArea).focus()
        await shown.settle()
        await shown.press("{", "x")
        assert "line 1, column 2: Expecting property name" in shown.text()
        await shown.press("backspace", "}")
        assert "Expecting" not in shown.text()
        await shown.press("enter")
        assert shown.session.calls[-1][-1] == "{}"


async def test_hostile_offers_are_only_text(show):
    session = FakeSession()
    session.offered = (Offer("[red]x[/]", "[@click=app.quit]q[/]", '{"a": "[/b] \\u001b[31m"}', ("[b]m",)),)
    async with show(session, (60, 16)) as shown:
        await shown.press("a")
        assert value(shown, "stream") == "[@click=app.quit]q[/]"
        assert "\x1b" not in shown.text()
        await shown.press("down", "up", "escape")
        assert isinstance(shown.app.screen, MainScreen)


@pytest.mark.parametrize("action", ["duplicate", "deliver_again"])
async def test_an_event_is_appended_once_more_after_it_is_said_what_that_means(show, action):
    async with show() as shown:
        await shown.press("1", "j", "j")
        await shown.main.run_action(f"do('{action}')")
        await shown.settle()
        assert isinstance(shown.app.screen, OnceMoreScreen)
        assert "orders@11" in shown.text()
        assert ("publisher" in shown.text()) == (action == "deliver_again")
        await shown.press("enter")
        assert shown.session.calls == [("append_again", "orders", 3, action == "deliver_again")]
        assert f"Appended orders@11, {'the same as' if action == 'deliver_again' else 'like'} orders@3." in shown.text()


async def test_the_clock_is_moved_on_by_what_is_typed(show):
    session = FakeSession()
    session.patch = {"clock": 1_767_348_000.0}
    async with show(session) as shown:
        await shown.main.run_action("do('advance')")
        await shown.settle()
        assert isinstance(shown.app.screen, AdvanceScreen)
        assert "It is 2026-01-02 10:00:00Z" in shown.text()
        await shown.press(*"soon", "enter")
        assert "'soon' is no length of time" in shown.text()
        shown.app.screen.query_one(Input).value = "30m"
        await shown.press("enter")
        assert session.calls == [("advance_clock", 1800)]
        assert "The clock is moved on to 2026-01-02 10:30:00Z." in shown.text()


async def test_what_needs_an_event_says_so(show):
    async with show() as shown:
        shown.main.query_one("ManagerPane").focus()
        await shown.settle()
        await shown.main.run_action("do('duplicate')")
        await shown.settle()
        assert "Choose an event of a log first." in shown.text()
        await shown.main.run_action("do('advance')")
        await shown.settle()
        assert "begins with the first event" in shown.text()
