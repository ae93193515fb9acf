"""A stop at a breakpoint, on a real pseudo-terminal with real workers."""

from collections.abc import Callable

from tests.terminal.terminal import PMTUI, Terminal


def test_the_lab_stops_at_a_breakpoint_that_was_typed_and_keeps_it(open_terminal: Callable[..., Terminal]) -> None:
    terminal = open_terminal(*PMTUI)
    terminal.until("Paused before")
    terminal.press("B")
    terminal.until("None yet")
    terminal.press("orders@3:decided\r")
    screen = terminal.until("orders@3, decided")
    assert "pauses · not hit yet" in screen
    terminal.press("\x1b")
    terminal.until(lambda text: "Breakpoints" not in text)
    terminal.press("+++ ")
    screen = terminal.until("Stopped at breakpoint 1: orders@3, decided")
    assert "◆ decided" in screen
    assert "Decided" in screen
    assert "refunds · waits" in screen
    terminal.press("q")
    assert terminal.ended() == 0

    again = open_terminal(*PMTUI)
    again.until("Paused before")
    again.press("B")
    again.until("orders@3, decided")
    again.press("q")
    again.press("\x1b")
    again.until(lambda text: "Breakpoints" not in text)
    again.press("q")
    assert again.ended() == 0
