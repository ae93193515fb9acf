"""How handling can fail."""

import traceback
from pathlib import Path

from pmtui.model.errors import PmtuiError

_OURS = str(Path(__file__).resolve().parent.parent)


class EventFailed(PmtuiError):
    """An event cannot be handled: the handler or an aggregate raised, or asked for something that cannot be done.

    Attributes:
        index: which event of its turn.
        where: the event, `orders@3`.
        sentence: what went wrong, in one line.
        place: `file:line` in the user's code, empty if it never got there.
        trace: the traceback's lines, of the user's code only.
    """

    def __init__(self, index: int, where: str, error: BaseException) -> None:
        frames = [f for f in traceback.extract_tb(error.__traceback__) if not f.filename.startswith(_OURS)]
        told = isinstance(error, Refused)
        self.index = index
        self.where = where
        said = saying(error)
        self.sentence = f"{where}: {said}" if told else f"{where}: {type(error).__name__}: {said}".rstrip(": ")
        self.place = f"{frames[-1].filename}:{frames[-1].lineno}" if frames else ""
        lines = traceback.format_list(frames) + ([] if told else traceback.format_exception_only(error))
        self.trace = tuple(_sendable("".join(lines)).splitlines())
        super().__init__(self.sentence)


def saying(error: BaseException) -> str:
    """What an exception says of itself, in one line that is always UTF-8; empty where even asking it raises."""
    try:
        text = str(error)
    except Exception:
        return ""
    return _sendable(" ".join(part.strip() for part in text.splitlines() if part.strip()))


def _sendable(text: str) -> str:
    """Half a surrogate pair can be in a text, but neither in a report nor in a ledger."""
    return text.encode(errors="backslashreplace").decode()


class Refused(PmtuiError):
    """What a handler or aggregate asks for cannot be done; becomes an `EventFailed` that names the event."""


class NotDeterministic(PmtuiError):
    """A redelivered event asked for something else than before under the same key; the manager stops."""


class TurnTaken(PmtuiError):
    """Another worker acted in the turn at hand before this one could; start again and repeat what it did."""
