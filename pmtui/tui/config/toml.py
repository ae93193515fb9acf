"""What `tomllib` does not do: tell on which line something stands, and write values."""

import re
import tomllib
from collections.abc import Iterator

_TABLE = re.compile(r"\s*\[{1,2}\s*([^\[\]]+?)\s*\]{1,2}\s*(#.*)?$")
_KEY = re.compile(r"""\s*((?:"(?:[^"\\]|\\.)*"|'[^']*'|[\w\-. ])+?)\s*=""")
_AT = re.compile(r"(.*?)\s*\(at (?:line (\d+), column \d+|end of document)\)")


def where(error: Exception, data: bytes) -> tuple[int, str]:
    """The line that a file cannot be read at, 0 if that is not known, and why."""
    if isinstance(error, UnicodeDecodeError):
        return data.count(b"\n", 0, error.start) + 1, "is not UTF-8"
    told = _AT.match(str(error))
    if told is None:
        return 0, f"is no TOML: {error}"
    return int(told[2] or data.rstrip().count(b"\n") + 1), f"is no TOML: {told[1]}"


def line_of(text: str, path: tuple[str, ...]) -> int:
    """The line on which a key is set, or else the nearest table or key above it; 0 if there is none.

    Args:
        text: of a file that `tomllib` could read.
        path: as in `("keymap", "step")`, whichever way that is written.
    """
    best, length = 0, 0
    for number, found in _keys(text):
        common = 0
        while common < min(len(found), len(path)) and found[common] == path[common]:
            common += 1
        if common > length and common == len(found):
            best, length = number, common
    return best


def _keys(text: str) -> Iterator[tuple[int, tuple[str, ...]]]:
    table: tuple[str, ...] = ()
    for number, line in enumerate(text.splitlines(), 1):
        if (head := _TABLE.match(line)) is not None and "=" not in head[1]:
            table = _parts(head[1])
            yield number, table
        elif (key := _KEY.match(line)) is not None:
            yield number, table + _parts(key[1])


def _parts(written: str) -> tuple[str, ...]:
    """A dotted key's parts, as `tomllib` reads them."""
    parts: list[str] = []
    try:
        found: object = tomllib.loads(f"{written} = 0")
    except tomllib.TOMLDecodeError:
        return ()
    while isinstance(found, dict):
        key, found = next(iter(found.items()))
        parts.append(key)
    return tuple(parts)


def as_toml(value: object) -> str:
    """A value as TOML has it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return '"' + "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in escaped) + '"'
    if isinstance(value, tuple | list):
        return f"[{', '.join(as_toml(each) for each in value)}]"
    return str(value)
