"""Cells, brackets, sparklines and layouts: numbers in, numbers out."""

import pytest
from rich.style import Style

from pmtui.tui.brackets import brackets
from pmtui.tui.layout import GAP, arrange
from pmtui.tui.paint import Row, cells, cut, cut_left, wrap
from pmtui.tui.widgets.speed import sparkline

PLAIN = Style()


@pytest.mark.parametrize("text", ["OrderPlaced", "注文が入りました", "🚚🚚 Shipped", "é" * 9, ""])
@pytest.mark.parametrize("width", [0, 1, 2, 5, 8, 40])
def test_what_is_cut_fits_in_cells(text, width):
    assert cells(cut(text, width)) <= width
    assert cells(cut_left(text, width)) <= width
    assert cut(text, 40) == text


def test_a_label_keeps_its_end():
    assert cut_left("order-9753", 7) == "…r-9753"


def test_a_row_is_as_wide_as_it_should_be_whatever_is_put():
    row = Row(10).put("注文が入りました", PLAIN).right([("end", PLAIN)])
    assert row.strip(PLAIN).cell_length == 10


def test_words_wrap_at_spaces_and_keep_their_style():
    lines = wrap([("Acted, not saved.", Style(bold=True)), ("payments has the event.", PLAIN)], 20)
    assert ["".join(text for text, _ in line) for line in lines] == ["Acted, not saved.", "payments has the", "event."]


@pytest.mark.parametrize(
    ("pairs", "drawn"),
    [
        ([(0, 2)], ["╮", "│", "╯", " "]),
        ([(0, 1), (1, 3)], ["╮", "┤", "│", "╯"]),
        ([(-1, 1)], ["│", "╯", " ", " "]),
        ([(0, 2), (1, 3)], ["╮ ", "│╮", "╯│", " ╯"]),
        ([], ["", "", "", ""]),
    ],
)
def test_twins_are_joined(pairs, drawn):
    assert brackets(pairs, 4) == drawn


def test_a_sparkline_is_measured_from_zero():
    assert sparkline((0.0, 50.0, 100.0), 10) == "▁▅█"
    assert sparkline((0.0, 0.0), 1) == "▁"


def test_every_size_is_filled_and_never_overfilled():
    for width in range(40, 260):
        for height in range(10, 80):
            for zoomed in ("", "log", "journal"):
                layout = arrange(width, height, 4, zoomed)
                used = layout.top + 2 + layout.table + layout.bottom
                below = max(layout.logs + 1, layout.journal) if layout.column else 0
                stacked = (layout.logs + 1 if layout.logs else 0) + layout.journal
                assert used + (below or stacked) == height
                room = width - 2 - (layout.column + 3 if layout.column else 0)
                assert sum(layout.panes) + GAP * (len(layout.panes) - 1) == room
