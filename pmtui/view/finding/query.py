"""What a person wants to find, as they type it."""

import re
from dataclasses import dataclass
from typing import Literal, cast, get_args

Field = Literal["any", "type", "stream", "correlation", "data"]
KEYS = tuple(key for key in get_args(Field) if key != "any")
"""What `key:value` knows; any other word with a colon is looked for as it is."""

LONGEST = 500
"""Characters of a query; what is beyond is not looked for."""

_WORD = re.compile(r'(?P<not>!?)(?:(?P<key>[a-z]+):)?(?:"(?P<quoted>[^"]*)"?|(?P<plain>\S+))')


@dataclass(frozen=True, slots=True)
class Term:
    """One thing that has to be there, or, inverse, must not be: a text within a field; A–Z are the same as a–z."""

    field: Field
    text: str
    inverse: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """All its terms have to hold. One without terms finds everything."""

    terms: tuple[Term, ...] = ()

    @classmethod
    def parse(cls, text: str) -> "Query":
        """Read a query: words between spaces, each plain, `key:value`, or either with `!` before it.

        Spaces go into quotes: `data:"grandfather clock"`. Whatever is typed is a query.
        """
        terms: list[Term] = []
        for match in _WORD.finditer(text[:LONGEST]):
            key, value = match["key"], match["quoted"] if match["quoted"] is not None else match["plain"]
            if key is not None and key not in KEYS:
                key, value = None, f"{key}:{value}"
            if value:
                terms.append(Term(cast(Field, key or "any"), value, bool(match["not"])))
        return cls(tuple(terms))
