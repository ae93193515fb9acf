"""Making text from outside harmless: the one function that everything shown goes through."""

import re

_BIDI_AND_INVISIBLE = "\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\U000e0000-\U000e0fff"
_HOSTILE = re.compile(f"[\x00-\x1f\x7f-\x9f\u00ad{_BIDI_AND_INVISIBLE}\ud800-\udfff]")


def _visible(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "␡"
    return f"‹{code:02X}›"


def safe(text: str, limit: int = 1000) -> str:
    """A text that does nothing but be seen: one line, no control, bidi or invisible characters.

    C0 characters become their control pictures (␛), others their code point (‹9B›, ‹202E›).

    Args:
        text: from anywhere.
        limit: how many characters are kept; one that is cut ends in …
    """
    if len(text) > limit:
        text = text[: limit - 1] + "…"
    return text if text.isprintable() else _HOSTILE.sub(_visible, text)
