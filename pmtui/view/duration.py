"""Lengths of time as people type them."""

import re

from pmtui.model.errors import InputError

_UNITS = {"d": 86_400, "h": 3_600, "m": 60, "min": 60, "s": 1}
_PART = re.compile(r"([0-9]{1,9})\s*(d|h|min|m|s)\s*")
LONGEST = 3_650
"""Days."""


def seconds_of(text: str) -> int:
    """Seconds in `30m`, `2h`, `1h30m`, `3 d`, `45s`.

    Raises:
        InputError: one line: it is no such time, is nothing, or is longer than ten years.
    """
    text, at, total = text.strip(), 0, 0
    while (part := _PART.match(text, at)) is not None:
        total += int(part[1]) * _UNITS[part[2]]
        at = part.end()
    if at < len(text) or not total:
        raise InputError(f"{text!r} is no length of time; one looks like 30m, 2h, 1h30m or 3d")
    if total > LONGEST * 86_400:
        raise InputError(f"{text!r} is longer than ten years")
    return total
