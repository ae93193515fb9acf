"""An instance's state between handlers: JSON text, so that warm and cold are the same."""

import dataclasses
from collections.abc import Iterable
from typing import Any

import msgspec

from pmtui.handling.errors import Refused
from pmtui.model import json


class StateCodec:
    """Turns the state of one manager's instances into text and back.

    Every handler gets a fresh object made from text, also while instances are kept in memory, so nothing can be handed
    on that a restart would lose.
    """

    def __init__(self, state: type) -> None:
        self._type = state
        self._decode: Any = json.decode_object if state is dict else msgspec.json.Decoder(state).decode
        self._fields = None if state is dict else {field.name for field in dataclasses.fields(state)}

    def new(self) -> str:
        """The text of a new instance's state.

        Raises:
            Refused: the defaults cannot be written as JSON.
        """
        return self.write(self._type(), "")

    def read(self, text: str) -> Any:
        """A state object of its own for one handler."""
        if text == "{}" and self._fields is None:
            return {}
        state = self._decode(text)
        if self._fields is None:
            return state
        own = getattr(state, "__dict__", None)
        if own is not None and len(own) < len(self._fields):
            for name in self._fields - own.keys():  # msgspec leaves plain defaults to the class, and then unwritten
                own[name] = getattr(state, name)
        return state

    def write(self, state: Any, before: str) -> str:
        """The text to save.

        Raises:
            Refused: something in it would be lost or could not be read again.
        """
        if self._fields is None:
            if not state:
                return "{}"  # as most managers without a state have it, handler after handler
        else:
            own = getattr(state, "__dict__", None)
            if own is not None and not own.keys() <= self._fields:
                extra = own.keys() - self._fields
                raise Refused(f"the state has {_names(extra)}, which State does not declare; it would not be saved")
        try:
            text = json.encode(state)
        except ValueError as error:
            raise Refused(f"the state {error}") from None
        if text != before:
            try:
                again = json.encode(self._decode(text))
            except (msgspec.MsgspecError, ValueError) as error:
                raise Refused(f"the state could not be read again after saving it: {error}") from None
            if again != text:
                raise Refused("the state would not be the same after saving it; use what JSON and its types can hold")
        return text

    def check(self, correlation: str, text: str) -> None:
        """Make sure that a saved state fits the code as it is now.

        Raises:
            Refused: it does not; nothing was dropped from it.
        """
        try:
            raw = json.decode_object(text)
            self._decode(text)
        except (msgspec.MsgspecError, ValueError) as error:
            raise Refused(f"the saved state of {correlation} does not fit State: {error}") from None
        gone = set() if self._fields is None else set(raw) - self._fields
        if gone:
            raise Refused(f"the saved state of {correlation} has {_names(gone)}, which State no longer declares")


def _names(fields: Iterable[str]) -> str:
    return ", ".join(repr(field) for field in sorted(fields))
