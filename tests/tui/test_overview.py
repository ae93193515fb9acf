"""Many contexts and managers: the table, pages of logs, panes that are hidden and sized, and what is kept of that."""

from dataclasses import replace

import pytest
from fake import FakeSession
from textual.events import MouseScrollDown

from pmtui.tui.kept import Arrangement, Folder
from pmtui.view.snapshot import Consequence, ManagerView, SourceView

CONTEXTS = (
    *("orders", "payments", "fraud", "stock", "picking", "packing"),
    *("shipping", "customs", "invoices", "returns", "refunds", "notes"),
)
SIZES = [(80, 24), (120, 36), (200, 60)]


class Many(FakeSession):
    """Twelve contexts, and seven managers beside `fulfilment`."""

    names = ("refunds", "fraud-check", "reservation", "picking", "packing", "dispatch", "billing")

    def snapshot(self):
        now = super().snapshot()
        waits = Consequence("It waits.")
        others = tuple(
            ManagerView(name, "paused", waits, 4700 + i, sources=(SourceView("orders", 0, 9, 100 * i),), held=True)
            for i, name in enumerate(self.names)
        )
        return replace(now, managers=(now.managers[0], *others), clock=1_000_000.0)


class Keeping:
    def __init__(self, kept=None):
        self.kept = kept or Arrangement()

    def recall(self, app):
        return self.kept

    def keep(self, app, arrangement):
        self.kept = arrangement


def many() -> Many:
    return Many(CONTEXTS)


def seen(shown) -> list[str]:
    return [pane.context for pane in shown.main.log_panes if pane.display]


@pytest.mark.parametrize(("size", "logs"), [(SIZES[0], 4), (SIZES[1], 6), (SIZES[2], 12)])
async def test_twelve_logs_are_shown_page_by_page_as_many_as_fit(show, size, logs):
    async with show(many(), size) as shown:
        assert len(seen(shown)) == logs
        assert all(pane.size.width >= 16 for pane in shown.main.log_panes if pane.display)
        reached = set(seen(shown))
        for _ in CONTEXTS:
            await shown.press("tab")
            reached.update(seen(shown))
        assert reached == set(CONTEXTS)


@pytest.mark.parametrize("size", SIZES)
async def test_the_table_tells_of_every_manager_and_choosing_there_selects(show, size):
    async with show(many(), size) as shown:
        await shown.press("0")
        table = shown.main.managers
        assert table.has_focus
        for name in ("fulfilment", *Many.names):
            assert name in shown.text()
        assert "to do" in shown.text() and "next timer" in shown.text()
        await shown.press("j", "j", "j")
        assert shown.main.manager.name == "reservation"
        await shown.press("k")
        assert shown.main.manager.name == "fraud-check"
        await shown.press("G")
        assert shown.main.manager.name == "billing"
        await shown.press("g")
        assert shown.main.manager.name == "fulfilment"
        await shown.press("0")
        assert not table.has_focus


async def test_the_table_stands_beside_the_logs_where_there_is_room_and_is_opened_elsewhere(show):
    async with show(many(), (200, 60)) as shown:
        assert "oldest" in shown.text() and "handled → actions" in shown.text()
    async with show(many(), (80, 24)) as shown:
        assert "oldest" not in shown.text()
        await shown.press("0")
        assert "oldest" in shown.text() and "handled → actions" not in shown.text()
        await shown.press("escape")
        assert "oldest" not in shown.text() and "handled → actions" in shown.text()


async def test_a_line_of_the_table_has_lag_age_rate_crashes_and_the_next_timer(show):
    session = many()
    session.manager_patch = {
        "state": "running",
        "sources": (SourceView("orders", 0, 9, 100_000, capped=True),),
        "oldest": 1_000_000.0 - 180,
        "rate": 1234.6,
        "crashes": 3,
        "next_timer": 7200.0,
    }
    async with show(session) as shown:
        await shown.press("0")
        line = next(line for line in shown.text().splitlines() if line.startswith(" ▸ fulfilment"))
        assert line.split() == ["▸", "fulfilment", "▸", "running", "100,000+", "3", "min", "1,235", "3", "in", "2", "h"]


async def test_clicks_and_the_wheel_work_in_the_table(show):
    async with show(many(), (80, 17)) as shown:
        await shown.press("0")
        await shown.pilot.click("#managers", offset=(5, 4))
        await shown.settle()
        assert shown.main.manager.name == "fraud-check"
        await shown.pilot._post_mouse_events([MouseScrollDown], "#managers", (3, 3))
        await shown.settle()
        assert "billing" in shown.text()
        await shown.press("G", "enter")
        assert session_looked(shown) == "billing"


def session_looked(shown) -> str:
    return next(call[1].manager for call in reversed(shown.session.calls) if call[0] == "look")


async def test_the_words_n_more_open_the_table(show):
    async with show(many()) as shown:
        line = shown.text().splitlines()[1]
        await shown.pilot.click("#manager", offset=(line.index("more") - 1, 0))
        await shown.settle()
        assert shown.main.managers.has_focus


