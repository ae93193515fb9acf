"""What changed between two JSON values."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any


class Absent(Enum):
    """What stands where there is no value."""

    ABSENT = "absent"


ABSENT = Absent.ABSENT


@dataclass(frozen=True, slots=True)
class Change:
    """One place that differs: keys and indexes down to it, and the values there; ABSENT where there is none."""

    path: tuple[str | int, ...]
    before: Any
    after: Any

    @property
    def name(self) -> str:
        """`items[0].price`."""
        text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in self.path)
        return text.removeprefix(".") or "state"


def changes(before: Any, after: Any, path: tuple[str | int, ...] = ()) -> Iterator[Change]:
    """Every place that differs, in the order of the fields; the deepest that tell it whole."""
    if isinstance(before, dict) and isinstance(after, dict):
        for key in dict.fromkeys([*before, *after]):
            yield from changes(before.get(key, ABSENT), after.get(key, ABSENT), (*path, key))
    elif isinstance(before, list) and isinstance(after, list):
        for index in range(max(len(before), len(after))):
            one = before[index] if index < len(before) else ABSENT
            other = after[index] if index < len(after) else ABSENT
            yield from changes(one, other, (*path, index))
    elif before is ABSENT or after is ABSENT or before != after or _kind(before) is not _kind(after):
        yield Change(path, before, after)


def _kind(value: Any) -> type:
    """1, 1.0 and true are equal to Python, and not the same in JSON."""
    return type(value)
