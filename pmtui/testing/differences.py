"""What was expected and what was found, line by line, as pytest shows it: `-` expected, `+` found."""

import pprint
from collections.abc import Mapping, Sequence
from difflib import ndiff
from typing import Any

from pmtui.model.actions import Action


def actions_as_lines(actions: Sequence[Action]) -> list[str]:
    """Actions as they are written in Python, every field of their data on lines of its own; none is `nothing`."""
    return [line for action in actions for line in _lines(action)] or ["nothing"]


def fields_as_lines(fields: Mapping[str, Any]) -> list[str]:
    """The fields of a state, sorted."""
    return [line for name in sorted(fields) for line in _named(f"{name} = ", fields[name])]


def difference(headline: str, expected: Sequence[str], found: Sequence[str]) -> str:
    """The message of a failed expectation."""
    return "\n".join([f"{headline} (- expected, + found)", *(line.rstrip() for line in ndiff(expected, found))])


def _lines(action: Action) -> list[str]:
    name = type(action).__name__
    given = {field: getattr(action, field) for field in action.__struct_fields__}
    data = given.pop("data", None)
    shown = ", ".join(
        repr(value) if field not in ("after", "at") else f"{field}={_short(value)}"
        for field, value in given.items()
        if value is not None
    )
    if not data:
        return [f"{name}({shown})"]
    fields = [line for key in sorted(data, key=str) for line in _named(f"    {key!r}: ", data[key], ",")]
    return [f"{name}({shown}, {{", *fields, "})"]


def _named(prefix: str, value: Any, suffix: str = "") -> list[str]:
    first, *rest = f"{pprint.pformat(value)}{suffix}".splitlines()
    return [prefix + first, *(" " * len(prefix) + line for line in rest)]


def _short(value: Any) -> str:
    return repr(value).removeprefix("datetime.")
