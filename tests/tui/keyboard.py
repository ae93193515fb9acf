"""The README's table of keys, made from the registry: `python -m tests.tui.keyboard` writes it anew."""

import sys
from itertools import groupby
from pathlib import Path

from pmtui.tui.actions import ACTIONS
from pmtui.tui.keys import Keymap

README = Path(__file__).parents[2] / "README.md"
BEGIN, END = "<!-- keyboard: made by python -m tests.tui.keyboard -->", "<!-- /keyboard -->"


def table() -> str:
    """Every action with its keys and its sentence, group by group, as Markdown."""
    keymap = Keymap()
    lines = ["| key | does |", "| --- | --- |"]
    for group, actions in groupby(ACTIONS, lambda action: action.group):
        lines.append(f"| | **{group}** |")
        for action in actions:
            keys = " ".join(f"`{key}`" for key in keymap.key(action).split()) or "palette"
            lines.append(f"| {keys} | {action.help} |".replace("|`", "| `"))
    return "\n".join(lines)


def with_table(text: str) -> str:
    """A text with the table between its two marks."""
    head, rest = text.split(BEGIN)
    return f"{head}{BEGIN}\n\n{table()}\n\n{END}{rest.split(END)[1]}"


if __name__ == "__main__":
    README.write_text(with_table(README.read_text()))
    sys.exit(0)