async def test_the_table_comes_with_the_managers_and_is_in_the_footer_where_they_are_many(show):
    session = many()
    async with show(session, (200, 60)) as shown:
        assert shown.main.managers.display
        session.names = Many.names[:1]
        session.touch()
        await shown.settle()
        assert not shown.main.managers.display
        session.names = Many.names
        session.manager_patch = {"state": "idle"}
        session.touch()
        await shown.settle()
        assert shown.main.managers.display
        assert "0 managers" in shown.text().splitlines()[-1]


async def test_a_hidden_pane_is_passed_over_and_comes_back(show):
    async with show(many()) as shown:
        await shown.press("tab", "H")
        assert seen(shown) == ["orders", "fraud", "stock", "picking"]
        assert "(payments)" in shown.text()
        assert "payments is hidden" in shown.text()
        for _ in range(20):
            await shown.press("tab")
            assert "payments" not in seen(shown)
        await shown.press("2")
        assert "payments" in seen(shown)
        assert shown.main.pane.context == "payments"


async def test_the_last_pane_stays(show):
    async with show() as shown:
        await shown.press("1", "H", "H", "H", "H")
        assert "handled → actions" in shown.text() and not seen(shown)
        await shown.press("H")
        assert "This is the last pane" in shown.text()
        assert shown.main.journal.display


async def test_the_journal_is_hidden_and_the_logs_take_its_room(show):
    async with show(many()) as shown:
        before = shown.main.log_panes[0].size.height
        shown.main.set_focus(shown.main.journal)
        await shown.press("H")
        assert "handled → actions" not in shown.text()
        assert shown.main.log_panes[0].size.height > before
        await shown.press("right_parenthesis")


async def test_panes_are_chosen_from_a_list(show):
    async with show(many()) as shown:
        await shown.press("1", "p")
        await shown.press("j", "space")
        await shown.until(lambda: "○ 2  payments" in shown.text())
        await shown.press("escape")
        assert "payments" not in seen(shown)
        await shown.press("p", "G", "k", "enter")
        assert shown.main.pane.context == "notes"
        assert "notes" in seen(shown)


async def test_tabs_are_clicked_and_turned_by_the_wheel(show):
    async with show(many()) as shown:
        y = shown.main.query_one("#tabs").region.y
        await shown.pilot.click("#tabs", offset=(shown.text().splitlines()[y].index("picking") - 1, 0))
        await shown.settle()
        assert shown.main.pane.context == "picking"
        await shown.pilot._post_mouse_events([MouseScrollDown], "#tabs", (3, 0))
        await shown.settle()
        assert seen(shown) == list(CONTEXTS[-4:])


async def test_the_journal_gets_more_room_and_less(show):
    async with show(size=(80, 40)) as shown:
        before = shown.main.journal.size.height
        await shown.press("right_parenthesis")
        assert shown.main.journal.size.height > before
        await shown.press("left_parenthesis", "left_parenthesis")
        assert shown.main.journal.size.height < before
        await shown.press(*["left_parenthesis"] * 4)
        assert "no more room" in shown.text()


async def test_how_the_screen_was_left_is_kept(show):
    keeping = Keeping()
    async with show(many(), keeper=keeping) as shown:
        await shown.press("tab", "H", "m", "right_parenthesis")
    assert keeping.kept == Arrangement(("payments",), True, 1, "refunds")
    async with show(many(), keeper=keeping) as shown:
        assert "payments" not in seen(shown)
        assert shown.main.manager.name == "refunds"


@pytest.mark.parametrize(
    "kept", [Arrangement(("nowhere",), True, 99, "nobody"), Arrangement(CONTEXTS, False, -99, "\x1b")]
)
async def test_what_an_app_no_longer_has_does_no_harm(show, kept):
    async with show(many(), keeper=Keeping(kept)) as shown:
        await shown.press("tab", "z", "z", "0", "0", "p", "escape", "1")
        assert shown.main.manager.name == "fulfilment"
        assert "orders" in seen(shown)


async def test_a_file_keeps_it_for_each_app(show, tmp_path):
    async with show(many(), keeper=Folder(tmp_path)) as shown:
        await shown.press("H")
    assert Folder(tmp_path).recall("shop").hidden == ("orders",)


async def test_hostile_names_stay_words_in_table_tabs_and_lists(show):
    odd = ("[@click=app.quit]x[/]", "[/foo]", "注文が入りました", "🚚🚚", "a" * 90)
    session = Many(("orders", "payments", "shipping", *odd))
    session.names = odd
    async with show(session) as shown:
        assert "[@click=app.quit]" in shown.text()
        await shown.press("0")
        for name in ("[@click=app.q…", "[/foo]", "注文が入りま…", "🚚🚚"):
            assert name in shown.text()
        await shown.press("G", "0", "p")
        for name in odd[:4]:
            assert name in shown.text()
        await shown.press("escape")
        for size in ((40, 10), (80, 24), (120, 36), (200, 60)):
            await shown.pilot.resize_terminal(*size)
            await shown.settle()
            lines = shown.app.screen._compositor.render_strips()
            assert {line.cell_length for line in lines} == {size[0]}
