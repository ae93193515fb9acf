"""Why a key would do nothing now, and what it would throw away: sentences for the person, keys in backticks."""

from collections.abc import Callable

from pmtui.view.snapshot import SPEEDS, ManagerView, Snapshot
from pmtui.view.words import count, crashes

Reason = Callable[[Snapshot, ManagerView], str | None]
"""(what is shown, the selected manager) → a sentence; None where there is nothing to say."""


def never(_: Snapshot, __: ManagerView) -> str | None:
    """There is nothing to say, whatever is shown."""
    return None


def in_middle(manager: ManagerView) -> bool:
    """Whether an event is begun and not finished."""
    turn = manager.turn
    return turn is not None and bool(turn.point) and not turn.finished


def dry(manager: ManagerView) -> bool:
    """Whether it has nothing to do: no event in the middle, none above its cursors."""
    return not in_middle(manager) and not manager.to_do


# why not


def only_reading(snapshot: Snapshot, _: ManagerView) -> str | None:
    """It can only be looked at: it is the past, or watched."""
    if snapshot.past is not None:
        return "The past cannot be changed: `L` goes back to the present, `ctrl+r` rewinds."
    told = "Watching only reads: pmtui lab steps and crashes on a copy."
    return told if snapshot.mode == "watch" else None


def no_worker(snapshot: Snapshot, manager: ManagerView) -> str | None:
    """It can only be looked at, or has no worker that is up."""
    if why := only_reading(snapshot, manager):
        return why
    match manager.state:
        case "killed":
            return "Its worker was killed: `r` restarts it."
        case "failed":
            return "It stopped because of a fault: `r` restarts it, with the code as it is now."
        case "stopped":
            return "Its worker has ended: `r` starts it again."
        case "starting":
            return "Its worker is still starting."
    return None


def not_stepping(snapshot: Snapshot, manager: ManagerView) -> str | None:
    """It is not paused, or has nothing to do."""
    if why := no_worker(snapshot, manager):
        return why
    if manager.state != "paused":
        return "It goes on by itself: `space` pauses it."
    if dry(manager) and manager.next_timer is None:
        start_over = ", `R` starts over" if snapshot.mode == "lab" else ""
        return f"There is nothing to do: `a` appends an event{start_over}."
    return None


def still_alive(snapshot: Snapshot, manager: ManagerView) -> str | None:
    """Its worker needs no other."""
    return only_reading(snapshot, manager) or (None if manager.dead else "Its worker is alive: `x` kills it.")


def fastest(snapshot: Snapshot, manager: ManagerView) -> str | None:
    """It cannot go faster."""
    return only_reading(snapshot, manager) or ("It is at full speed already." if snapshot.speed == SPEEDS[-1] else None)


def slowest(snapshot: Snapshot, manager: ManagerView) -> str | None:
    """It cannot go slower."""
    told = "One phase a second is the slowest; `s` steps by hand." if snapshot.speed == SPEEDS[0] else None
    return only_reading(snapshot, manager) or told


def no_scratch_copy(snapshot: Snapshot, manager: ManagerView) -> str | None:
    """There is no scratch copy to begin anew with."""
    lab = snapshot.mode == "lab"
    return only_reading(snapshot, manager) or (None if lab else "Only a lab on a scratch copy can start over.")


def real_time(snapshot: Snapshot, _: ManagerView) -> str | None:
    """Time goes by itself."""
    return None if snapshot.mode == "lab" else "Only in a lab on a scratch copy can time be moved on."


def no_past(snapshot: Snapshot, _: ManagerView) -> str | None:
    """Nobody remembers how it was."""
    return None if snapshot.mode == "lab" else "Only a lab on a scratch copy remembers its past."


def present_already(snapshot: Snapshot, _: ManagerView) -> str | None:
    """This is the present already."""
    return None if snapshot.past is not None else "This is the present: `[` goes back."


def no_moment(snapshot: Snapshot, _: ManagerView) -> str | None:
    """There is no moment to make the present."""
    if snapshot.mode != "lab":
        return "Only a lab on a scratch copy can be rewound."
    return None if snapshot.past is not None else "This is the present: `[` goes back, then `ctrl+r` rewinds to there."


def only_manager(snapshot: Snapshot, _: ManagerView) -> str | None:
    """There is no other manager."""
    return None if len(snapshot.managers) > 1 else "This app has only one manager."


def no_traceback(_: Snapshot, manager: ManagerView) -> str | None:
    """No handler has failed."""
    failed = manager.failure is not None and manager.failure.traceback
    return None if failed else "There is no traceback: no handler has failed."


# what a second press would do


def kills_live(snapshot: Snapshot, manager: ManagerView) -> str | None:
    """It would kill a worker on live logs."""
    return f"These are the live logs. `x` again kills {manager.name}." if snapshot.mode == "live" else None


def starting_over_loses(snapshot: Snapshot, _: ManagerView) -> str | None:
    """It would throw away what was done."""
    lost = _would_lose(snapshot)
    return f"`R` again throws this away and starts over: {lost}." if lost else None


def tour_loses(snapshot: Snapshot, _: ManagerView) -> str | None:
    """It would throw away what was done, for the tour."""
    lost = _would_lose(snapshot)
    return f"`T` again throws this away and begins the tour: {lost}." if lost else None


def rewinding_loses(snapshot: Snapshot, _: ManagerView) -> str | None:
    """It would throw away what came after the moment that is shown."""
    past = snapshot.past
    return None if past is None else f"`ctrl+r` again rewinds to here and throws away {past.beyond}."


def _would_lose(snapshot: Snapshot) -> str:
    """What starting over would throw away; empty where there is nothing."""
    handled = sum(other.handled for other in snapshot.managers)
    begun = any(in_middle(other) for other in snapshot.managers)
    if not handled and not snapshot.crashes and not begun:
        return ""
    lost = [count(handled, "handled event")] if handled or not snapshot.crashes else []
    if snapshot.crashes:
        lost.append(crashes(snapshot.crashes))
    return " and ".join(lost)
