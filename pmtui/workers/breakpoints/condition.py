"""What a breakpoint's condition says: terms, all of which have to hold, as plain data."""

import re
from typing import Literal

import msgspec

from pmtui.model import json
from pmtui.model.point import Phase

Subject = Literal["manager", "context", "type", "instance", "action"]
Side = Literal["data", "state"]
Operator = Literal["==", "!=", "<", "<=", ">", ">=", "contains"]
Value = str | int | float | bool | None

BARE = re.compile(r"[\w.\-/#+*]+")
"""A name that needs no quotation marks."""
BARE_KEY = re.compile(r"[\w\-]+")
"""A key of a path that needs none."""


class Named(msgspec.Struct, frozen=True, tag="named"):
    """The manager, or the event's context, type or instance, or one of its actions' types, has this name.

    The instance and the actions are known once the event is decided. At a point after an action it is that action
    which counts.
    """

    what: Subject
    name: str

    def __str__(self) -> str:
        return f"{self.what} {_written(self.name, BARE)}"


class AtPosition(msgspec.Struct, frozen=True, tag="position"):
    """The event lies there."""

    context: str
    position: int

    def __str__(self) -> str:
        return f"{self.context}@{self.position}"


class AtPoint(msgspec.Struct, frozen=True, tag="point"):
    """The turn has come to exactly this point (`Point` as text)."""

    point: str

    def __str__(self) -> str:
        return self.point


class InPhase(msgspec.Struct, frozen=True, tag="phase"):
    """The turn has come to this phase; with `acted`, to this action of a turn of one event, from 0, if one is named."""

    phase: Phase
    action: int | None = None

    def __str__(self) -> str:
        return f":{self.phase}" if self.action is None else f":{self.phase}:{self.action}"


class Doubled(msgspec.Struct, frozen=True, tag="doubled"):
    """An action was applied once more, with its events. Known once an action is taken."""

    def __str__(self) -> str:
        return "doubled"


class Compared(msgspec.Struct, frozen=True, tag="compared"):
    """A field of the event's data, or of the instance's state as the handler leaves it, compares so with a value.

    What is not there counts as null. Only numbers and texts have an order, each among themselves; no other comparison
    is an error, it does not hold.
    """

    side: Side
    path: tuple[str, ...]
    operator: Operator
    value: Value

    def __str__(self) -> str:
        path = "".join(f".{_written(key, BARE_KEY)}" for key in self.path)
        return f"{self.side}{path} {self.operator} {json.encode(self.value)}"


Plain = Named | AtPosition | AtPoint | InPhase | Doubled | Compared


class Not(msgspec.Struct, frozen=True, tag="not"):
    """A term does not hold, and that is known."""

    term: Plain

    def __str__(self) -> str:
        return f"not {self.term}"


Term = Plain | Not
Condition = tuple[Term, ...]
"""Never empty."""


def write(condition: Condition) -> str:
    """A condition as text that is read again as the same. A phase stands right behind the event it belongs to."""
    text = ""
    before: Term | None = None
    for term in condition:
        if isinstance(term, InPhase) and isinstance(before, Named | AtPosition):
            text += str(term)
        else:
            text += f" and {term}" if text else str(term)
        before = term
    return text


def _written(name: str, plain: re.Pattern[str]) -> str:
    return name if plain.fullmatch(name) else json.quoted(name)
