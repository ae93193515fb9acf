"""The diagram as a picture: SVG text, made of our own shapes and of data as text, never as markup."""

from collections.abc import Iterator
from xml.sax.saxutils import escape

from pmtui.view.diagram import Arrow, Diagram, Row
from pmtui.view.safe import safe

_PITCH, _STEP, _LEFT, _TOP, _WORDS = 130, 26, 40, 92, 420
_RED, _BLUE, _GREY, _INK = "#b8142a", "#0a5db8", "#6b7280", "#1f2329"
_TONES = {"plain": _INK, "quiet": _GREY, "accent": _BLUE, "error": _RED}
_HEAD = """<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}"
 font-family="Helvetica, Arial, sans-serif" font-size="13">
<title>{title}</title>
<defs>
<pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
<rect width="6" height="6" fill="#ffffff"/><line x1="0" y1="0" x2="0" y2="6" stroke="{red}" stroke-width="3"/>
</pattern>
</defs>
<rect width="{width}" height="{height}" fill="#ffffff"/>
<text x="{left}" y="34" font-size="18" font-weight="bold" fill="{ink}">{title}</text>
"""


def to_svg(diagram: Diagram, title: str) -> str:
    """The rows of a diagram as one SVG document: lanes, arrows, crashes as breaks, what was lost hatched.

    Everything from outside goes through `safe` and is escaped, so that it can only be seen.
    """
    width = _LEFT * 2 + _PITCH * len(diagram.lanes) + _WORDS
    height = _TOP + _STEP * (len(diagram.rows) + 1)
    parts = [_HEAD.format(width=width, height=height, title=_text(title), left=_LEFT, red=_RED, ink=_INK)]
    parts += _lanes(diagram)
    for number, row in enumerate(diagram.rows):
        parts += _row(row, number, _LEFT + _PITCH * len(diagram.lanes))
    parts.append("</svg>\n")
    return "".join(parts)


def _text(text: str) -> str:
    return escape(safe(text, 200))


def _x(lane: int) -> int:
    return _LEFT + _PITCH // 2 + _PITCH * lane


def _y(row: int) -> int:
    return _TOP + _STEP * row + _STEP // 2


def _lanes(diagram: Diagram) -> Iterator[str]:
    """Names, and the lines in as many pieces as crashes have left of them."""
    for number, lane in enumerate(diagram.lanes):
        manager = lane.kind == "manager"
        weight = ' font-weight="bold"' if manager else ""
        yield (
            f'<text x="{_x(number)}" y="{_TOP - 22}" text-anchor="middle" fill="{_BLUE if manager else _INK}"'
            f"{weight}>{_text(lane.name)}</text>\n"
        )
        begun: int | None = 0
        for index, row in enumerate(diagram.rows):
            whole = number not in row.broken
            if whole and begun is None:
                begun = index
            elif not whole and begun is not None:
                yield _thread(number, begun, index, manager)
                begun = None
        if begun is not None:
            yield _thread(number, begun, len(diagram.rows), manager)


def _thread(lane: int, first: int, last: int, manager: bool) -> str:
    style = f'stroke="{_BLUE}" stroke-width="3" opacity="0.55"' if manager else 'stroke="#c4c9d1" stroke-width="1.5"'
    return (
        f'<line x1="{_x(lane)}" y1="{_TOP + _STEP * first - 6}" x2="{_x(lane)}" y2="{_TOP + _STEP * last}" {style}/>\n'
    )


def _row(row: Row, number: int, edge: int) -> Iterator[str]:
    y = _y(number)
    for arrow in row.arrows:
        yield from _arrow(arrow, row, y)
    if row.twin is not None and row.arrows:
        x = _x(row.arrows[-1].end)
        above = _y(row.twin)
        yield (
            f'<path d="M {x + 30} {above} C {x + 58} {above} {x + 58} {y} {x + 30} {y}" fill="none" '
            f'stroke="{_RED}" stroke-width="1.5"/>\n'
        )
    yield _mark(row, y)
    words = "".join(
        f'<tspan fill="{_TONES[tone]}"{" font-weight=" + chr(34) + "bold" + chr(34) if tone == "error" else ""}>'
        f"{_text(text)}</tspan>{'  ' * (index + 1 < len(row.words))}"
        for index, (text, tone) in enumerate(row.words)
    )
    yield f'<text x="{edge + 20}" y="{y + 4}" xml:space="preserve">{words}</text>\n'


def _mark(row: Row, y: int) -> str:
    x = _x(row.lane)
    match row.mark:
        case "handled" | "in hand":
            return f'<circle cx="{x}" cy="{y}" r="5" fill="{_BLUE}"/>\n'
        case "ignored" | "volatile":
            return f'<circle cx="{x}" cy="{y}" r="5" fill="#ffffff" stroke="{_GREY}" stroke-width="1.5"/>\n'
        case "crash":
            return (
                f'<path d="M {x - 7} {y - 7} L {x + 7} {y + 7} M {x - 7} {y + 7} L {x + 7} {y - 7}" '
                f'stroke="{_RED}" stroke-width="3"/>\n'
            )
        case "fold":
            return "".join(f'<circle cx="{x}" cy="{y + 6 * i}" r="2" fill="{_BLUE}"/>\n' for i in (-1, 0, 1))
    return ""


def _arrow(arrow: Arrow, row: Row, y: int) -> Iterator[str]:
    start, end = _x(arrow.start), _x(arrow.end)
    way = 1 if end > start else -1
    lost = arrow.kind == "action" and arrow.fate == "lost"
    color = _RED if arrow.fate in ("doubled", "lost") and arrow.kind == "action" else _INK
    color = _BLUE if arrow.fate == "stopped" else _GREY if row.mark == "volatile" and arrow.kind == "event" else color
    dashed = ' stroke-dasharray="4 3"' if arrow.fate in ("asked", "lost") else ""
    thick = 4 if arrow.number > 1 else 3 if arrow.fate == "doubled" else 1.5
    tip = end - 8 * way
    if lost:
        yield f'<rect x="{min(start, tip)}" y="{y - 5}" width="{abs(tip - start)}" height="10" fill="url(#hatch)"/>\n'
    else:
        yield (
            f'<line x1="{start}" y1="{y}" x2="{tip - 6 * way}" y2="{y}" stroke="{color}" '
            f'stroke-width="{thick}"{dashed}/>\n'
        )
    if arrow.fate in ("stopped", "refused"):
        yield f'<line x1="{tip}" y1="{y - 8}" x2="{tip}" y2="{y + 8}" stroke="{color}" stroke-width="3"/>\n'
    elif not lost:
        yield f'<path d="M {tip} {y} l {-8 * way} -4 l 0 8 z" fill="{color}"/>\n'
    if arrow.text:
        x = (start if arrow.kind == "event" else end) + 5
        yield f'<text x="{x}" y="{y - 5}" font-size="11" fill="{color}">{_text(arrow.text)}</text>\n'
