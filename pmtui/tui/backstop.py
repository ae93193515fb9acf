"""The last net before the terminal: no control character leaves, wherever it came from."""

import re

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")


class Backstop(LineFilter):
    """Takes control and bidi characters out of every line that is drawn.

    Text is made harmless where it is read (`view.safe`); this is for what nobody thought of. They have no width, so
    that nothing moves.
    """

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The same segments without such characters; `background` is not looked at."""
        del background
        return [
            segment if segment.text.isprintable() else Segment(_CONTROL.sub("", segment.text), segment.style)
            for segment in segments
        ]
