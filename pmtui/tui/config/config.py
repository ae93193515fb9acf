"""What a person may set, and what holds."""

from dataclasses import dataclass, field
from typing import Literal

from pmtui.tui.keys import Keymap
from pmtui.view.snapshot import SPEEDS, Speed
from pmtui.view.words import TimeFormat

ThemeName = Literal["auto", "dark", "light"]
Journal = Literal["auto", "below", "right"]


@dataclass(frozen=True, slots=True)
class Setting:
    """One thing that may be set.

    Attributes:
        table: the table that it stands in, empty for the top.
        name: its key.
        values: those it may have, the default first.
        help: what it is for, a line.
    """

    table: str
    name: str
    values: tuple[object, ...]
    help: str

    @property
    def path(self) -> tuple[str, ...]:
        """Table and key."""
        return (self.table, self.name) if self.table else (self.name,)


SETTINGS = (
    Setting("", "theme", ("auto", "dark", "light"), "auto asks the terminal."),
    Setting("", "time", ("24h", "12h", "minutes"), "14:04:21, 2:04:21 pm or 14:04."),
    Setting(
        "", "speed", ("4", *(speed for speed in SPEEDS if speed != "4")), "What the lab starts with, as + and - set it."
    ),
    Setting(
        "layout", "journal", ("auto", "below", "right"), "auto: right of the logs from 180 columns; right: from 120."
    ),
    Setting("layout", "remember", (True, False), "Keep hidden panes, sizes and what is selected, for each app."),
)


@dataclass(frozen=True, slots=True)
class Config:
    """What holds: what was set, and the defaults for the rest. See `SETTINGS` for what each is."""

    theme: ThemeName = "auto"
    time: TimeFormat = "24h"
    speed: Speed = "4"
    journal: Journal = "auto"
    remember: bool = True
    keymap: Keymap = field(default_factory=Keymap)

    def value(self, setting: Setting) -> object:
        """What holds for a setting."""
        return getattr(self, setting.name)


_DEFAULTS = Config()


def config_of(app: object) -> Config:
    """What holds on the screen that an application shows."""
    found = getattr(app, "config", _DEFAULTS)
    return found if isinstance(found, Config) else _DEFAULTS
