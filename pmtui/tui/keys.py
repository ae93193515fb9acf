"""Keys: how a person writes them, how Textual names them, and which one does what once a person has changed some."""

import re
import string
import unicodedata
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace

from pmtui.model.errors import InputError
from pmtui.tui.actions import ACTIONS, BY_ID, Action

FIXED = {"pane": "1 to 9 always go to the panes"}
"""Actions whose keys cannot be changed, and why."""

UNBOUND = "unbound"
"""What Textual is told in place of no key at all: a key that nobody can press."""

_NAMED = {
    "space": "space",
    "enter": "enter",
    "tab": "tab",
    "esc": "escape",
    "escape": "escape",
    "backspace": "backspace",
    "delete": "delete",
    "insert": "insert",
    "up": "up",
    "down": "down",
    "left": "left",
    "right": "right",
    "home": "home",
    "end": "end",
    "pgup": "pageup",
    "pageup": "pageup",
    "pgdn": "pagedown",
    "pagedown": "pagedown",
    **{f"f{number}": f"f{number}" for number in range(1, 13)},
}
_SHOWN = {"up": "↑", "down": "↓", "left": "←", "right": "→", "pageup": "PgUp", "pagedown": "PgDn", "escape": "esc"}
_SAME_IN_TERMINALS = {"ctrl+i": "tab", "ctrl+m": "enter", "ctrl+h": "backspace", "ctrl+[": "esc"}
_SHORTER = {
    "solidus": "slash",
    "reverse_solidus": "backslash",
    "commercial_at": "at",
    "hyphen_minus": "minus",
    "plus_sign": "plus",
    "low_line": "underscore",
}
_DEFAULTS = {key for action in ACTIONS for key in action.key.split()}
_QUOTED = re.compile(r"`([^`\s]+)`")


def parse_key(written: str) -> str:
    """The name that Textual has for a key as people write it: `?`, `X`, `space`, `f5`, `ctrl+x`, `shift+tab`.

    Raises:
        InputError: there is no such key, or a terminal cannot tell it from another one.
    """
    head, _, name = written.rpartition("+")
    if written.endswith("+"):
        head, name = written[:-1].removesuffix("+"), "+"
    held = head.lower().split("+") if head else []
    key = _named(name) if len(name) == 1 else _NAMED.get(name.lower(), "")
    modifiers = [each for each in ("ctrl", "alt", "shift") if each in held]
    if not key or len(modifiers) != len(held):
        raise InputError(f"there is no key {written!r}; keys look like x, X, ?, space, f5, ctrl+x or shift+tab")
    typed = len(name) == 1
    sent = _SAME_IN_TERMINALS.get("+".join([*modifiers, name.lower()]))
    if typed and "shift" in modifiers:
        sent = (
            "ctrl+" + name.lower() if "ctrl" in modifiers else name.upper() if name.isalpha() else "another character"
        )
    if sent is not None:
        raise InputError(f"terminals send {sent} for {written}")
    return "+".join([*modifiers, key.lower() if "ctrl" in modifiers else key])


def _named(character: str) -> str:
    """Textual's name of the key that types a character; empty for what none does."""
    if character == " ":
        return "space"
    if character.isalnum() or not character.isprintable():
        return character if character.isprintable() else ""
    name = _spelled(character)
    return name if _typed(name) == character else ""


def _spelled(character: str) -> str:
    name = unicodedata.name(character, "").lower().replace("-", "_").replace(" ", "_")
    return _SHORTER.get(name, name)


_PUNCTUATION = {_spelled(character): character for character in string.punctuation}


def _typed(name: str) -> str:
    """The character that a key types, by Textual's name; empty for keys that type none."""
    with suppress(KeyError):
        return _PUNCTUATION.get(name) or unicodedata.lookup(name.replace("_", " "))
    return ""


def written(key: str) -> str:
    """A key of Textual's as people write it, which `parse_key` reads."""
    *modifiers, name = key.split("+")
    character = _typed(name) if name not in _NAMED.values() else ""
    return "+".join([*modifiers, character or name])


def aliases(key: str) -> tuple[str, ...]:
    """Under which names it may come: some terminals send `shift+x` for X."""
    return (key, f"shift+{key.lower()}") if len(key) == 1 and key.isupper() else (key,)


def own_keys(action: Action) -> tuple[str, ...]:
    """An action's keys as the registry has them, without the other names of the same key."""
    other = {alias for key in action.keys for alias in aliases(key)[1:]}
    return tuple(key for key in action.keys if key not in other | {"shift+equals_sign"})


def of_key(key: str) -> Action | None:
    """The action of the main screen that has a key by default, as people see it."""
    return next((action for action in ACTIONS if "main" in action.places and key in action.key.split()), None)


class Keymap:
    """Which keys do what: the registry's, with those that a person has chosen in place of an action's own.

    Args:
        chosen: an action's id and its keys as Textual names them; none at all leaves it to the palette.
    """

    def __init__(self, chosen: Mapping[str, tuple[str, ...]] | None = None) -> None:
        self._chosen = dict(chosen or {})
        self._now = {
            part: self.key(action) for action in ACTIONS if action.id in self._chosen for part in action.key.split()
        }

    @property
    def for_textual(self) -> dict[str, str]:
        """For `App.set_keymap`."""
        return {
            name: ",".join(alias for key in keys for alias in aliases(key)) or UNBOUND
            for name, keys in self._chosen.items()
        }

    def keys(self, action: Action) -> tuple[str, ...]:
        """An action's keys, as Textual names them."""
        return self._chosen.get(action.id, own_keys(action))

    def key(self, action: Action) -> str:
        """An action's keys as people see them, `j ↓`; empty where it has none."""
        if action.id not in self._chosen:
            return BY_ID[action.id].key if action.id in BY_ID else action.key
        return " ".join(_SHOWN.get(key, written(key)) for key in self._chosen[action.id])

    def instead_of(self, key: str) -> str:
        """What does now what a key does by default, as people see it; `palette` where no key does."""
        return self._now.get(key, key) or "palette"

    def told(self, sentence: str) -> str:
        """A sentence of ours with the keys in it, which stand between backticks, as they are now."""
        return _QUOTED.sub(lambda found: self.instead_of(found[1]) if found[1] in _DEFAULTS else found[0], sentence)

    def apply(self, action: Action) -> Action:
        """An action with its key as it is now."""
        return replace(action, key=self.key(action)) if self._chosen else action
