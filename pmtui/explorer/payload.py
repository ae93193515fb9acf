"""Payloads of events: what can be taken away from them, and what can stand in place of what they say."""

from collections.abc import Callable, Iterator
from typing import Any

_LONGEST = 12
"""Texts of so many characters need not be shorter."""


def without_each(value: Any) -> Iterator[Any]:
    """A value with one key or item less, each in turn, the outermost first; and with half of a list."""
    if isinstance(value, dict):
        for key in value:
            yield {other: inner for other, inner in value.items() if other != key}
        for key, inner in value.items():
            for smaller in without_each(inner):
                yield {**value, key: smaller}
    elif isinstance(value, list):
        if len(value) > 2:
            yield value[: len(value) // 2]
            yield value[len(value) // 2 :]
        for place, inner in enumerate(value):
            yield [*value[:place], *value[place + 1 :]]
            for smaller in without_each(inner):
                yield [*value[:place], smaller, *value[place + 1 :]]


def shorter(value: Any) -> Iterator[Any]:
    """A value with one long text cut, each in turn, wherever it stands."""
    texts = {text: None for text in leaves(value) if isinstance(text, str) and len(text) > _LONGEST}
    for text in texts:
        yield replaced(value, lambda leaf, text=text: leaf[:_LONGEST] if leaf == text else leaf)  # type: ignore[misc]  # mypy cannot infer a lambda with a default


def leaves(value: Any) -> Iterator[Any]:
    """Everything in a value that is no object and no list."""
    if isinstance(value, dict):
        for inner in value.values():
            yield from leaves(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from leaves(inner)
    else:
        yield value


def replaced(value: Any, by: Callable[[Any], Any]) -> Any:
    """A value with each of its leaves replaced."""
    if isinstance(value, dict):
        return {key: replaced(inner, by) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [replaced(inner, by) for inner in value]
    return by(value)
