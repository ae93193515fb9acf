"""The file in which a person sets things: where it is, what it says, and what is wrong with it.

A fault never keeps anybody out: what is wrong counts as not set, and is told.
"""

import difflib
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import platformdirs

from pmtui.model.errors import InputError
from pmtui.tui.actions import ACTIONS, BY_ID
from pmtui.tui.config.config import SETTINGS, Config, Setting
from pmtui.tui.config.toml import as_toml, line_of, where
from pmtui.tui.keys import FIXED, Keymap, own_keys, parse_key, written

_TABLES = ("layout", "keymap")
_RESERVED = {"ctrl+c": "ctrl+c always quits"}


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in one line of the file; line 0 is the file as a whole."""

    path: Path
    line: int
    words: str

    def __str__(self) -> str:
        """`PATH:3: what is wrong`."""
        return f"{self.path}:{self.line}: {self.words}" if self.line else f"{self.path}: {self.words}"


@dataclass(frozen=True, slots=True)
class Read:
    """A file as it was read.

    Attributes:
        path: where it is, or would be.
        there: whether it is there.
        config: what holds.
        given: what was set in it and holds: the paths of settings, and `("keymap", ID)`.
        faults: what is wrong, by line.
    """

    path: Path
    there: bool
    config: Config
    given: frozenset[tuple[str, ...]] = frozenset()
    faults: tuple[Fault, ...] = ()

    @property
    def notice(self) -> str:
        """One line for the screen; empty if nothing is wrong."""
        if not self.faults:
            return ""
        first, more = self.faults[0], len(self.faults) - 1
        at = f":{first.line}" if first.line else ""
        stop = "" if first.words.endswith("?") else "."
        return f"{self.path.name}{at}: {first.words}{stop} pmtui config tells {f'{more} more' if more else 'all'}."


def config_file() -> Path:
    """Where the file is, or would be."""
    return Path(platformdirs.user_config_dir("pmtui")) / "config.toml"


def read(path: Path | None = None) -> Read:
    """Read the configuration; never raises for what stands in it.

    Args:
        path: of the file, `config_file()` by default. One that is not there sets nothing.
    """
    path = path or config_file()
    data = b""
    try:
        data = path.read_bytes()
        text = data.decode()
        document = tomllib.loads(text)
    except FileNotFoundError:
        return Read(path, False, Config())
    except OSError as error:
        return Read(path, True, Config(), faults=(Fault(path, 0, f"cannot be read: {error.strerror}"),))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        return Read(path, True, Config(), faults=(Fault(path, *where(error, data)),))
    return _Reading(path, text, document).result()


class _Reading:
    def __init__(self, path: Path, text: str, document: Mapping[str, Any]) -> None:
        self._path, self._text, self._document = path, text, document
        self._faults: list[Fault] = []
        self._values: dict[tuple[str, ...], Any] = {}
        self._chosen: dict[str, tuple[str, ...]] = {}

    def result(self) -> Read:
        known = {setting.path: setting for setting in SETTINGS}
        names = [setting.name for setting in SETTINGS if not setting.table] + list(_TABLES)
        for name, value in self._document.items():
            if name not in names:
                self._fault((name,), f"unknown key {name!r}{_meant(name, names)}")
            elif name not in _TABLES:
                self._set(known[(name,)], value)
            elif not isinstance(value, dict):
                self._fault((name,), f"{name} is a table: [{name}]")
            elif name == "keymap":
                self._keymap(value)
            else:
                inner = [setting.name for setting in SETTINGS if setting.table == name]
                for key, each in value.items():
                    if (name, key) in known:
                        self._set(known[(name, key)], each)
                    else:
                        self._fault((name, key), f"unknown key {key!r} in [{name}]{_meant(key, inner)}")
        for fault in self._conflicts():
            self._faults.append(fault)
        config = Config(
            **{path[-1]: value for path, value in self._values.items()},
            keymap=Keymap(self._chosen),
        )
        given = frozenset(self._values) | {("keymap", name) for name in self._chosen}
        return Read(self._path, True, config, given, tuple(sorted(self._faults, key=lambda fault: fault.line)))

    def _fault(self, path: tuple[str, ...], words: str) -> None:
        self._faults.append(Fault(self._path, line_of(self._text, path), words))

    def _set(self, setting: Setting, value: object) -> None:
        if any(value == each and type(value) is type(each) for each in setting.values):
            self._values[setting.path] = value
        else:
            may = ", ".join(as_toml(each) for each in setting.values)
            self._fault(setting.path, f"{setting.name} is one of {may}, not {_shown(value)}")

    def _keymap(self, table: Mapping[str, object]) -> None:
        for name, value in table.items():
            path = ("keymap", name)
            keys = [value] if isinstance(value, str) else value
            if name in FIXED:
                self._fault(path, f"{name} cannot be changed: {FIXED[name]}")
            elif name not in BY_ID:
                self._fault(path, f"unknown action {name!r}{_meant(name, list(BY_ID))}")
            elif not isinstance(keys, list) or not all(isinstance(key, str) for key in keys):
                self._fault(path, f"{name} is a key, or a list of keys, not {_shown(value)}")
            else:
                try:
                    self._chosen[name] = tuple(dict.fromkeys(parse_key(key) for key in keys))
                except InputError as error:
                    self._fault(path, f"{name}: {error}")

    def _conflicts(self) -> Iterator[Fault]:
        """Keys that two actions would have on one screen; the choice that makes it so is dropped."""
        for name in list(self._chosen):
            for key in self._chosen[name]:
                told = (_RESERVED.get(key) if name != "quit" else "") or self._taken(name, key)
                if told:
                    yield Fault(self._path, line_of(self._text, ("keymap", name)), f"{name}: {told}")
                    del self._chosen[name]
                    break

    def _taken(self, name: str, key: str) -> str:
        for other in ACTIONS:
            keys = self._chosen.get(other.id, own_keys(other))
            if other.id == name or key not in keys or not set(other.places) & set(BY_ID[name].places):
                continue
            at = f", line {line_of(self._text, ('keymap', other.id))}" if other.id in self._chosen else ""
            return f"{written(key)} is the key of {other.id} already{at}"
        return ""


def _meant(name: str, known: list[str]) -> str:
    close = difflib.get_close_matches(name, known, 1, 0.6)
    if close:
        return f"; is {close[0]} meant?"
    return f"; there are {', '.join(known)}" if len(known) < 12 else "; pmtui config --default lists all"


def _shown(value: object) -> str:
    text = as_toml(value) if isinstance(value, str | bool | int | float) else f"a {type(value).__name__}"
    return text if len(text) <= 40 else f"{text[:39]}…"
