"""The diagram as a picture."""

from xml.etree import ElementTree

import pytest
from diagram_kit import LANES, action, handled, killed
from hypothesis import given
from hypothesis import strategies as st

from pmtui.view.diagram import Lane
from pmtui.view.drawing import draw
from pmtui.view.svg import to_svg

NAMESPACE = "{http://www.w3.org/2000/svg}"
OURS = {"svg", "title", "defs", "pattern", "rect", "line", "text", "tspan", "path", "circle"}


def drawn(svg: str) -> ElementTree.Element:
    root = ElementTree.fromstring(svg)
    assert {each.tag.removeprefix(NAMESPACE) for each in root.iter()} <= OURS
    return root


def words(root: ElementTree.Element) -> str:
    return " ".join(root.itertext())


def test_everything_that_is_drawn_on_the_screen_is_in_the_picture() -> None:
    rows = [
        killed("orders@3", action("payments@3")),
        handled("orders@3", action("payments@4", "doubled", original=3)),
        handled("orders@4", action("shipping", "lost")),
    ]
    svg = to_svg(draw(LANES, rows), "shop")
    told = words(drawn(svg))
    for text in ("fulfilment", "killed, not saved", "doubled: payments@3 again", "lost: Act", "restarted"):
        assert text in told
    assert svg.count('fill="url(#hatch)"') == 1
    assert svg.count(" C ") == 1, "one bow from the doubled action to its original"


def test_a_broken_lane_is_two_lines() -> None:
    whole = to_svg(draw(LANES, [handled("orders@1")]), "")
    cracked = to_svg(draw(LANES, [killed("orders@1"), handled("orders@1")]), "")
    assert cracked.count('opacity="0.55"') == whole.count('opacity="0.55"') + 1


HOSTILE = [
    '"><script>alert(1)</script>',
    "]]>&lol;<![CDATA[",
    "\x00\x1b]0;x\x07",
    "\u202egnp.exe",
    "' onload='x",
    "\ud800",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_names_are_only_seen(text: str) -> None:
    lanes = (Lane(text, "context"), *LANES)
    svg = to_svg(draw(lanes, [handled(f"{text}@1", action("payments@1"), label=text)]), text)
    root = drawn(svg)
    assert not any(name.startswith("on") for each in root.iter() for name in each.attrib)
    assert "\x1b" not in svg and "\u202e" not in svg


@given(st.text(max_size=30))
def test_any_text_makes_a_picture_that_can_be_read(text: str) -> None:
    drawn(to_svg(draw(LANES, [handled("orders@1", label=text)]), text))
