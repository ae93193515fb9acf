"""Points: the exact place a turn has come to. The one place that writes and reads them."""

import re
from typing import Literal, cast, get_args

import msgspec

from pmtui.model.errors import InputError

Phase = Literal["read", "decided", "acted", "saved"]
PHASES: tuple[Phase, ...] = get_args(Phase)

_FORM = re.compile(
    r"(?P<manager>[^:@\s]+):(?P<source>[^:@\s]+)@(?P<position>[0-9]{1,19}):(?P<phase>[a-z]+)"
    r"(?::(?P<detail>[^:@\s]+))?"
)


class Point(msgspec.Struct, frozen=True):
    """How far a turn has come, for instance `fulfilment:orders@3:acted:0`.

    Attributes:
        manager: the manager's name.
        source, position: the turn's last event.
        phase: `read`, `decided`, `acted` or `saved`.
        action: with `acted` in a turn of one event, which of its actions on logs, from 0.
        target: with `acted` in a larger turn, the context whose transaction was committed.
    """

    manager: str
    source: str
    position: int
    phase: Phase
    action: int | None = None
    target: str | None = None

    def __str__(self) -> str:
        text = f"{self.manager}:{self.source}@{self.position}:{self.phase}"
        if self.action is not None:
            return f"{text}:{self.action}"
        return text if self.target is None else f"{text}:{self.target}"

    @classmethod
    def parse(cls, text: str) -> "Point":
        """Read a point as a person types it.

        Raises:
            InputError: one line that says how a point looks.
        """
        match = _FORM.fullmatch(text)
        if match is None or match["phase"] not in PHASES or (match["detail"] is None) != (match["phase"] != "acted"):
            raise InputError(
                f"{text!r} is not a point; one looks like fulfilment:orders@3:read, :decided, :acted:0 or :saved"
            )
        detail = match["detail"]
        numbered = detail is not None and detail.isascii() and detail.isdecimal()  # no context's name is a number
        return cls(
            match["manager"],
            match["source"],
            int(match["position"]),
            cast(Phase, match["phase"]),
            int(detail) if numbered else None,
            None if numbered else detail,
        )
