"""The screen as text that is kept in a file: what stands where, and below it in which ink and on which ground."""

import difflib
import os
from collections.abc import Iterator
from pathlib import Path

from rich.style import Style
from textual.app import App

from pmtui.tui.themes import ink_of

FOLDER = Path(__file__).parent / "pictures"
RENEW = "PMTUI_RENEW_PICTURES"
_INKS = {
    "plain": ".",
    "bold": "B",
    "quiet": "q",
    "faint": "f",
    "accent": "a",
    "key": "A",
    "error": "e",
    "alarm": "E",
    "soft": "s",
    "rule": "-",
    "then": "t",
}
_GROUNDS = ("bar", "row", "chosen", "then")
_LEGEND = "   ".join(f"{letter} {name}" for name, letter in _INKS.items()) + "   T then, bold"


def drawn(app: App[None]) -> str:
    """What is on the screen: its lines, then the same lines with a letter for each character's ink.

    Behind a line of inks stand the grounds other than the screen's own, with the columns that they begin and end in.
    """
    ink = ink_of(app)
    letters = {_of(getattr(ink, name)): letter for name, letter in reversed(_INKS.items())}
    letters[_of(ink.then + Style(bold=True))] = "T"
    grounds = {getattr(ink, name).bgcolor: name for name in _GROUNDS}
    words, inks = [], []
    for strip in app.screen._compositor.render_strips():
        cells = [(char, style or Style()) for text, style, _ in strip for char in text]
        words.append("".join(char for char, _ in cells))
        line = "".join(" " if char == " " else letters.get(_of(style), "?") for char, style in cells)
        inks.append("  ".join([line, *_runs([grounds.get(style.bgcolor, "") for _, style in cells])]))
    lines = [*words, "", _LEGEND, "", *inks]
    return "".join(f"{line.rstrip()}\n" for line in lines)


def _of(style: Style) -> tuple[object, ...]:
    return style.color, bool(style.bold), bool(style.underline), bool(style.reverse)


def _runs(names: list[str]) -> Iterator[str]:
    start = 0
    for column in range(1, len(names) + 1):
        if column == len(names) or names[column] != names[start]:
            if names[start]:
                yield f"{names[start]} {start}–{column - 1}"
            start = column


def kept(name: str) -> str:
    """A picture as it is kept; empty where there is none."""
    file = FOLDER / f"{name}.txt"
    return file.read_text(encoding="utf-8") if file.exists() else ""


def keep(name: str, picture: str) -> None:
    """Keep a picture from now on."""
    (FOLDER / f"{name}.txt").write_text(picture, encoding="utf-8")


def renewing() -> bool:
    """Whether pictures are to be made anew, not compared."""
    return bool(os.environ.get(RENEW))


def difference(name: str, picture: str) -> str:
    """What differs, line by line, and how to make the picture anew if that is as it should be."""
    before, after = (text.splitlines() for text in (kept(name), picture))
    lines = difflib.unified_diff(before, after, f"{name}.txt", "on the screen", n=1, lineterm="")
    told = f"If it is meant to look so: {RENEW}=1 pytest tests/tui/test_pictures.py, then look at what changed."
    return "\n".join(["", *lines, told])
