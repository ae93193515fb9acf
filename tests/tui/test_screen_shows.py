"""What the main screen shows of a snapshot."""

import pytest
from fake import FakeSession, in_state

from pmtui.view.turn import EventView

SIZES = [(40, 10), (60, 15), (80, 24), (120, 36), (200, 60)]


async def test_a_crash_after_acting_is_told_in_the_first_lines(show):
    async with show(await in_state("killed")) as shown:
        lines = shown.text().splitlines()
        assert lines[0] == " shop lab    receipts off                          1 crash   0 doubled   0 lost"
        assert lines[1].startswith("▌fulfilment ✖ killed    refunds · waits   ")
        assert lines[1].endswith("  worker 4711 · SIGKILL 2 s ago")
        assert lines[3].startswith("▌● read ━") and "● action 1 of 1 ━━━ ✖ ╌╌╌╌╌ ○ saved" in lines[3]
        assert lines[4] == "▌Killed: acted, not saved. payments has the event; orders is still at 2."
        assert lines[23].startswith(" r restart    i receipts    X crash at…    R start over")
        assert lines[23].endswith("? help    q quit")


async def test_twins_are_joined_in_log_and_journal(show):
    async with show(await in_state("doubled")) as shown:
        text = shown.text()
        rows = [line for line in text.splitlines() if "PaymentTak…" in line]
        assert "╮" in rows[0]
        assert "╯" in rows[1]
        assert "doubled: payments@3 again" in text
        assert "1 doubled" in text


async def test_what_a_receipt_stopped_is_counted_only_when_there_is_something(show):
    async with show(await in_state("receipts")) as shown:
        assert "1 stopped by receipt" in shown.text()
        assert "stopped by its receipt" in shown.text()
    async with show(await in_state("start")) as shown:
        assert "stopped" not in shown.text()


async def test_counters_that_are_zero_make_room_for_the_others(show):
    async with show(await in_state("receipts")) as shown:
        assert shown.text().splitlines()[0].endswith("  1 crash   0 doubled   1 stopped by receipt")


async def test_watching_counts_what_was_seen(show):
    session = FakeSession()
    session.patch = {"mode": "watch"}
    async with show(session) as shown:
        head = "shop WATCHING LIVE LOGS  only reading    seen 0 crashes   0 doubled   0 lost"
        assert shown.text().split("\n")[0].split() == head.split()


async def test_the_journal_tells_of_a_failure_when_it_comes_to_know_of_it(show):
    session = await in_state("failed")
    async with show(session) as shown:
        assert "failed, not saved" not in shown.text()
        session.journal.append(
            session.entry(EventView("orders", 3, "OrderPlaced", "order-3"), "✖", "failed, not saved")
        )
        session.manager_patch["deaths"] = 1
        session.touch()
        await shown.settle()
        assert "failed, not saved" in shown.text()


async def test_what_a_crash_took_of_an_instance_is_said(show):
    session = await in_state("acted")
    async with show(session, (120, 36)) as shown:
        assert "order-3  since orders@3" in shown.text()
        await session.crash("fulfilment")
        await shown.settle()
        assert "order-3  was in memory only" in shown.text()


async def test_a_gap_is_a_row_and_what_is_done_has_a_margin(show):
    async with show(await in_state("acted")) as shown:
        text = shown.text()
        assert "┃  1 OrderPlaced" in text
        assert "▸  3 OrderPlaced" in text
        assert "⋯ 4–5 missing" in text


async def test_a_log_with_large_positions_shows_gaps_before_the_number(show):
    session = await in_state("fast")
    session.put("orders", "OrderPlaced", "order-1", 2_000_000)
    async with show(session, (120, 36)) as shown:
        assert "⋯2000000" in shown.text()
        assert "missing" not in shown.text()


async def test_an_empty_log_says_who_writes_it(show):
    async with show(size=(120, 36)) as shown:
        text = shown.text()
        assert "no events yet" in text
        assert "written by refunds" in text
        assert "only written" in text


async def test_from_120_columns_the_instance_stands_beside_the_strip(show):
    async with show(await in_state("acted"), (120, 36)) as shown:
        text = shown.text()
        assert "instance ───" in text
        assert "since orders@3" in text
        assert "PaymentOverdue  in 30 min" in text
        assert "in payments@3" in text
        assert "10:04:00" in text
    async with show(await in_state("acted"), (119, 36)) as shown:
        assert "instance ───" not in shown.text()


async def test_from_180_columns_the_journal_is_a_column(show):
    async with show(await in_state("acted"), (180, 40)) as shown:
        head = next(line for line in shown.text().splitlines() if "handled → actions" in line)
        assert head.startswith(" orders")


async def test_full_speed_shows_the_rate_and_the_newest_events(show):
    async with show(await in_state("fast"), (120, 36)) as shown:
        text = shown.text()
        assert "15,210 events a second" in text
        assert "○ saved" not in text
        assert "1009399" in text
        assert "1,204 running" in text


