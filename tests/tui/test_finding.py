"""Finding on the main screen: filters, matches, and one correlation id in all panes."""

import pytest
from fake import FakeSession, in_state

from pmtui.model.errors import InputError
from pmtui.tui.widgets import journal
from pmtui.tui.widgets.finder import Finder
from pmtui.tui.widgets.footer import Footer
from pmtui.view.closeup.subject import EventAt
from pmtui.view.pages import LogRow


def shop(count: int = 120) -> FakeSession:
    session = FakeSession()
    for position in range(11, count):
        kind = "OrderCancelled" if position % 10 == 0 else "OrderPlaced"
        session.put("orders", kind, f"order-{position}", position)
    return session


def positions(shown, pane: int = 1) -> list[int]:
    lines = shown.main.log_panes[pane - 1]._window.visible(99)
    return [line.position for line in lines if isinstance(line, LogRow)]


async def look_for(shown, text: str) -> None:
    await shown.press("slash")
    await shown.until(lambda: shown.main.query_one(Finder).has_focus)
    shown.main.query_one(Finder).value = text
    await shown.settle()


async def test_a_filter_shows_only_what_matches_while_it_is_typed(show):
    async with show(shop()) as shown:
        await shown.press("slash")
        await shown.press(*"Cancel")
        assert positions(shown) == [6, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110][-len(positions(shown)) :]
        assert "11 found" in shown.text()
        await look_for_more(shown)


async def look_for_more(shown) -> None:
    await shown.press("enter")
    assert not shown.main.query_one(Finder).display
    assert shown.main.query_one(Footer).display
    assert "step" in shown.text().splitlines()[-1]
    assert set(positions(shown)) <= {6, *range(20, 120, 10)}, "enter keeps it"


async def test_terms_are_joined_and_can_be_inverse(show):
    async with show(shop()) as shown:
        await look_for(shown, "!Placed order-2")
        assert positions(shown) == [6, 20]


async def test_escape_shows_everything_again(show):
    async with show(shop()) as shown:
        await look_for(shown, "order-77")
        assert positions(shown) == [77]
        await shown.press("escape")
        assert not shown.main.query_one(Finder).display
        assert len(positions(shown)) > 1
        await look_for(shown, "order-88")
        await shown.press("enter", "escape")
        assert len(positions(shown)) > 1
        assert shown.main.pane.following


async def test_n_and_capital_n_go_along_what_was_found_and_then_among_the_others(show):
    session = shop()
    async with show(session) as shown:
        await look_for(shown, "Cancel")
        await shown.press("enter")
        await shown.press("N", "N", "n", "y")
        assert session.calls[-1] == ("look", EventAt("orders", 100))
        await shown.press("escape")
        await shown.press("j")
        here = shown.main.pane.subject().position
        await shown.press("n")
        assert shown.main.pane.subject() == EventAt("orders", 6 if here < 6 else 20)
        await shown.press("n", "n")
        assert shown.main.pane.subject() == EventAt("orders", 30)
        assert len([p for p in positions(shown) if p % 10]) > 1, "the others are there too"
        await shown.press("N")
        assert shown.main.pane.subject() == EventAt("orders", 20)
        await shown.press("N", "N")
        assert "nothing more is found that way" in shown.text()


async def test_without_anything_to_look_for_n_says_so(show):
    async with show() as shown:
        await shown.press("n")
        assert "Nothing is looked for" in shown.text()


async def test_what_comes_later_is_found_too_while_paused(show):
    session = shop()
    async with show(session) as shown:
        await look_for(shown, "order-new")
        assert "nothing found" in shown.text()
        await shown.press("enter")
        session.put("orders", "OrderPlaced", "order-new")
        session.touch()
        await shown.settle()
        assert positions(shown) == [120]
        assert "1 found" in shown.text()


async def test_a_long_search_tells_how_far_it_is_and_keys_still_work(show, monkeypatch):
    monkeypatch.setattr("pmtui.tui.widgets.searchedpane._TELL_SECONDS", 0.0)
    session = shop(4000)
    session.slow = True
    async with show(session, size=(120, 36)) as shown:
        for key in ("slash", *"77"):
            shown.app.simulate_key(key)
            await shown.pilot._wait_for_screen()
        await shown.until(lambda: "of ~3,999 …" in shown.text())
        shown.app.simulate_key("enter")
        await shown.until(lambda: not shown.main.query_one(Finder).display)
        shown.app.simulate_key("s")
        await shown.until(lambda: ("step", "fulfilment") in session.calls)
        await shown.settle()
        assert "found in " in shown.text()


async def test_another_query_ends_the_search_before_it(show):
    session = shop(4000)
    session.slow = True
    async with show(session) as shown:
        await look_for(shown, "order-3999")
        await shown.press("escape")
        before = session.searches
        await shown.settle()
        assert session.searches == before


