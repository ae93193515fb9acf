"""The diagram on the screen: opened, scrolled, folded, followed, saved."""

import pytest
from fake import FakeSession, in_state

from pmtui.tui.themes import ink_of
from pmtui.tui.widgets.lanes import Lanes
from pmtui.view.diagram import Arrow, Lane, Row


async def far(events: int) -> FakeSession:
    """So many events handled, without any trouble."""
    session = FakeSession()
    for number in range(events):
        session.put("orders", "OrderPlaced", f"order-{100 + number}")
    while session.handled < events:
        session.advance()
    return session


async def opened(shown, *keys):
    """Open the diagram, wait until it is drawn, and press keys."""
    await shown.press("d")
    window = shown.main.diagram.window
    await shown.until(lambda: "what led to what" in shown.text() and (window.rows or not shown.session.journal))
    await shown.press(*keys)


def rows(shown):
    """The diagram's lines below the names."""
    return [line for line in shown.text().splitlines() if line[:1] != "▌"]


async def test_d_opens_the_diagram_and_d_or_escape_closes_it(show):
    async with show(await in_state("doubled")) as shown:
        for key in ("d", "escape"):
            await opened(shown)
            assert "what led to what" in shown.text() and "handled → actions" not in shown.text()
            await shown.press(key)
            await shown.until(lambda: "what led to what" not in shown.text() and "handled → actions" in shown.text())


async def test_escape_also_gives_a_maximised_pane_its_place_back(show):
    async with show(await in_state("doubled")) as shown:
        await shown.press("2", "z")
        await shown.until(lambda: "handled → actions" not in shown.text())
        await shown.press("escape")
        await shown.until(lambda: "handled → actions" in shown.text())
        assert shown.main.pane.context == "payments"


async def test_tab_leaves_the_diagram_for_the_panes(show):
    async with show(await in_state("doubled")) as shown:
        await opened(shown, "tab")
        await shown.until(lambda: "handled → actions" in shown.text())
        await opened(shown, "2")
        await shown.until(lambda: "handled → actions" in shown.text())
        assert shown.main.pane.context == "payments"


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 60)])
async def test_a_crash_breaks_the_lane_and_the_doubled_action_is_named(show, size):
    session = await in_state("doubled")
    session.advance()
    async with show(session, size) as shown:
        await opened(shown)
        text = shown.text()
        assert "doubled: payments@3 again" in text and "killed, not saved" in text
        lines = text.splitlines()
        crash = next(number for number, line in enumerate(lines) if "killed, not saved" in line)
        assert "✖" in lines[crash] and "╻" in lines[crash + 1], "the lane ends and begins again"
        assert "═" in next(line for line in lines if "doubled: payments@3 again" in line)


async def test_it_grows_while_the_manager_is_stepped_beside_it(show):
    session = FakeSession()
    async with show(session) as shown:
        await opened(shown)
        assert "nothing handled yet" in shown.text()
        await shown.press("e")
        assert "1─" in shown.text() and session.calls == [("step_event", "fulfilment")]


async def test_scrolling_back_reads_pages_and_new_events_do_not_move_it(show):
    session = await far(900)
    async with show(session) as shown:
        await opened(shown)
        assert "⋯ 2" in shown.text() and "+" not in shown.text().split("what led to what")[1].splitlines()[0]
        await shown.press("k", "pageup", "pageup", "pageup")
        before = rows(shown)[9:22]
        for _ in range(8):
            session.advance()
        session.touch()
        await shown.settle()
        assert rows(shown)[9:22] == before
        assert "new" in shown.text()
        await shown.press("G")
        assert rows(shown)[9:22] != before and " new" not in shown.text()


async def test_g_goes_to_the_oldest_and_reading_on_comes_to_the_newest(show):
    async with show(await far(900)) as shown:
        await opened(shown, "g")
        assert rows(shown)[10].startswith(" 1─")
        main = shown.main
        for _ in range(40):
            await shown.press("pagedown")
            if main.diagram.following:
                break
        assert main.diagram.following


async def test_enter_unfolds_a_run_and_goes_to_an_event(show):
    async with show(await far(300)) as shown:
        await opened(shown, "g")
        window = shown.main.diagram.window
        await shown.press("j", "j")
        folded = len(window.row.entries)
        assert folded > 100
        before = len(window.rows)
        await shown.press("enter")
        assert len(window.rows) == before + folded - 1
        where = window.row.where
        await shown.press("enter")
        await shown.until(lambda: f" {where[1]} OrderPlaced" in shown.text())
        assert "what led to what" not in shown.text()
        assert shown.main.pane.context == where[0]


async def test_clicking_selects_a_row_and_clicking_it_again_opens_it(show):
    async with show(await in_state("doubled")) as shown:
        await opened(shown)
        diagram = shown.main.diagram
        await shown.pilot.click("#diagram", offset=(2, 3))
        await shown.settle()
        assert diagram.window.selected == 0
        await shown.pilot.click("#diagram", offset=(2, 3))
        await shown.settle()
        assert shown.main.places.zoomed is None


async def test_saving_says_where_and_never_overwrites(show, tmp_path):
    async with show(await in_state("doubled"), (160, 40)) as shown:
        await shown.press("S")
        assert "d opens it" in shown.text() and not list(tmp_path.iterdir())
        await opened(shown, "S")
        assert "as shop-diagram.svg, in the working directory" in shown.text()
        await shown.press("S")
        assert sorted(path.name for path in tmp_path.iterdir()) == ["shop-diagram-2.svg", "shop-diagram.svg"]
        assert "killed, not saved" in (tmp_path / "shop-diagram.svg").read_text()


async def test_hostile_data_is_only_shown(show):
    session = await in_state("hostile")
    async with show(session) as shown:
        await opened(shown)
        assert "[@click=app.quit]x[/]" in shown.text()


@pytest.mark.parametrize("size", [(40, 10), (41, 14), (60, 20), (80, 24), (200, 60)])
async def test_it_fits_any_size(show, size):
    async with show(await in_state("doubled"), size) as shown:
        await opened(shown, "g", "j", "l", "l", "l", "h", "G")
        assert all(len(line) <= size[0] for line in shown.text().splitlines())


async def test_lanes_that_do_not_fit_scroll(show):
    async with show(await in_state("many")) as shown:
        await opened(shown)
        assert "lanes 1–7 of 9" in shown.text()
        await shown.press("l", "l", "l")
        assert "lanes 3–9 of 9" in shown.text()
        await shown.press("h")
        assert "lanes 2–8 of 9" in shown.text()


async def test_five_contexts_and_two_managers_fit_eighty_columns(show):
    session = FakeSession(("orders", "payments", "shipping", "notifications", "returns"))
    session.advance()
    async with show(session) as shown:
        await opened(shown)
        assert "lanes" not in shown.text()


@pytest.mark.parametrize("room", [0, 3, 7, 20, 50, 90])
async def test_a_row_is_as_wide_as_its_lanes_whatever_is_out_of_sight(show, room):
    lanes = [Lane(f"context-{number}", "context") for number in range(9)] + [Lane("fulfilment", "manager")]
    async with show() as shown:
        ink = ink_of(shown.app)
    for start in range(9):
        for end in range(9):
            for fate in ("taken", "doubled", "stopped", "lost", "asked", "refused"):
                arrows = (Arrow(start, 9, "event", "taken", "123456789"), Arrow(9, end, "action", fate, "7–19", 2))
                for first in (0, 4, 9):
                    painted = Lanes(lanes, room, first, ink)
                    line = painted.line(Row(9, "fulfilment", "handled", arrows=arrows), 300, False)
                    assert line.used == painted.width <= room
