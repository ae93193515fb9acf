"""The two themes, and the few inks that everything is painted with."""

from dataclasses import dataclass
from functools import lru_cache

from rich.style import Style
from textual.app import App
from textual.color import Color
from textual.theme import Theme


def _theme(
    name: str, *, dark: bool, ground: str, raised: str, words: str, accent: str, error: str, selected: int
) -> Theme:
    """One of ours; `selected` is how many percent of the accent stand behind selected text."""
    return Theme(
        name=name,
        primary=accent,
        error=error,
        foreground=words,
        background=ground,
        surface=raised,
        panel=raised,
        dark=dark,
        variables={"input-selection-background": f"{accent} {selected}%"},
    )


DARK = _theme(
    "pmtui-dark",
    dark=True,
    ground="#14161b",
    raised="#1c2029",
    words="#e2e5ea",
    accent="#7ab7ff",
    error="#ff6b6b",
    selected=35,
)
LIGHT = _theme(
    "pmtui-light",
    dark=False,
    ground="#fcfcfa",
    raised="#f1f2ef",
    words="#1f2329",
    accent="#0a5db8",
    error="#b8142a",
    selected=25,
)
THEMES = (DARK, LIGHT)


@dataclass(frozen=True, slots=True)
class Ink:
    """Styles by meaning.

    Each has a contrast of at least 4.5 on every ground, but for `rule`, `edge` and `soft`, which carry no words, and
    `faint` on `row`, where `quiet` takes its place.

    `quiet` and `faint` step back; `accent` is the one colour; `error` is for killed, doubled and lost alone, `alarm`
    the same where it has to be seen at once. `base`, `bar`, `row` and `chosen` are the grounds of the screen, of the
    header and footer, of the row in hand, and of the row that keys act on; `then` is the header's in the past.
    """

    plain: Style
    bold: Style
    quiet: Style
    faint: Style
    accent: Style
    key: Style
    focus: Style
    error: Style
    alarm: Style
    edge: Style
    soft: Style
    rule: Style
    base: Style
    bar: Style
    row: Style
    chosen: Style
    then: Style


def ink_of(app: App[object]) -> Ink:
    """The inks of the theme that the app shows now; without colour, bold and reverse take the place of hue."""
    return _ink(app.current_theme.name, app.no_color) if app.current_theme in THEMES else _ink(DARK.name, app.no_color)


@lru_cache
def _ink(name: str, no_color: bool) -> Ink:
    theme = LIGHT if name == LIGHT.name else DARK
    foreground, background = Color.parse(theme.foreground or ""), Color.parse(theme.background or "")
    primary, error = Color.parse(theme.primary), Color.parse(theme.error or "")

    def shade(share: float) -> Style:
        return Style(color=background.blend(foreground, share).rich_color)

    plain = Style(color=foreground.rich_color)
    bold = plain + Style(bold=True)
    accent = plain if no_color else Style(color=primary.rich_color)
    red = bold if no_color else Style(color=error.rich_color)
    return Ink(
        plain=plain,
        bold=bold,
        quiet=shade(0.72 if theme.dark else 0.76),
        faint=shade(0.56 if theme.dark else 0.65),
        accent=accent,
        key=accent + Style(bold=True),
        focus=bold + Style(underline=True) if no_color else accent + Style(bold=True),
        error=red,
        alarm=red + Style(bold=True, reverse=no_color),
        edge=shade(0.5) if no_color else Style(color=error.rich_color),
        soft=Style(color=background.blend(foreground if no_color else primary, 0.65).rich_color),
        rule=shade(0.3),
        base=plain + Style(bgcolor=background.rich_color),
        bar=plain + Style(bgcolor=Color.parse(theme.surface or "").rich_color),
        row=plain + Style(bgcolor=background.blend(foreground if no_color else primary, 0.13).rich_color),
        chosen=plain + Style(bgcolor=background.blend(foreground, 0.14).rich_color, bold=no_color, reverse=no_color),
        then=plain + Style(reverse=True)
        if no_color
        else Style(color=background.rich_color, bgcolor=primary.rich_color),
    )
