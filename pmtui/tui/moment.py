"""What the footer offers: the keys that are worth a place now."""

from pmtui.tui.actions import BY_ID, Action
from pmtui.tui.layout import FEW_MANAGERS
from pmtui.tui.reasons import dry
from pmtui.view.snapshot import ManagerView, Snapshot

ALWAYS = (BY_ID["help"], BY_ID["quit"])


def for_the_moment(snapshot: Snapshot, manager: ManagerView | None) -> tuple[Action, ...]:
    """The at most four actions that are worth a place in the footer now, the most likely first."""
    if manager is None or snapshot.mode == "watch":
        ids = ["next_manager", "next_pane", "diagram", "zoom"]
    elif snapshot.past is not None:
        ids = ["earlier", "later", "live", "rewind"]
    elif manager.state == "killed":
        ids = ["restart", "receipts", "crash_at", "start_over"]
    elif manager.state in ("failed", "stopped"):
        ids = ["restart", "traceback", "start_over", "next_manager"]
    elif manager.state == "paused" and not dry(manager):
        ids = ["step", "step_event", "crash", "pause"]
    elif manager.state == "paused" and manager.next_timer is not None:
        ids = ["step", "append", "start_over", "next_manager"]
    elif manager.state in ("paused", "idle"):
        ids = ["append", "start_over", "receipts", "next_manager"]
    else:
        ids = ["pause", "crash", "slower", "faster"]
    if len(snapshot.managers) > FEW_MANAGERS:
        ids = ["managers" if name == "next_manager" else name for name in ids]
    actions = [BY_ID[name] for name in ids]
    if manager is not None:
        actions = [action for action in actions if action.why_not(snapshot, manager) is None]
    return tuple(_worded(action, manager) for action in actions)


def _worded(action: Action, manager: ManagerView | None) -> Action:
    """`space` pauses what runs; everywhere else its words are `go on`."""
    if action.id == "pause" and manager is not None and manager.state in ("running", "idle"):
        return _PAUSE
    return action


_PAUSE = Action("pause", (), "space", "pause", "", "Stepping")
