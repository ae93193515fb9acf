"""Pictures of the screen as SVG files."""

import re
from pathlib import Path

from pmtui.model.errors import InputError

_FONTS = re.compile(r"@font-face\s*{.*?}", re.DOTALL)
_MOST = 1000


def without_fonts(svg: str) -> str:
    """The same picture without fonts that a viewer would load from elsewhere; its own monospaced one takes over."""
    return _FONTS.sub("", svg)


def save_new(text: str, folder: Path, stem: str) -> Path:
    """Write a new SVG file, `STEM.svg` or `STEM-2.svg` and so on; one that is there is never touched.

    Raises:
        InputError: one line; there may be no such file then, or half of it.
    """
    for number in range(1, _MOST):
        path = folder / (f"{stem}.svg" if number == 1 else f"{stem}-{number}.svg")
        try:
            with path.open("x", encoding="utf-8") as out:
                out.write(text)
        except FileExistsError:
            continue
        except OSError as error:
            raise InputError(f"{path}: {error.strerror}") from None
        return path
    raise InputError(f"{folder}: has too many pictures called {stem}")
