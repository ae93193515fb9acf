"""Where everything goes, by size."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmtui.tui.layout import GAP, SPLITS, arrange


@given(
    width=st.integers(40, 260),
    height=st.integers(10, 90),
    contexts=st.integers(0, 20),
    zoomed=st.sampled_from(["", "log", "journal"]),
    managers=st.integers(0, 20),
    journal=st.sampled_from(["auto", "below", "right", "hidden"]),
    split=st.integers(-SPLITS, SPLITS),
)
def test_every_screen_is_filled_and_never_overfilled(width, height, contexts, zoomed, managers, journal, split):
    layout = arrange(width, height, contexts, zoomed, managers=managers, journal=journal, split=split)
    used = layout.top + 2 + layout.table + layout.bottom
    logs = 0 if zoomed == "journal" else layout.logs + 1
    below = max(logs, layout.journal) if layout.column else logs + layout.journal
    assert used + below == height
    room = width - 2 - (layout.column + 3 if layout.column else 0)
    assert sum(layout.panes) + GAP * (len(layout.panes) - 1) == room
    assert layout.logs >= layout.lines or not layout.logs
    assert min(layout.panes) >= min(18, room)
    assert layout.fit >= 1
    assert layout.lines == 1 or layout.fit - len(layout.panes) < contexts


@pytest.mark.parametrize(("size", "seen", "table"), [((80, 24), 4, 0), ((120, 36), 6, 0), ((200, 60), 12, 11)])
def test_twelve_logs_and_eight_managers(size, seen, table):
    layout = arrange(*size, 12, managers=8)
    assert (min(layout.fit, 12), layout.table) == (seen, table)


def test_few_managers_need_no_table():
    assert arrange(200, 60, 4, managers=2).table == 0


def test_the_journal_gets_more_room_or_less_step_by_step():
    below = [arrange(80, 40, 4, split=split).journal for split in range(-SPLITS, SPLITS + 1)]
    right = [arrange(200, 40, 4, split=split).column for split in range(-SPLITS, SPLITS + 1)]
    assert below == sorted(set(below))
    assert right == sorted(set(right))


def test_the_journal_goes_where_it_is_wanted():
    assert arrange(200, 40, 4).column and not arrange(150, 40, 4).column
    assert arrange(150, 40, 4, journal="right").column and not arrange(100, 40, 4, journal="right").column
    assert not arrange(200, 40, 4, journal="below").column
    assert arrange(80, 24, 4, journal="hidden").journal == 0
