"""What time it is: by the wall, or as the events tell it."""

from datetime import UTC, datetime, timedelta
from time import time_ns
from typing import Protocol

from pmtui.model import instant


class Clock(Protocol):
    """The time that timers and appended events go by. Instants are microseconds since 1970."""

    def horizon(self, upcoming: int | None) -> int:
        """Timers due at or before this fire before the next event, recorded at `upcoming` (None: there is none)."""

    def stamp(self) -> str | None:
        """The `recorded_at` of events that are appended now, or None: each has the time of its cause."""

    def reached(self, moment: int) -> None:
        """An event recorded at this moment, or a timer due then, is handled."""


class WallClock:
    """Real time, for production."""

    def __init__(self) -> None:
        self._second = -1
        self._written = ""

    def horizon(self, upcoming: int | None) -> int:  # noqa: ARG002  (real time does not wait for events)
        """Now."""
        return instant.microseconds(instant.now())

    def stamp(self) -> str:
        """Now."""
        # As `instant.write` does it; a date and its minutes are written once a second, which is a tenth of the work.
        second, micros = divmod(time_ns() // 1_000, 1_000_000)
        if second != self._second:
            self._second, self._written = second, instant.write(datetime.fromtimestamp(second, UTC))[:-1]
        return f"{self._written}.{micros:06d}Z" if micros else f"{self._written}Z"

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

    def stamp(self) -> None:
        """Each event has the time of its cause."""

    def reached(self, moment: int) -> None:
        """Time never goes back."""
        self.at = max(self.at, moment)


def written(moment: int) -> str:
    """Microseconds since 1970 as an RFC 3339 time."""
    return instant.write(instant.EPOCH + timedelta(microseconds=moment))
