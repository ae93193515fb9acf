"""Every word on every screen can be read, in both themes: measured on what is drawn, not on the palette."""

import pytest
from fake import in_state
from rich.segment import Segment
from textual.geometry import Region

from pmtui.tui.palette import Palette

LEAST = 4.5
SCREENS = [
    ("doubled", ()),
    ("doubled", ("d", "k")),
    ("failed", ()),
    ("failed", ("E",)),
    ("many", ("0",)),
    ("fast", ()),
    ("acted", ("question_mark",)),
    ("acted", ("a",)),
    ("acted", ("X",)),
    ("acted", ("b", "B")),
    ("acted", ("t",)),
    ("acted", ("p",)),
    ("acted", ("ctrl+p",)),
    ("acted", ("slash",)),
    ("acted", ("o",)),
    ("acted", ("left_square_bracket",)),
    ("acted", ("tab", "enter")),
]


def luminance(colour: tuple[int, int, int]) -> float:
    parts = [part / 255 for part in colour]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(segment: Segment) -> float:
    style = segment.style
    assert style is not None and style.color is not None and style.bgcolor is not None, segment
    light, dark = sorted((luminance(style.color.triplet), luminance(style.bgcolor.triplet)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def words(screen) -> list[Segment]:
    """All text that is to be read now; what lies dimmed below a sheet is not."""
    seen = [part.region for part in screen.query("#sheet, #--input, CommandList")]
    region = Region.from_union(seen) if seen else screen.region
    strips = screen._compositor.render_strips()[region.y : region.bottom]
    found = [segment for strip in strips for segment in strip.crop(region.x, region.right)]
    return [segment for segment in found if any(map(str.isalnum, segment.text))]


@pytest.mark.parametrize("light", [False, True], ids=["dark", "light"])
@pytest.mark.parametrize(
    ("state", "keys"), SCREENS, ids=lambda value: value if isinstance(value, str) else "-".join(value)
)
async def test_all_words_have_a_contrast_of_at_least_four_and_a_half(show, state, keys, light):
    async with show(await in_state(state), (120, 36), light=light) as shown:
        await shown.press(*keys)
        if isinstance(shown.app.screen, Palette):
            await shown.until(lambda: shown.app.screen.query_one("CommandList").region)
        assert words(shown.app.screen)
        assert [(each.text, each.style) for each in words(shown.app.screen) if contrast(each) < LEAST] == []
