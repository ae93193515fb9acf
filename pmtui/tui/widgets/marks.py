"""How a breakpoint is marked: a diamond, filled while it is on."""

from collections.abc import Iterable

from pmtui.view.snapshot import BreakpointView

ON, OFF = "◆", "◇"


def mark_of(view: BreakpointView) -> tuple[str, bool]:
    """Its glyph, and whether it is on."""
    return (ON, True) if view.enabled else (OFF, False)


def mark(views: Iterable[BreakpointView]) -> str:
    """The glyph of all that stand at one place: filled if any is on, empty text if there is none."""
    glyphs = {mark_of(view)[0] for view in views}
    return ON if ON in glyphs else OFF if glyphs else ""
