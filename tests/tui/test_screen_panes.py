"""How panes follow, scroll and stay where they are put."""

import pytest
from fake import FakeSession, in_state
from textual.events import MouseScrollDown

from pmtui.model.errors import InputError
from pmtui.view.pages import LogPage, LogRow


def shop(count: int = 200) -> FakeSession:
    session = FakeSession()
    for position in range(11, count):
        session.put("orders", "OrderPlaced", f"order-{position}", position)
    return session


def first(shown, pane: int = 1) -> int:
    lines = shown.main.log_panes[pane - 1]._window.visible(5)
    return next(line.position for line in lines if isinstance(line, LogRow))


async def test_a_pane_does_not_move_while_the_event_in_hand_is_in_sight(show):
    async with show(shop()) as shown:
        seen = set()
        for _ in range(3):
            await shown.press("e")
            seen.add(first(shown))
        assert seen == {1}


async def test_a_pane_follows_the_event_in_hand(show):
    session = shop()
    async with show(session) as shown:
        for _ in range(12):
            await shown.press("e")
        text = shown.text()
        assert f"‖ {session.event.position} " in text or f"‖  {session.event.position} " in text


async def test_scrolling_stops_following_and_counts_what_is_new(show):
    session = shop()
    async with show(session) as shown:
        await shown.press("pagedown")
        anchor = first(shown)
        assert anchor > 1
        for _ in range(4):
            await shown.press("e")
        session.put("orders", "OrderPlaced", "order-new")
        session.touch()
        await shown.settle()
        assert first(shown) == anchor
        assert "+1 new" in shown.text()
        await shown.press("F")
        assert "+1 new" not in shown.text()
        assert shown.main.pane.following


async def test_what_is_new_are_events_and_not_positions(show):
    session = shop()
    async with show(session) as shown:
        await shown.press("pagedown")
        for position in (700, 9_000):
            session.put("orders", "OrderPlaced", "order-new", position)
        session.touch()
        await shown.settle()
        assert "+2 new" in shown.text()
        for position in range(9_001, 9_201):
            session.put("orders", "OrderPlaced", "order-new", position)
        session.touch()
        await shown.settle()
        assert "100+ new" in shown.text()


async def test_new_in_the_journal_are_also_events_that_were_ignored(show):
    session = shop()
    for _ in range(30):
        await session.step_event("fulfilment")
    async with show(session) as shown:
        shown.main.places.reveal(shown.main.journal)
        await shown.press("pageup")
        session.manager_patch = {"ignored": 3}
        session.touch()
        await shown.settle()
        assert "+3 new" in shown.text()


@pytest.mark.parametrize("key", ["g", "F"])
async def test_what_was_there_when_a_pane_let_go_of_following_is_not_new(show, key):
    session = shop()
    async with show(session) as shown:
        for _ in range(12):
            await shown.press("e")
        for pane in ("1", str(len(shown.main.panes))):
            await shown.press(pane, key)
            assert not shown.main.pane.following
            assert shown.main.pane.new == 0
        await shown.press("e")
        assert shown.main.journal.new == 1


async def test_g_and_capital_g_go_to_the_ends(show):
    async with show(shop()) as shown:
        await shown.press("G")
        assert "199 OrderPlaced" in shown.text()
        await shown.press("k", "pageup", "pagedown")
        await shown.press("g")
        assert first(shown) == 1


async def test_scrolling_reads_on_without_end(show):
    async with show(shop(400)) as shown:
        await shown.press(*["pagedown"] * 30)
        await shown.until(lambda: first(shown) > 50)
        await shown.press(*["pageup"] * 40)
        assert first(shown) == 1


async def test_the_wheel_scrolls_the_pane_under_it(show):
    async with show(shop()) as shown:
        pane = shown.main.log_panes[0]
        await shown.pilot._post_mouse_events([MouseScrollDown], "#log-1", (3, 3))
        await shown.settle()
        assert not pane.following
        assert first(shown) > 1


async def test_a_maximised_pane_has_the_screen_and_gives_it_back(show):
    async with show(shop()) as shown:
        before = shown.text()
        await shown.press("z")
        assert "payments " not in shown.text().split("\n", 7)[7]
        assert "10:04:" in shown.text()
        await shown.press("tab")
        assert "payments" in shown.text()
        await shown.press("shift+tab", "z")
        assert shown.text() == before


async def test_the_journal_scrolls_back_and_follows_again_at_its_end(show):
    session = FakeSession()
    for _ in range(24):
        session.advance()
    async with show(session) as shown:
        await shown.press("5")
        newest = shown.text()
        await shown.press("pageup")
        assert shown.text() != newest
        assert not shown.main.journal.following
        await shown.press("pagedown", "pagedown")
        assert shown.main.journal.following
        assert shown.text() == newest
        await shown.press("g")
        assert "orders@1 " in shown.text()


async def test_starting_over_makes_panes_follow_again(show):
    session = shop()
    async with show(session) as shown:
        await shown.press("e", "G")
        assert not shown.main.pane.following
        await shown.press("R", "R")
        assert shown.main.pane.following
        assert first(shown) == 1


async def test_a_log_that_cannot_be_read_is_told_once_and_the_screen_lives(show):
    session = shop()
    page, broken = session.log_page, False

    async def log_page(context: str, limit: int, **where: int | None) -> LogPage:
        if broken:
            raise InputError(f"{context} is no log")
        return await page(context, limit, **where)

    session.log_page = log_page
    async with show(session) as shown:
        broken = True
        await shown.press("e")
        assert "is no log" in shown.text()


@pytest.mark.parametrize("state", ["killed", "doubled"])
async def test_selecting_the_other_manager_shows_its_journal(show, state):
    async with show(await in_state(state)) as shown:
        await shown.press("m")
        assert "nothing handled yet" in shown.text()
        await shown.press("m")
        assert "killed, not saved" in shown.text()


async def test_the_head_of_the_pane_with_the_focus_stands_out(show):
    def heads(shown) -> list[bool]:
        panes = shown.main.log_panes
        return [next(iter(pane.render_lines(pane.size.region)[0])).style.bold or False for pane in panes]

    async with show() as shown:
        assert heads(shown) == [True, False, False, False]
        await shown.press("tab")
        assert heads(shown) == [False, True, False, False]
