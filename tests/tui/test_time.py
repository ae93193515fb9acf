"""Going back and forth in time by the keys that a person presses."""

import pytest
from fake import FakeSession, in_state


async def test_back_and_forward_by_every_key(show) -> None:
    session = await in_state("done")
    async with show(session) as shown:
        for key, jump in [
            ("left_square_bracket", "earlier"),
            ("comma", "earlier"),
            ("right_square_bracket", "later"),
            ("full_stop", "later"),
            ("left_curly_bracket", "earlier_mark"),
            ("right_curly_bracket", "later_mark"),
        ]:
            await shown.press(key)
            assert session.calls[-1] == ("travel", jump)


async def test_the_banner_says_that_this_is_not_the_present(show) -> None:
    session = await in_state("done")
    async with show(session) as shown:
        await shown.press("left_square_bracket", "left_square_bracket")
        assert session.then is not None
        banner = shown.text().splitlines()[0]
        where = session.snapshot().past
        assert where is not None
        assert f"NOT LIVE after {where.where}, {where.handled} of {where.total} events" in banner
        assert "as it was" in shown.text().splitlines()[1]
        footer = shown.text().splitlines()[-1]
        assert "back in time" in footer
        assert "ctrl+r rewind" in footer
        await shown.press("L")
        assert "NOT LIVE" not in shown.text()


@pytest.mark.parametrize("size", [(40, 10), (80, 24), (120, 36), (200, 60)])
async def test_the_banner_fits_at_every_size(show, size: tuple[int, int]) -> None:
    session = await in_state("done")
    async with show(session, size=size) as shown:
        await shown.press("left_square_bracket")
        banner = shown.text().splitlines()[0]
        assert banner.startswith(" NOT LIVE after ")
        assert len(banner) <= size[0]


async def test_every_pane_marks_one_row_as_now(show) -> None:
    session = await in_state("done")
    async with show(session, size=(120, 36)) as shown:
        await shown.press("left_square_bracket")
        for pane in shown.main.log_panes:
            marked = [line.text for line in pane._strips if line.text.startswith("▸")]
            assert len(marked) == bool(session.logs[pane.context]), pane.context


@pytest.mark.parametrize("key", ["space", "s", "e", "x", "X", "r", "i", "a", "plus", "minus", "R"])
async def test_nothing_in_the_past_is_acted_on(show, key: str) -> None:
    session = await in_state("done")
    async with show(session) as shown:
        await shown.press("left_square_bracket")
        before = list(session.calls)
        await shown.press(key)
        assert session.calls == before
        assert len(shown.app.screen_stack) == 2
        assert "The past cannot be changed" in shown.text()


async def test_rewinding_asks_what_it_throws_away(show) -> None:
    session = await in_state("done")
    async with show(session) as shown:
        await shown.press("ctrl+r")
        assert "This is the present" in shown.text()
        await shown.press("left_square_bracket", "ctrl+r")
        assert "throws away 2 events" in shown.text()
        assert ("rewind",) not in session.calls
        await shown.press("j", "ctrl+r")
        assert ("rewind",) not in session.calls, "another key takes the question back"
        await shown.press("ctrl+r")
        assert session.calls[-1] == ("rewind",)
        assert "NOT LIVE" not in shown.text()


async def test_an_event_is_gone_to_by_its_name(show) -> None:
    session = await in_state("done")
    async with show(session) as shown:
        await shown.press("t")
        assert "Go to the moment after" in shown.text()
        await shown.press(*"orders@2", "enter")
        await shown.until(lambda: session.then is not None)
        assert session.calls[-1] == ("travel_to", "orders@2", "fulfilment")
        await shown.press("t")
        await shown.press(*"what", "enter")
        await shown.until(lambda: "'what' is no event" in shown.text())
        await shown.press("t", "escape")
        assert len(shown.app.screen_stack) == 2


@pytest.mark.parametrize("mode", ["live", "watch"])
async def test_without_a_scratch_copy_there_is_no_past(show, mode: str) -> None:
    session = FakeSession()
    session.patch["mode"] = mode
    async with show(session) as shown:
        await shown.press("left_square_bracket")
        assert "Only a lab on a scratch copy" in shown.text()
        await shown.press("ctrl+r")
        assert not session.calls
