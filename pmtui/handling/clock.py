"""What time it is: by the wall, or as the events tell it."""

from datetime import timedelta
from typing import Protocol

from pmtui.model import instant


class Clock(Protocol):
    """The time that timers and appended events go by. Instants are microseconds since 1970."""

    def horizon(self, upcoming: int | None) -> int:
        """Timers due at or before this fire before the next event, recorded at `upcoming` (None: there is none)."""

    def stamp(self, cause: str) -> str:
        """The `recorded_at` of an event that is appended because of one recorded at `cause`."""

    def reached(self, moment: int) -> None:
        """An event recorded at this moment, or a timer due then, is handled."""


class WallClock:
    """Real time, for production."""

    def __init__(self) -> None:
        self._millisecond = 0
        self._stamp = ""

    def horizon(self, upcoming: int | None) -> int:  # noqa: ARG002  (real time does not wait for events)
        """Now."""
        return instant.microseconds(instant.now())

    def stamp(self, cause: str) -> str:  # noqa: ARG002  (see horizon)
        """Now, to the millisecond, so that it need not be written anew for every event of a turn."""
        millisecond = instant.microseconds(instant.now()) // 1000
        if millisecond != self._millisecond:
            self._millisecond, self._stamp = millisecond, written(millisecond * 1000)
        return self._stamp

    def reached(self, moment: int) -> None:
        """Nothing: real time goes by itself."""


class VirtualClock:
    """The time of the events themselves: the latest one handled, for the lab and the explorer.

    It passes on the way to the next event, so a timer due before that event fires first; when nothing is left to
    handle it stands still until somebody moves it.

    Attributes:
        at: microseconds since 1970, 0 before the first event.
    """

    def __init__(self, at: int = 0) -> None:
        self.at = at

    def horizon(self, upcoming: int | None) -> int:
        """The next event's time, or the present."""
        return self.at if upcoming is None else max(self.at, upcoming)

    def stamp(self, cause: str) -> str:
        """The time of the cause."""
        return cause

    def reached(self, moment: int) -> None:
        """Time never goes back."""
        self.at = max(self.at, moment)


def written(moment: int) -> str:
    """Microseconds since 1970 as an RFC 3339 time."""
    return instant.write(instant.EPOCH + timedelta(microseconds=moment))
