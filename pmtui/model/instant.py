"""Instants: times kept as they were written and compared as what they mean."""

from datetime import UTC, datetime

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_read = datetime.fromisoformat


def parse(text: str) -> datetime:
    """An RFC 3339 time with its zone.

    Raises:
        ValueError: it is no such time, or has no zone and so names no instant.
    """
    moment = _read(text[:-1] + "Z" if text[-1:] == "z" else text)  # RFC 3339 allows both
    if moment.tzinfo is None:
        raise ValueError(f"{text!r} has no time zone")
    return moment


def write(moment: datetime) -> str:
    """A time as RFC 3339, to the microsecond or shorter, in its own zone; UTC as `Z`."""
    text = moment.isoformat()
    return text[:-6] + "Z" if text.endswith("+00:00") else text


def microseconds(moment: datetime) -> int:
    """Microseconds since 1970, exactly: the form in which instants are sorted and indexed."""
    delta = moment - EPOCH
    return (delta.days * 86_400 + delta.seconds) * 1_000_000 + delta.microseconds


def now() -> datetime:
    """The wall clock, in UTC."""
    return datetime.now(UTC)
