"""The configuration as a file: with everything in it at its default, or as it holds now."""

from collections.abc import Iterator

from pmtui.tui.actions import ACTIONS, Action
from pmtui.tui.config.config import SETTINGS
from pmtui.tui.config.file import Read
from pmtui.tui.config.toml import as_toml
from pmtui.tui.keys import FIXED, own_keys, written


def _keys_toml(keys: tuple[str, ...]) -> str:
    texts = tuple(written(key) for key in keys)
    return as_toml(texts[0] if len(texts) == 1 else texts)


def default_file() -> Iterator[str]:
    """The lines of a file with everything in it at its default, commented out."""
    yield "# pmtui's configuration. A line without its # counts; what is not set has its default."
    table = ""
    for setting in SETTINGS:
        yield ""
        if setting.table != table:
            table = setting.table
            yield f"[{table}]"
        yield f"# {setting.help} One of {', '.join(as_toml(value) for value in setting.values)}."
        yield f"# {setting.name} = {as_toml(setting.values[0])}"
    yield ""
    yield "[keymap]"
    yield '# An action and its key or keys, as in "x", "ctrl+x" or ["j", "down"]; [] leaves it to the palette.'
    for action in _changeable():
        yield f"# {action.id} = {_keys_toml(own_keys(action))}  # {action.help}"


def what_holds(found: Read) -> Iterator[str]:
    """The lines of a file that says what holds now, of the keys only those that were changed."""
    told = {path: "" if path in found.given else "  # by default" for path in (each.path for each in SETTINGS)}
    table = ""
    for setting in SETTINGS:
        if setting.table != table:
            table = setting.table
            yield from ("", f"[{table}]")
        yield f"{setting.name} = {as_toml(found.config.value(setting))}{told[setting.path]}"
    yield from ("", "[keymap]")
    for action in _changeable():
        if ("keymap", action.id) in found.given:
            keys = found.config.keymap.keys(action)
            yield f"{action.id} = {_keys_toml(keys)}  # {_keys_toml(own_keys(action))} by default"
    yield "# All other keys are as pmtui config --default lists them."


def _changeable() -> Iterator[Action]:
    return (action for action in ACTIONS if action.id not in FIXED)