async def test_with_many_actions_the_strip_keeps_one_label_and_all_its_dots(show):
    for size in [(80, 24), (120, 36)]:
        async with show(await in_state("actions"), size) as shown:
            line = next(line for line in shown.text().splitlines() if "●━" in line)
            assert line.count("●") == 4 and line.count("○") == 5
            assert "action 2 of 6" in shown.text()


async def test_late_starts_are_told_loudly(show):
    session = FakeSession()
    session.manager_patch = {"late": 3}
    async with show(session) as shown:
        assert "3 ignored: their start came later" in shown.text()


async def test_a_log_that_cannot_be_read_says_so(show):
    session = FakeSession()
    session.patch = {"notice": "orders: its file is gone"}
    async with show(session) as shown:
        assert "orders: its file is gone" in shown.text().splitlines()[6]


@pytest.mark.parametrize("state", ["doubled", "fast", "failed", "done", "hostile", "many", "actions"])
async def test_every_state_fits_every_size(show, state):
    async with show(await in_state(state)) as shown:
        for width, height in SIZES:
            await shown.pilot.resize_terminal(width, height)
            await shown.pilot.pause()
            lines = shown.text().splitlines()
            assert len(lines) <= height
            assert "shop" in lines[0]
            if (width, height) >= (60, 20):
                assert "q quit" in lines[-1]


async def test_a_screen_that_is_too_small_says_so_and_comes_back(show):
    async with show() as shown:
        await shown.pilot.resize_terminal(39, 9)
        await shown.pilot.pause()
        assert shown.text().split() == ["39×9", "is", "too", "small:", "at", "least", "40×10"]
        await shown.pilot.resize_terminal(80, 24)
        await shown.pilot.pause()
        assert "shop lab" in shown.text()


async def test_markup_in_data_is_shown_and_wide_characters_keep_the_columns(show):
    session = await in_state("hostile")
    async with show(session, (120, 36)) as shown:
        text = shown.text()
        assert "[@click=app." in text
        assert "[/foo]" in text
        strips = shown.app.screen._compositor.render_strips()
        assert {strip.cell_length for strip in strips} == {120}


async def test_control_characters_never_reach_the_terminal(show):
    session = FakeSession()
    session.put("payments", "\x1b]0;pwned\x07\x9b31m\u202eX", "x\x1b[2J")
    session.journal.append(session.entry(EventView("orders", 1, "\x1b[2J", "\x9d"), "✓", "\x07"))
    session.manager_patch = {"name": "ful\x1bfilment"}
    async with show(session, (120, 36)) as shown:
        filters = shown.app.get_line_filters()
        for strip in shown.app.screen._compositor.render_strips():
            drawn = strip
            for line_filter in filters:
                drawn = drawn.apply_filter(line_filter, shown.app.screen.background_colors[1])
            assert drawn.text.isprintable(), drawn.text


async def test_an_app_without_managers_and_logs_is_shown(show):
    session = FakeSession(("orders", "payments", "shipping", "notifications"))
    session.patch = {"managers": (), "contexts": ()}
    async with show(session) as shown:
        assert "no process manager" in shown.text()
        await shown.press("s", "tab", "j", "z", "X", "m")


def seen(shown) -> list[str]:
    return [pane.context for pane in shown.main.log_panes if pane.display]


async def test_contexts_that_do_not_fit_are_named_and_reached_by_tab_and_number(show):
    async with show(await in_state("many")) as shown:
        assert seen(shown) == ["orders", "payments", "shipping", "notifications"]
        assert "orders  payments  shipping  notifications  4 ›" in shown.text()
        await shown.press("7")
        assert seen(shown) == ["notifications", "returns", "audit", "ledger"]
        assert shown.main.pane.context == "ledger"
        await shown.press("shift+tab", "shift+tab", "shift+tab", "shift+tab")
        assert seen(shown) == ["orders", "payments", "shipping", "notifications"]
        assert shown.main.pane.context == "shipping"


async def test_without_colour_alarms_are_reversed(show, monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    async with show(await in_state("killed")) as shown:
        assert shown.app.no_color
        ink = shown.main.query_one("#manager").ink
        assert ink.alarm.reverse and ink.alarm.bold and ink.focus.underline


def _luminance(colour) -> float:
    parts = [part / 255 for part in colour.triplet]
    parts = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


async def test_all_words_have_a_contrast_of_at_least_four_and_a_half(show):
    async with show() as shown:
        for _ in range(2):
            ink = shown.main.query_one("#manager").ink
            for name in ("plain", "quiet", "faint", "accent", "error"):
                for ground in ("base", "bar", "row"):
                    if (name, ground) == ("faint", "row"):
                        continue
                    pair = sorted(
                        _luminance(style) for style in (getattr(ink, name).color, getattr(ink, ground).bgcolor)
                    )
                    assert (pair[1] + 0.05) / (pair[0] + 0.05) >= 4.5, (name, ground)
            shown.app.switch_theme()
            await shown.pilot.pause()


async def test_panes_that_do_not_fit_are_named(show):
    async with show() as shown:
        assert "shows them" not in shown.text()
        await shown.pilot.resize_terminal(60, 15)
        await shown.pilot.pause()
        assert "orders  payments  shipping  2 ›" in shown.text()
        await shown.press("5")
        assert "handled → actions" in shown.text()
