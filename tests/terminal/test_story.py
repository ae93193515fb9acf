"""The first five minutes, on a real pseudo-terminal of 80×24."""

import re
from collections.abc import Callable

from tests.terminal.terminal import PMTUI, Terminal


def hints(screen: str) -> str:
    return " ".join(screen.split())


def act(terminal: Terminal) -> None:
    """Step from before an event to after its first action, doing what the line says at each moment."""
    terminal.until(lambda text: re.search(r"\bs reads \w+@\d+", hints(text)) is not None)
    terminal.press("s")
    terminal.until("Read, not decided")
    assert "s asks the handler" in hints(terminal.text())
    terminal.press("s")
    terminal.until("Decided")
    assert "s takes action 1 of 1" in hints(terminal.text())
    terminal.press("s")


def test_a_crash_after_acting_doubles_the_action_and_a_receipt_stops_it(open_terminal: Callable[..., Terminal]) -> None:
    terminal = open_terminal(*PMTUI)
    screen = terminal.until("paused")
    assert re.search(r"receipts\s+off", screen)
    act(terminal)
    screen = terminal.until("Acted, not saved")
    assert "x here repeats the action" in hints(screen)
    assert "s saves" in hints(screen)

    terminal.press("x")
    screen = terminal.until("Killed: acted, not saved")
    assert "r restarts it" in hints(screen)
    assert "will be repeated" in hints(screen)
    assert "1 crash" in screen

    terminal.press("r")
    terminal.until("Restarted, before")
    act(terminal)
    terminal.until("nothing stopped it")
    screen = terminal.until("doubled: ")
    assert "1 doubled" in screen
    twin = re.search(r"doubled: (\w+@\d+) again", screen)
    assert twin is not None, screen
    assert re.search(rf"└ {re.escape(twin[1])}\b.*performed", screen), "the original stands beside it"
    assert "s saves" in hints(screen)

    terminal.press("R")
    terminal.until("R again")
    terminal.press("R")
    terminal.until("0 crashes")
    terminal.press("i")
    terminal.until(lambda text: re.search(r"receipts\s+exact", text) is not None)
    act(terminal)
    screen = terminal.until("Acted, not saved")
    assert "x here repeats nothing" in hints(screen)
    terminal.press("x")
    screen = terminal.until("Killed: acted, not saved")
    assert "its receipt will stop the action" in hints(screen)
    terminal.press("r")
    terminal.until("Restarted, before")
    act(terminal)
    screen = terminal.until("Stopped by its receipt, not saved")
    assert "0 doubled" in screen
    assert "stopped by its receipt" in screen
    terminal.press("s")
    terminal.until("Saved.")
    terminal.press("q")
    assert terminal.ended() == 0
