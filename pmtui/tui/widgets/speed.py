"""What stands in the phase strip's place at full speed: how fast it goes."""

from rich.style import Style

from pmtui.tui.paint import Row
from pmtui.tui.themes import Ink

_BARS = "▁▂▃▄▅▆▇█"


def sparkline(rates: tuple[float, ...], width: int) -> str:
    """The last `width` rates as bars, measured from 0 to the highest of them."""
    shown = rates[-width:] if width > 0 else ()
    top = max(shown, default=0.0)
    if top <= 0:
        return _BARS[0] * len(shown)
    return "".join(_BARS[min(7, max(0, round(rate / top * 7)))] for rate in shown)


def speed_rows(rate: float, rates: tuple[float, ...], width: int, rows: int, ink: Ink) -> list[Row]:
    """Events a second with the course it took: in one row, or in three."""
    words: list[tuple[str, Style]] = [(f"{rate:,.0f}", ink.bold), (" events a second", ink.quiet)]
    if rows == 1:
        row = Row(width)
        for text, style in words:
            row.put(text, style)
        return [row.put("   ", ink.plain).put(sparkline(rates, min(32, width - row.used)), ink.soft)]
    line, below = Row(width), Row(width)
    line.put(sparkline(rates, min(48, width)), ink.soft)
    for text, style in (*words, (", in turns of up to 500", ink.quiet)):
        below.put(text, style)
    return [line, below, Row(width)]
