"""The one registry of what keys do: it feeds bindings, footer, help and palette."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from pmtui.tui.layout import FEW_MANAGERS
from pmtui.view.snapshot import SPEEDS, ManagerView, Snapshot

Group = Literal["Stepping", "Crashing", "The lab", "Time", "Looking", "Looking closely", "The tour", "The screen"]
Place = Literal["main", "inspector"]
Reason = Callable[[Snapshot, ManagerView], str | None]


def always(snapshot: Snapshot, manager: ManagerView) -> str | None:
    """The reason of what always works: none."""
    del snapshot, manager
    return None


@dataclass(frozen=True, slots=True)
class Action:
    """Something that a person can have done.

    Attributes:
        id: the name of its binding, for a keymap, under which `screens.commands` does it.
        keys: as Textual names them, with the aliases that other keyboards send; none: in the palette only.
        key: as people see it.
        words: for the footer.
        help: one sentence for help and palette.
        why_not: why it would do nothing now, as a sentence; None if it does something.
        confirm: what a second press would throw away; None if there is nothing to ask.
        places: the screens on which it is there.
    """

    id: str
    keys: tuple[str, ...]
    key: str
    words: str
    help: str
    group: Group
    why_not: Reason = always
    confirm: Reason = always
    places: tuple[Place, ...] = ("main",)


def _dead(manager: ManagerView) -> str | None:
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


def _reading(snapshot: Snapshot) -> str | None:
    if snapshot.past is not None:
        return "The past cannot be changed: L goes back to the present, ctrl+r makes this the present."
    told = "Watching only reads: pmtui lab steps and crashes on a copy."
    return told if snapshot.mode == "watch" else None


def _in_middle(manager: ManagerView) -> bool:
    turn = manager.turn
    return turn is not None and bool(turn.point) and any(step.state == "todo" for step in turn.steps)


def dry(manager: ManagerView) -> bool:
    """Whether it has nothing to do: no event in the middle, none above its cursors."""
    return not _in_middle(manager) and not manager.to_do


def _step(snapshot: Snapshot, manager: ManagerView) -> str | None:
    if why := _reading(snapshot) or _dead(manager):
        return why
    if manager.state != "paused":
        return "It goes on by itself: `space` pauses it."
    if dry(manager) and manager.next_timer is None:
        return "There is nothing to do: `a` appends an event, `R` starts over."
    return None


def _go_on(snapshot: Snapshot, manager: ManagerView) -> str | None:
    return _reading(snapshot) or _dead(manager)


def _crash(snapshot: Snapshot, manager: ManagerView) -> str | None:
    return _reading(snapshot) or _dead(manager)


def _crash_live(snapshot: Snapshot, manager: ManagerView) -> str | None:
    return f"These are the live logs. `x` again kills {manager.name}." if snapshot.mode == "live" else None


def _crash_at(snapshot: Snapshot, _: ManagerView) -> str | None:
    return _reading(snapshot)


def _restart(snapshot: Snapshot, manager: ManagerView) -> str | None:
    if manager.state in ("killed", "failed", "stopped"):
        return _reading(snapshot)
    return _reading(snapshot) or "Its worker is alive: `x` kills it."


def _start_over(snapshot: Snapshot, _: ManagerView) -> str | None:
    return _reading(snapshot) or (None if snapshot.mode == "lab" else "Only a lab on a scratch copy can start over.")


def _start_over_loses(snapshot: Snapshot, _: ManagerView) -> str | None:
    lost = _would_lose(snapshot)
    return f"`R` again throws this away and starts over: {lost}." if lost else None


def _tour_loses(snapshot: Snapshot, _: ManagerView) -> str | None:
    lost = _would_lose(snapshot)
    return f"`T` again throws this away and begins the tour: {lost}." if lost else None


def _would_lose(snapshot: Snapshot) -> str:
    """What starting over would throw away; empty where there is nothing."""
    handled = sum(other.handled for other in snapshot.managers)
    begun = any(_in_middle(other) for other in snapshot.managers)
    if not handled and not snapshot.crashes and not begun:
        return ""
    lost = [f"{handled:,} handled event" + "s" * (handled != 1)] if handled or not snapshot.crashes else []
    if snapshot.crashes:
        lost.append(f"{snapshot.crashes:,} crash" + "es" * (snapshot.crashes != 1))
    return " and ".join(lost)


def _writes(snapshot: Snapshot, _: ManagerView) -> str | None:
    return _reading(snapshot)


def _clock(snapshot: Snapshot, _: ManagerView) -> str | None:
    return None if snapshot.mode == "lab" else "Only in a lab on a scratch copy can time be moved on."


def _faster(snapshot: Snapshot, _: ManagerView) -> str | None:
    return _reading(snapshot) or ("It is at full speed already." if snapshot.speed == SPEEDS[-1] else None)


def _slower(snapshot: Snapshot, _: ManagerView) -> str | None:
    slowest = "One phase a second is the slowest; `s` steps by hand." if snapshot.speed == SPEEDS[0] else None
    return _reading(snapshot) or slowest


def _next_manager(snapshot: Snapshot, _: ManagerView) -> str | None:
    return None if len(snapshot.managers) > 1 else "This app has only one manager."


def _travel(snapshot: Snapshot, _: ManagerView) -> str | None:
    return None if snapshot.mode == "lab" else "Only a lab on a scratch copy remembers its past."


def _live(snapshot: Snapshot, _: ManagerView) -> str | None:
    return None if snapshot.past is not None else "This is the present: [ goes back."


def _rewind(snapshot: Snapshot, _: ManagerView) -> str | None:
    if snapshot.mode != "lab":
        return "Only a lab on a scratch copy can be rewound."
    return None if snapshot.past is not None else "This is the present: [ goes back, then ctrl+r rewinds to there."


def _rewind_loses(snapshot: Snapshot, _: ManagerView) -> str | None:
    past = snapshot.past
    return None if past is None else f"ctrl+r again rewinds to here and throws away {past.beyond}."


def _traceback(_: Snapshot, manager: ManagerView) -> str | None:
    failed = manager.failure is not None and manager.failure.traceback
    return None if failed else "There is no traceback: no handler has failed."


_BOTH: tuple[Place, ...] = ("main", "inspector")
_CLOSE: tuple[Place, ...] = ("inspector",)

ACTIONS: tuple[Action, ...] = (
    Action("pause", ("space",), "space", "go on", "Pause the selected manager, or let it go on.", "Stepping", _go_on),
    Action("step", ("s",), "s", "step", "Take one phase; with nothing to do, go to the timer.", "Stepping", _step),
    Action("step_event", ("e",), "e", "whole event", "Go on to the end of the event.", "Stepping", _step),
    Action("faster", ("plus", "shift+equals_sign"), "+", "faster", "Go faster: up to full speed.", "Stepping", _faster),
    Action("slower", ("minus",), "-", "slower", "Go slower: down to one phase a second.", "Stepping", _slower),
    Action("breakpoint", ("b",), "b", "breakpoint", "Stop at what is chosen, or no more.", "Stepping", _writes),
    Action("breakpoints", ("B", "shift+b"), "B", "breakpoints", "List, add and remove them.", "Stepping", _writes),
    Action("crash", ("x",), "x", "crash now", "Kill its worker, with SIGKILL.", "Crashing", _crash, _crash_live),
    Action(
        "crash_at",
        ("X", "shift+x"),
        "X",
        "crash at…",
        "Choose the point where its worker dies.",
        "Crashing",
        _crash_at,
    ),
    Action("restart", ("r",), "r", "restart", "Start a new worker, with the code as it is now.", "Crashing", _restart),
    Action("traceback", ("E", "shift+e"), "E", "traceback", "Show where a handler failed.", "Crashing", _traceback),
    Action("receipts", ("i",), "i", "receipts", "Switch receipts: off, exact, high-water.", "The lab", _writes),
    Action("append", ("a",), "a", "append", "Append an event from outside.", "The lab", _writes),
    Action("duplicate", (), "", "duplicate", "Append another event like the chosen one.", "The lab", _writes),
    Action("deliver_again", (), "", "deliver again", "Append the chosen event again, same id.", "The lab", _writes),
    Action("advance", (), "", "advance the clock", "Move the lab's time on, by 30m or so.", "The lab", _clock),
    Action(
        "start_over",
        ("R", "shift+r"),
        "R",
        "start over",
        "Throw the scratch copy away and begin anew.",
        "The lab",
        _start_over,
        _start_over_loses,
    ),
    Action(
        "earlier",
        ("left_square_bracket", "comma"),
        "[ ,",
        "back in time",
        "As it was an event before; a larger turn is one step.",
        "Time",
        _travel,
    ),
    Action(
        "later",
        ("right_square_bracket", "full_stop"),
        "] .",
        "forward",
        "As it was an event later; at last, the present.",
        "Time",
        _travel,
    ),
    Action(
        "earlier_mark",
        ("left_curly_bracket",),
        "{",
        "trouble before",
        "Back to a crash, a failure or a repeated action.",
        "Time",
        _travel,
    ),
    Action(
        "later_mark",
        ("right_curly_bracket",),
        "}",
        "next trouble",
        "On to a crash, a failure or a repeated action.",
        "Time",
        _travel,
    ),
    Action(
        "travel_to",
        ("t",),
        "t",
        "go to event",
        "As it was after an event (orders@3), or at a time.",
        "Time",
        _travel,
    ),
    Action("live", ("L", "shift+l"), "L", "live", "Back to the present.", "Time", _live),
    Action(
        "rewind",
        ("ctrl+r",),
        "ctrl+r",
        "rewind",
        "Make the moment that is shown the present.",
        "Time",
        _rewind,
        _rewind_loses,
    ),
    Action("next_manager", ("m",), "m", "manager", "Select the next manager.", "Looking", _next_manager),
    Action("next_pane", ("tab",), "tab", "pane", "Move to the next pane.", "Looking"),
    Action("previous_pane", ("shift+tab",), "shift+tab", "back", "Move to the pane before.", "Looking"),
    Action("pane", tuple("123456789"), "1–9", "pane", "Move to a pane by number; the last is the journal.", "Looking"),
    Action("down", ("j", "down"), "j ↓", "down", "Choose the line below.", "Looking", places=_BOTH),
    Action("up", ("k", "up"), "k ↑", "up", "Choose the line above.", "Looking", places=_BOTH),
    Action(
        "page_down",
        ("pagedown", "ctrl+f", "ctrl+d"),
        "PgDn",
        "page down",
        "Scroll down a page.",
        "Looking",
        places=_BOTH,
    ),
    Action("page_up", ("pageup", "ctrl+b", "ctrl+u"), "PgUp", "page up", "Scroll up a page.", "Looking", places=_BOTH),
    Action("top", ("g", "home"), "g", "oldest", "Show the oldest.", "Looking", places=_BOTH),
    Action("bottom", ("G", "shift+g", "end"), "G", "newest", "Show the newest.", "Looking", places=_BOTH),
    Action("follow", ("F", "shift+f"), "F", "follow", "Follow the event in hand, or stay.", "Looking"),
    Action("diagram", ("d",), "d", "diagram", "Draw what led to what, lane by lane; again closes it.", "Looking"),
    Action("export", ("S", "shift+s"), "S", "save as SVG", "Save the diagram as a picture.", "Looking"),
    Action("only", ("o",), "o", "only this one", "Let one correlation id stand out, or all again.", "Looking"),
    Action("managers", ("0",), "0", "managers", "Show all managers in a table; again goes back.", "Looking"),
    Action("panes", ("p",), "p", "panes", "Choose which panes are shown.", "Looking"),
    Action("hide", ("H", "shift+h"), "H", "hide", "Hide the pane.", "Looking"),
    Action("more_journal", ("right_parenthesis",), ")", "larger", "Give the journal more room.", "Looking"),
    Action("less_journal", ("left_parenthesis",), "(", "smaller", "Give the journal less room.", "Looking"),
    Action("zoom", ("z",), "z", "maximise", "Give the pane the whole screen, or back.", "Looking"),
    Action(
        "inspect",
        ("enter",),
        "enter",
        "look closely",
        "Look closely at what is chosen; follow its link.",
        "Looking closely",
        places=_BOTH,
    ),
    Action(
        "copy",
        ("y",),
        "y",
        "copy",
        "Copy what is chosen, over SSH too (OSC 52).",
        "Looking closely",
        places=_BOTH,
    ),
    Action(
        "copy_all",
        ("Y", "shift+y"),
        "Y",
        "copy all",
        "Copy all of it; an event as a CloudEvent.",
        "Looking closely",
        places=_CLOSE,
    ),
    Action(
        "back",
        ("escape", "backspace"),
        "esc",
        "back",
        "Back; close the diagram; show everything again.",
        "Looking closely",
        places=_BOTH,
    ),
    Action(
        "unfold",
        ("l", "right"),
        "l →",
        "unfold",
        "Unfold; in the diagram, lanes further right.",
        "Looking closely",
        places=_BOTH,
    ),
    Action(
        "fold",
        ("h", "left"),
        "h ←",
        "fold",
        "Fold; in the diagram, lanes further left.",
        "Looking closely",
        places=_BOTH,
    ),
    Action(
        "find",
        ("slash",),
        "/",
        "find",
        "Find: filters the pane; there, in folded lines too.",
        "Looking closely",
        places=_BOTH,
    ),
    Action("next_match", ("n",), "n", "next", "Go to the next match.", "Looking closely", places=_BOTH),
    Action(
        "previous_match", ("N", "shift+n"), "N", "previous", "Go to the match before.", "Looking closely", places=_BOTH
    ),
    Action(
        "tour",
        ("T", "shift+t"),
        "T",
        "tour",
        "Begin the guided tour, or leave it.",
        "The tour",
        confirm=_tour_loses,
    ),
    Action("tour_back", ("less_than_sign",), "<", "back", "On the tour: back to the step before.", "The tour"),
    Action("tour_skip", ("greater_than_sign",), ">", "skip", "On the tour: on to the next step.", "The tour"),
    Action("prove", ("P", "shift+p"), "P", "prove", "On the tour: let the explorer look.", "The tour"),
    Action(
        "theme", (), "", "dark or light", "Switch between the dark and the light theme.", "The screen", places=_BOTH
    ),
    Action("palette", ("ctrl+p",), "ctrl+p", "palette", "Find an action by its name.", "The screen", places=_BOTH),
    Action("help", ("question_mark", "f1"), "?", "help", "Show all keys.", "The screen", places=_BOTH),
    Action(
        "save_screen",
        ("ctrl+s",),
        "ctrl+s",
        "save screen",
        "Save the screen as SVG in the working directory.",
        "The screen",
        places=_BOTH,
    ),
    Action("suspend", ("ctrl+z",), "ctrl+z", "suspend", "Back to the shell; fg returns.", "The screen", places=_BOTH),
    Action("quit", ("q", "ctrl+c"), "q", "quit", "Leave; never asks.", "The screen", places=_BOTH),
)
BY_ID = {action.id: action for action in ACTIONS}
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
