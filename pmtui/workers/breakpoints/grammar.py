"""Reading a breakpoint as a person types it. Nothing in it is ever evaluated.

For instance `orders`, `OrderPlaced`, `orders@3:acted`, `instance order-3`, `action TakePayment`, `doubled`,
`data.amount > 100`, `not state.paid == true`, `fulfilment:orders@3:acted:0`, and
`OrderPlaced and data.amount > 100 from hit 3 then crash`.
"""

import re
from collections.abc import Iterable
from typing import Any, NoReturn, cast, get_args

from pmtui.model import json
from pmtui.model.app import App
from pmtui.model.errors import InputError
from pmtui.model.manager import TIMERS
from pmtui.model.point import PHASES, Phase, Point
from pmtui.workers.breakpoints.breakpoint import Breakpoint, Deed
from pmtui.workers.breakpoints.condition import (
    BARE,
    BARE_KEY,
    AtPoint,
    AtPosition,
    Compared,
    Condition,
    Doubled,
    InPhase,
    Named,
    Not,
    Operator,
    Plain,
    Side,
    Subject,
    Term,
    Value,
)

LONGEST = 500
"""Characters of a breakpoint."""
_MOST_HITS = 10**9
_LARGEST = 2**63 - 1

_SPACE = re.compile(r"\s*")
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?(?![\w.\-/#+*])")
_DIGITS = re.compile(r"[0-9]{1,19}")
_OPERATOR = re.compile(r"==|!=|<=|>=|<|>|contains(?!\w)")
_FIELD = re.compile(r"(data|state)\.")
_POINT = re.compile(r"[^:@\s]+:[^:@\s]+@[0-9]+:[^@\s]+")


class Vocabulary:
    """What a word alone can mean in an app: a context, a type of event or a manager.

    Args:
        contexts, types, managers: their names.
    """

    def __init__(self, contexts: Iterable[str] = (), types: Iterable[str] = (), managers: Iterable[str] = ()) -> None:
        self._names: tuple[tuple[Subject, frozenset[str]], ...] = (
            ("context", frozenset(contexts)),
            ("type", frozenset(types)),
            ("manager", frozenset(managers)),
        )

    @classmethod
    def of(cls, app: App) -> "Vocabulary":
        """The contexts of an app (and `timers`), the types that its managers handle, its managers."""
        types = {type_ for manager in app.managers.values() for _, type_ in manager.handlers}
        return cls([*app.contexts, TIMERS], types, app.managers)

    def meaning(self, word: str) -> Named | None:
        """What a word alone says; None for one that is not known."""
        return next((Named(what, word) for what, names in self._names if word in names), None)


_NONE = Vocabulary()


def read(text: str, number: int = 0, vocabulary: Vocabulary = _NONE) -> Breakpoint:
    """A breakpoint as a person types it; of what `str` writes, the same one again.

    Args:
        text: what was typed.
        number: what it is to be called by.
        vocabulary: what a word alone can mean; without one each name needs a word before it that says what it names.

    Raises:
        InputError: one line: what cannot be understood and what could stand there.
    """
    if len(text) > LONGEST:
        raise InputError(f"a breakpoint has at most {LONGEST} characters")
    if not json.is_text(text):
        raise InputError("the breakpoint is not UTF-8")
    return _Reading(text, vocabulary).breakpoint(number)


class _Reading:
    """One text, read from left to right."""

    def __init__(self, text: str, vocabulary: Vocabulary) -> None:
        self._text = text
        self._at = 0
        self._vocabulary = vocabulary

    def breakpoint(self, number: int) -> Breakpoint:
        condition = self._condition()
        from_hit = 1
        deed: Deed = "pause"
        if self._word("from"):
            if not self._word("hit"):
                self._wrong("behind from comes hit and a number, as in: from hit 3")
            from_hit = self._whole(_MOST_HITS, "the number of a hit, as in: from hit 3")
        if self._word("then"):
            if self._word("crash"):
                deed = "crash"
            elif not self._word("pause"):
                self._wrong("behind then comes crash or pause")
        self._skip()
        if self._at < len(self._text):
            self._wrong("here the condition should end, or go on with and")
        return Breakpoint(number, condition, max(1, from_hit), deed)

    def _condition(self) -> Condition:
        terms = self._terms()
        while self._word("and"):
            terms += self._terms()
        return tuple(terms)

    def _terms(self) -> list[Term]:
        """A term, and the phase right behind it."""
        negated = self._word("not")
        term = self._plain()
        terms: list[Term] = [Not(term) if negated else term]
        if not negated and isinstance(term, Named | AtPosition) and self._peek() == ":":
            terms.append(self._phase())
        return terms

    def _plain(self) -> Plain:
        self._skip()
        if self._peek() == ":":
            return self._phase()
        if (found := self._take(_POINT)) is not None:
            return AtPoint(str(Point.parse(found)))
        if (field := self._take(_FIELD)) is not None:
            return self._compared(cast(Side, field[:-1]))
        if self._word("doubled"):
            return Doubled()
        for what in get_args(Subject):
            if self._word(what):
                return Named(what, self._name(f"the name of the {what}"))
        start = self._at
        word = self._take(BARE)
        if word is None:
            self._wrong("a condition looks like orders, OrderPlaced, orders@3:acted, data.amount > 100 or doubled")
        if self._peek() == "@":
            self._at += 1
            return AtPosition(word, self._whole(_LARGEST, "the position of an event, as in orders@3"))
        meaning = self._vocabulary.meaning(word)
        if meaning is None:
            self._at = start
            self._wrong(f"no context, manager or handled type; say type {word}, instance {word} or action {word}")
        return meaning

    def _phase(self) -> InPhase:
        self._at += 1
        found = self._take(re.compile("[a-z]+"))
        if found not in PHASES:
            self._wrong(f"behind : comes a phase: {', '.join(PHASES)}")
        phase: Phase = found
        if self._peek() != ":":
            return InPhase(phase)
        if phase != "acted":
            self._wrong(f"only acted has a number behind it, as in :acted:0, not {phase}")
        self._at += 1
        return InPhase(phase, self._whole(_LARGEST, "the number of an action, from 0, as in :acted:0"))

    def _compared(self, side: Side) -> Compared:
        path = [self._key()]
        while self._peek() == ".":
            self._at += 1
            path.append(self._key())
        self._skip()
        operator = self._take(_OPERATOR)
        if operator is None:
            self._wrong("behind a field comes ==, !=, <, <=, >, >= or contains")
        return Compared(side, tuple(path), cast(Operator, operator), self._value())

    def _key(self) -> str:
        key = self._take(BARE_KEY)
        return self._quoted("a field's name, as in data.amount") if key is None else key

    def _value(self) -> Value:
        self._skip()
        if (number := self._take(_NUMBER)) is not None:
            return cast("int | float", self._json(number, "a number"))
        if self._peek() == '"':
            return self._quoted("a value")
        word = self._take(BARE)
        if word is None:
            self._wrong('a value is a number, true, false, null or a text, as in "two words"')
        return {"true": True, "false": False, "null": None}.get(word, word)

    def _name(self, expected: str) -> str:
        self._skip()
        if (bare := self._take(BARE)) is not None:
            return bare
        return self._quoted(expected)

    def _quoted(self, expected: str) -> str:
        found = self._take(_QUOTED)
        if found is None:
            self._wrong(f"here comes {expected}; what has other signs in it stands between quotation marks")
        text = self._json(found, expected)
        if not isinstance(text, str) or (not text and expected != "a value"):
            self._wrong(f"{expected} is empty")
        return text

    def _json(self, text: str, expected: str) -> Any:
        try:
            value = json.decode(text)
            json.encode(value)  # what a worker could not be told, such as half a surrogate pair
        except ValueError:
            self._wrong(f"{text} is not {expected} as JSON has it")
        return value

    def _whole(self, most: int, expected: str) -> int:
        self._skip()
        found = self._take(_DIGITS)
        if found is None or int(found) > most:
            self._wrong(f"here comes {expected}")
        return int(found)

    def _word(self, word: str) -> bool:
        """Take this word, if it comes next."""
        self._skip()
        match = BARE.match(self._text, self._at)
        if match is None or match[0] != word or self._text[match.end() : match.end() + 1] == "@":
            return False
        self._at = match.end()
        return True

    def _take(self, form: re.Pattern[str]) -> str | None:
        match = form.match(self._text, self._at)
        if match is None or not match[0]:
            return None
        self._at = match.end()
        return match[0]

    def _peek(self) -> str:
        return self._text[self._at : self._at + 1]

    def _skip(self) -> None:
        match = _SPACE.match(self._text, self._at)
        self._at = match.end() if match is not None else self._at

    def _wrong(self, sentence: str) -> NoReturn:
        rest = self._text[self._at :].strip()
        where = f"at {rest[:30]!r}" if rest else "at the end"
        raise InputError(f"{where}: {sentence}")
