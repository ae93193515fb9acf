"""Whatever is pressed, at whatever size, in whatever order: the screen stays whole."""

import asyncio
from itertools import combinations, pairwise

from fake import in_state
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from textual.events import Resize
from textual.geometry import Size

from pmtui.tui.actions import ACTIONS
from pmtui.tui.layout import SMALLEST
from pmtui.tui.screens.main import MainScreen
from pmtui.tui.widgets.finder import Finder
from pmtui.view.pages import LogRow

LEAVING = ("q", "ctrl+c", "ctrl+z")
LIKELY = ("tab", "shift+tab", "z", "s", "e", "x", "r", "space", "m", "escape", "enter", "j", "k", "G", "F", "1", "5")
KEYS = [key for action in ACTIONS for key in action.keys if key not in LEAVING]
keys = st.sampled_from(KEYS) | st.sampled_from(LIKELY) | st.sampled_from([*'{["a0', "backspace", "ctrl+p", "left"])
sizes = st.tuples(st.integers(40, 200), st.integers(10, 60)) | st.just((39, 9))
steps = st.lists(st.one_of(keys, keys, keys, keys, keys, sizes), min_size=60, max_size=160)
states = st.sampled_from(["start", "doubled", "fast", "failed", "done", "hostile", "many", "actions"])


def whole(shown) -> None:
    """What holds after every step, with reading and drawing still under way."""
    app = shown.app
    assert app.is_running
    assert app._exception is None
    width, height = app.screen._compositor.size  # 0 while it was not laid out yet
    strips = app.screen._compositor.render_strips()
    assert [strip.cell_length for strip in strips] == [width] * height


async def laid_out(shown) -> None:
    """Until all is done, and in the size that the terminal has by now."""
    await shown.settle()
    await shown.until(lambda: shown.app.screen._compositor.size == shown.app.size)
    await shown.settle()


def settled(shown) -> None:
    """What holds once all was pulled, read and drawn."""
    main, session = shown.main, shown.session
    assert main.snapshot == session.snapshot()
    if not isinstance(shown.app.screen, MainScreen) or shown.app.size.width < SMALLEST[0]:
        return
    panes = [*main.panes, main.diagram, main.managers]
    seen = [pane for pane in panes if pane.is_on_screen and pane.region]
    assert all(shown.app.size.region.contains_region(pane.region) for pane in seen)
    assert not any(one.region.overlaps(other.region) for one, other in combinations(seen, 2))
    assert main.pane in seen
    finder = main.query_one(Finder)
    assert [part for part in [*main.stops, finder] if part.has_focus] == [finder if finder.display else main.stop]
    for pane in main.log_panes:
        if not pane.is_on_screen:
            continue
        lines = pane._window.visible(pane._rows_high)
        positions = [line.position for line in lines if isinstance(line, LogRow)]
        assert all(one < other for one, other in pairwise(positions))
        assert set(positions) <= {row.position for row in session.logs[pane.context]}
        if pane.following and pane._target:
            there = (row.position for row in session.logs[pane.context] if row.position >= pane._target)
            assert (wanted := next(there, None)) is None or wanted in positions


@settings(
    max_examples=15,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # to shrink a whole screen takes very long
    suppress_health_check=list(HealthCheck),
)
@given(state=states, steps=steps)
def test_no_key_at_no_size_breaks_the_screen(show, state, steps):
    async def pressing() -> None:
        async with show(await in_state(state)) as shown:
            await press(shown)

    async def press(shown) -> None:
        for number, step in enumerate(steps):
            if isinstance(step, str):
                shown.app.simulate_key(step)
            else:
                size = shown.app._driver._size = Size(*step)
                shown.app.post_message(Resize(size, size))
            await shown.pilot._wait_for_screen()
            whole(shown)
            if number % 40 == 39:
                await laid_out(shown)
                settled(shown)
        await laid_out(shown)
        settled(shown)

    asyncio.run(pressing())
