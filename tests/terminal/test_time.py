"""A crash, back in time, and another crash in its place, on a real pseudo-terminal."""

from collections.abc import Callable

from tests.terminal.terminal import PMTUI, Terminal
from tests.terminal.test_story import act

CTRL_R = "\x12"


def test_a_crash_is_rewound_and_another_one_tried(open_terminal: Callable[..., Terminal]) -> None:
    terminal = open_terminal(*PMTUI)
    act(terminal)
    terminal.until("Acted, not saved")
    terminal.press("x")
    terminal.until("Killed: acted, not saved")
    terminal.press("r")
    act(terminal)
    terminal.until("nothing stopped it")
    terminal.press("s")
    terminal.until("Saved.")
    assert "1 doubled" in terminal.text()

    terminal.press("[")
    terminal.until("NOT LIVE at the beginning")
    screen = terminal.until("nothing handled yet")  # the panes read what the header says already
    assert "0 of 1 events" in screen
    assert "0 doubled" in screen
    terminal.press("x")
    terminal.until("The past cannot be changed")
    terminal.press("]")
    terminal.until("NOT LIVE after orders@1")
    assert "1 doubled" in terminal.text()
    terminal.press("{")
    terminal.until("No crash and no doubled action before this")
    terminal.press("[")
    terminal.until("NOT LIVE at the beginning")

    terminal.press(CTRL_R)
    terminal.until("throws away 1 handled event and 1 crash")
    terminal.press(CTRL_R)
    screen = terminal.until(lambda text: "Paused before orders@1" in text and "NOT LIVE" not in text)
    assert "0 crashes" in screen
    assert "0 doubled" in screen

    terminal.press("s")
    terminal.until("Read, not decided")
    terminal.press("x")
    screen = terminal.until("Killed before it acted")
    assert "1 crash" in screen
    terminal.press("r")
    act(terminal)
    terminal.until("Acted, not saved")
    terminal.press("s")
    screen = terminal.until("Saved.")
    assert "0 doubled" in screen
    terminal.press("q")
    assert terminal.ended() == 0
