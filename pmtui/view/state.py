"""An instance's state as lines."""

from pmtui.model import json
from pmtui.view.safe import safe


def state_lines(text: str) -> tuple[tuple[str, str], ...]:
    """Each field of a state with its value as Python writes it, in order; nothing for an empty or unreadable one."""
    if not text:
        return ()
    try:
        values = json.decode_object(text)
    except ValueError:
        return (("state", safe(text)),)
    return tuple(
        (safe(name, 80), safe(value if isinstance(value, str) else repr(value))) for name, value in values.items()
    )
