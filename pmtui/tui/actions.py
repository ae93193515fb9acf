"""The one registry of what keys do: it feeds bindings, footer, help and palette."""

from dataclasses import dataclass
from typing import Literal

from pmtui.tui.reasons import (
    Reason,
    fastest,
    kills_live,
    never,
    no_moment,
    no_past,
    no_scratch_copy,
    no_traceback,
    no_worker,
    not_stepping,
    only_manager,
    only_reading,
    present_already,
    real_time,
    rewinding_loses,
    slowest,
    starting_over_loses,
    still_alive,
    tour_loses,
)

Group = Literal["Stepping", "Crashing", "The lab", "Time", "Looking", "Looking closely", "The tour", "The screen"]
Place = Literal["main", "inspector"]


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
    why_not: Reason = never
    confirm: Reason = never
    places: tuple[Place, ...] = ("main",)


_BOTH: tuple[Place, ...] = ("main", "inspector")
_CLOSE: tuple[Place, ...] = ("inspector",)

ACTIONS: tuple[Action, ...] = (
    Action(
        "pause", ("space",), "space", "go on", "Pause the selected manager, or let it go on.", "Stepping", no_worker
    ),
    Action(
        "step", ("s",), "s", "step", "Take one phase; with nothing to do, go to the timer.", "Stepping", not_stepping
    ),
    Action("step_event", ("e",), "e", "whole event", "Go on to the end of the event.", "Stepping", not_stepping),
    Action("faster", ("plus", "shift+equals_sign"), "+", "faster", "Go faster: up to full speed.", "Stepping", fastest),
    Action("slower", ("minus",), "-", "slower", "Go slower: down to one phase a second.", "Stepping", slowest),
    Action("breakpoint", ("b",), "b", "breakpoint", "Stop at what is chosen, or no more.", "Stepping", only_reading),
    Action("breakpoints", ("B", "shift+b"), "B", "breakpoints", "List, add and remove them.", "Stepping", only_reading),
    Action("crash", ("x",), "x", "crash now", "Kill its worker, with SIGKILL.", "Crashing", no_worker, kills_live),
    Action(
        "crash_at",
        ("X", "shift+x"),
        "X",
        "crash at…",
        "Choose the point where its worker dies.",
        "Crashing",
        only_reading,
    ),
    Action(
        "restart", ("r",), "r", "restart", "Start a new worker, with the code as it is now.", "Crashing", still_alive
    ),
    Action("traceback", ("E", "shift+e"), "E", "traceback", "Show where a handler failed.", "Crashing", no_traceback),
    Action("receipts", ("i",), "i", "receipts", "Switch receipts: off, exact, high-water.", "The lab", only_reading),
    Action("append", ("a",), "a", "append", "Append an event from outside.", "The lab", only_reading),
    Action("duplicate", (), "", "duplicate", "Append another event like the chosen one.", "The lab", only_reading),
    Action(
        "deliver_again", (), "", "deliver again", "Append the chosen event again, same id.", "The lab", only_reading
    ),
    Action("advance", (), "", "advance the clock", "Move the lab's time on, by 30m or so.", "The lab", real_time),
    Action(
        "start_over",
        ("R", "shift+r"),
        "R",
        "start over",
        "Throw the scratch copy away and begin anew.",
        "The lab",
        no_scratch_copy,
        starting_over_loses,
    ),
    Action(
        "earlier",
        ("left_square_bracket", "comma"),
        "[ ,",
        "back in time",
        "As it was an event before; a larger turn is one step.",
        "Time",
        no_past,
    ),
    Action(
        "later",
        ("right_square_bracket", "full_stop"),
        "] .",
        "forward",
        "As it was an event later; at last, the present.",
        "Time",
        no_past,
    ),
    Action(
        "earlier_mark",
        ("left_curly_bracket",),
        "{",
        "trouble before",
        "Back to a crash, a failure or a repeated action.",
        "Time",
        no_past,
    ),
    Action(
        "later_mark",
        ("right_curly_bracket",),
        "}",
        "next trouble",
        "On to a crash, a failure or a repeated action.",
        "Time",
        no_past,
    ),
    Action(
        "travel_to", ("t",), "t", "go to event", "As it was after an event (orders@3), or at a time.", "Time", no_past
    ),
    Action("live", ("L", "shift+l"), "L", "live", "Back to the present.", "Time", present_already),
    Action(
        "rewind",
        ("ctrl+r",),
        "ctrl+r",
        "rewind",
        "Make what is shown the present; breakpoints stay.",
        "Time",
        no_moment,
        rewinding_loses,
    ),
    Action("next_manager", ("m",), "m", "manager", "Select the next manager.", "Looking", only_manager),
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
        "Look closely; follow a link; in the diagram, go to it.",
        "Looking closely",
        places=_BOTH,
    ),
    Action("copy", ("y",), "y", "copy", "Copy what is chosen, over SSH too (OSC 52).", "Looking closely", places=_BOTH),
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
        "tour", ("T", "shift+t"), "T", "tour", "Begin the guided tour, or leave it.", "The tour", confirm=tour_loses
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
