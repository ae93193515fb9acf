"""JSON, one way in and one way out, with msgspec's traps closed."""

import math
from collections.abc import Callable
from typing import Any

import msgspec

_encode = msgspec.json.Encoder(enc_hook=None).encode
_decode = msgspec.json.Decoder().decode
_decode_object = msgspec.json.Decoder(dict[str, Any]).decode


def encode(value: Any) -> str:
    """A value as JSON text.

    Raises:
        ValueError: it holds what JSON cannot: NaN, infinity, half a surrogate pair, an unknown type.
    """
    try:
        text = _encode(value).decode()
    except (TypeError, UnicodeEncodeError, OverflowError, RecursionError) as error:
        raise ValueError(f"cannot be written as JSON: {error}") from None
    if "null" in text:  # msgspec writes NaN and infinity as null, which would be a silent change
        _refuse_nan(value)
    return text


canonical: Callable[[Any], bytes] = msgspec.json.Encoder(order="sorted").encode
"""JSON with sorted keys: equal values give equal bytes. Only for what `encode` has accepted."""


def quoted(text: str) -> str:
    """A text as JSON text. Raises UnicodeEncodeError (a ValueError) for half a surrogate pair."""
    return _encode(text).decode()


def is_text(text: str) -> bool:
    """Whether a text can be written at all: half a surrogate pair cannot."""
    return not any("\ud800" <= character <= "\udfff" for character in text)


def decode(text: str | bytes) -> Any:
    """The value of a JSON text. Raises ValueError if it is none."""
    try:
        return _decode(text)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise ValueError(str(error)) from None


def decode_object(text: str | bytes) -> dict[str, Any]:
    """The value of a JSON text that must be an object. Raises ValueError otherwise."""
    try:
        return _decode_object(text)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise ValueError(str(error)) from None


def fault(text: str) -> str:
    """What keeps a text that a person types from being a JSON object, with line and column; empty if nothing does."""
    import json as stdlib  # noqa: PLC0415  (a worker starts without it)

    try:
        value = stdlib.loads(text, parse_constant=_refuse_constant)
    except stdlib.JSONDecodeError as error:
        return f"line {error.lineno}, column {error.colno}: {error.msg}"
    except ValueError as error:
        return str(error)
    except RecursionError:
        return "nested too deeply"
    if not isinstance(value, dict):
        return f"an object is needed, {{…}}, not {_KINDS[type(value)]}"
    try:
        encode(value)  # the standard library lets through numbers that are too large, and halves of surrogate pairs
        decode_object(text)
    except ValueError as error:
        return str(error)
    return ""


_KINDS: dict[type, str] = {list: "a list", str: "a text", bool: "true or false", int: "a number", float: "a number"}
_KINDS[type(None)] = "null"


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no number in JSON")


def _refuse_nan(value: Any) -> None:
    stack = [msgspec.to_builtins(value)]
    while stack:
        item = stack.pop()
        if isinstance(item, float) and not math.isfinite(item):
            raise ValueError(f"cannot be written as JSON: {item}")
        if isinstance(item, dict):
            stack.extend(item.values())
        elif isinstance(item, list | tuple):
            stack.extend(item)
