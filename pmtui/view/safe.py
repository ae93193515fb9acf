"""Making text from outside harmless: the one function that everything shown goes through."""

import re

_NOT_PLAIN = re.compile("[^ -~]")
_INVISIBLE = re.compile(
    "["
    "\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\uffa0"  # joiners, fillers and blanks that count as letters
    "\ufe00-\ufe0d\U000e0100-\U000e01ef"  # variation selectors, but for the two that choose between text and emoji
    "\U0001d159"
    "]"
)
"""What `str.isprintable` lets pass although nothing is seen of it."""


def safe(text: str, limit: int = 1000) -> str:
    """A text that does nothing but be seen: one line, no control, bidi or invisible characters.

    C0 characters become their control pictures (␛), others their code point (‹9B›, ‹202E›). That goes for the joiners
    inside some emoji and scripts too, so that two names that look the same are the same.

    Args:
        text: from anywhere.
        limit: how many characters are kept; one that is cut ends in …
    """
    if len(text) > limit:
        text = text[: max(limit - 1, 0)] + "…"
    if text.isprintable() and (text.isascii() or not _INVISIBLE.search(text)):
        return text
    return _NOT_PLAIN.sub(_visible, text)


def _visible(match: re.Match[str]) -> str:
    character = match[0]
    code = ord(character)
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "␡"
    if code == 0x3000:  # the space of East Asian text, two cells wide
        return "  "
    if character.isprintable() and not _INVISIBLE.match(character):
        return character
    return f"‹{code:02X}›"