async def test_the_journal_is_filtered_too(show):
    session = await in_state("done")
    for _ in range(5):
        session.advance()
    async with show(session) as shown:
        await shown.press("5")
        await look_for(shown, "order-3")
        entries = shown.main.journal._entries
        assert entries and all("order-3" in entry.label for entry in entries)
        assert "found" in shown.text()
        await shown.press("escape")
        assert len(shown.main.journal._entries) > len(entries)


async def test_n_goes_on_in_the_journal_among_all_its_events(show):
    session = FakeSession()
    for position in range(11, 120):
        session.put("orders", "OrderPlaced", "order-x" if position % 40 == 0 else f"order-{position}", position)
    while session.handled < 112:
        session.advance()
    async with show(session) as shown:
        await shown.press("5")
        await look_for(shown, "order-x")
        await shown.press("enter", "escape")
        assert shown.main.journal.following
        await shown.press("N")
        assert shown.main.journal.subject() == EventAt("orders", 80), shown.text()
        assert "orders@80" in shown.text() and "orders@79" in shown.text(), "the others are there too"
        await shown.press("N")
        assert shown.main.journal.subject() == EventAt("orders", 40)
        await shown.press("N")
        assert "journal: nothing more is found that way" in shown.text()
        await shown.press("n")
        assert shown.main.journal.subject() == EventAt("orders", 80)
        await shown.press("F", "n")
        assert "nothing more is found that way" in shown.text()


async def test_a_match_very_far_back_in_the_journal_is_told(show, monkeypatch):
    monkeypatch.setattr(journal, "_FAR", 20)
    monkeypatch.setattr(journal, "_PAGE", 10)
    session = FakeSession()
    for position in range(11, 120):
        session.put("orders", "OrderPlaced", f"order-{position}", position)
    while session.handled < 100:
        session.advance()
    async with show(session) as shown:
        await shown.press("5")
        await look_for(shown, "order-11")
        await shown.press("enter", "escape", "N")
        assert "journal: the next is more than 20 events back" in shown.text()


async def test_the_diagram_says_that_it_is_not_searched(show):
    async with show() as shown:
        for key in ("slash", "n", "N"):
            await shown.press("d", key)
            assert "The diagram is not searched: d closes it, / finds in the panes." in shown.text()
            await shown.press("d")


async def test_a_search_that_fails_is_told_once(show):
    session = shop()
    async with show(session) as shown:
        session.refuse = InputError("orders: no such log")
        await look_for(shown, "x")
        assert "orders: no such log" in shown.text()
        session.refuse = None
        await shown.press("escape")
        assert len(positions(shown)) > 1


async def test_starting_over_searches_the_new_log(show):
    session = shop()
    async with show(session) as shown:
        await look_for(shown, "order-2")
        await shown.press("enter")
        assert 29 in positions(shown)
        await shown.press("R", "R")
        session.touch()
        await shown.settle()
        assert positions(shown) == [2, 6]


async def test_o_lets_one_correlation_id_stand_out_in_all_panes(show):
    session = await in_state("done")
    async with show(session, size=(120, 36)) as shown:
        await shown.press("g", "j", "j", "o")
        label = shown.main.only
        assert label.startswith("order-")
        assert f"Only {label} stands out" in shown.text()
        ink = shown.main.log_panes[0].ink
        assert {pane.only for pane in shown.main.panes} == {label}
        bold = [
            segment.text
            for pane in shown.main.log_panes
            for strip in pane.paint(pane.size.width, pane.size.height)[2:]
            for segment in strip
            if segment.style and segment.style.bold and segment.style.color == ink.key.color
        ]
        assert bold and all(text.startswith(("Order", "Payment", "Shipment")) for text in bold)
        await shown.press("o")
        assert {pane.only for pane in shown.main.panes} == {""}
        await shown.press("o", "escape")
        assert shown.main.only == ""


async def test_nothing_stands_out_where_there_is_nothing(show):
    async with show() as shown:
        await shown.press("4", "o")
        assert "nothing here to pick out" in shown.text()


@pytest.mark.parametrize("text", ["[/foo]", "[@click=app.quit]", '"', "type:", "!!", "注文"])
async def test_hostile_queries_are_only_text(show, text):
    async with show(await in_state("hostile")) as shown:
        await shown.press("2", "slash")
        await shown.until(lambda: shown.main.query_one(Finder).has_focus)
        shown.main.query_one(Finder).value = text
        await shown.settle()
        await shown.press("enter")
        assert shown.app.is_running
        shown.text()


async def test_following_ends_with_any_scroll_and_counts_what_is_new(show):
    session = shop()
    async with show(session) as shown:
        for key in ("j", "pagedown", "k"):
            await shown.press("F") if not shown.main.pane.following else None
            assert shown.main.pane.following
            await shown.press(key)
            assert not shown.main.pane.following, key
        session.put("orders", "OrderPlaced", "order-new")
        session.touch()
        await shown.settle()
        assert "+1 new" in shown.text()
