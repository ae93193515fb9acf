"""People's words for what happened. The only place that has them."""

from datetime import timedelta
from typing import Literal

from pmtui.model import instant
from pmtui.storage.ledger import Outcome, Taken
from pmtui.view.pages import Fate, JournalAction, Tone
from pmtui.view.safe import safe

TimeFormat = Literal["24h", "12h", "minutes"]
"""How times of day are shown: `14:04:21`, `2:04:21 pm`, `14:04`."""


def count(number: int, noun: str) -> str:
    """`1 action`, `2 actions`, `1,200 events`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def crashes(number: int) -> str:
    """`1 crash`, `2 crashes`."""
    return f"{number:,} crash" if number == 1 else f"{number:,} crashes"


def span(seconds: float) -> str:
    """A time from now as people say it: `in 26 min`, `in 2 h`, `now`, `12 s ago`."""
    size = abs(seconds)
    if size < 1:
        return "now"
    for unit, length in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if size >= 2 * length or (unit == "min" and size >= length):
            text = f"{size / length:.0f} {unit}"
            break
    else:
        text = f"{size:.0f} s"
    return f"in {text}" if seconds > 0 else f"{text} ago"


def clock_time(recorded_at: str) -> str:
    """The time of day of an event as it was written, `10:04:21`."""
    _, _, time = recorded_at.partition("T")
    return safe(time[:8])


def time_as(time: str, wanted: TimeFormat) -> str:
    """A time of day, `14:04:21`, as it is wanted; what does not look like one stays as it is."""
    hour, _, rest = time.partition(":")
    if wanted == "minutes" and rest:
        return time[:5]
    if wanted == "12h" and rest and hour.isascii() and hour.isdigit():
        return f"{(int(hour) + 11) % 12 + 1}:{rest} {'am' if int(hour) < 12 else 'pm'}"
    return time


def journal_action(taken: Taken, recorded_at: str) -> JournalAction:
    """One action as the journal's pane shows it, `recorded_at` being its event's."""
    where = safe(taken.context or "timers")
    if taken.added:
        where = f"{where}@{taken.first}"
    words, tone, twin = _outcome(taken, recorded_at)
    return JournalAction(
        "instance" if taken.kind == "complete" else where,
        safe(taken.type),
        words,
        tone,
        twin,
        _FATES.get(taken.outcome, "own"),
        safe(taken.context),
        taken.first,
        taken.added,
        taken.original,
        ordinal=taken.ordinal,
    )


_FATES: dict[Outcome, Fate] = {
    "performed": "taken",
    "suppressed": "stopped",
    "doubled": "doubled",
    "refused": "refused",
    "asked": "asked",
}


def _outcome(taken: Taken, recorded_at: str) -> tuple[str, Tone, str]:
    match taken.outcome:
        case "performed":
            return "performed" if taken.added else "performed, no event", "quiet", ""
        case "suppressed":
            return "stopped by its receipt", "accent", ""
        case "doubled":
            twin = f"{safe(taken.context)}@{taken.original}" if taken.original else ""
            return f"doubled: {twin} again" if twin else "doubled", "error", twin
        case "refused":
            return "applied again, refused", "quiet", ""
        case "scheduled":
            return f"due {_after(recorded_at, taken.due)}", "quiet", ""
        case "cancelled":
            return "cancelled", "quiet", ""
        case "completed":
            return "completed", "quiet", ""
        case "asked":
            return "to do", "quiet", ""


def _after(recorded_at: str, due: str) -> str:
    try:
        delta: timedelta = instant.parse(due) - instant.parse(recorded_at)
    except ValueError:
        return safe(due)
    return span(delta.total_seconds())
