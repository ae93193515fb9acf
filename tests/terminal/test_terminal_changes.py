"""What happens to the terminal around the lab: it is resized, and put aside for the shell."""

import shlex
from collections.abc import Callable

from tests.processes import alive, descendants
from tests.terminal.terminal import PMTUI, Terminal, wait_for

SIZES = [(40, 10), (200, 60), (60, 15), (120, 36), (41, 50), (190, 11), (80, 24)]


def test_resizing_draws_the_whole_screen_at_every_size(open_terminal: Callable[..., Terminal]) -> None:
    terminal = open_terminal(*PMTUI)
    terminal.until("reads orders@")
    for columns, rows in SIZES:
        terminal.resize(columns, rows)
        lines = terminal.until(
            lambda text, rows=rows: "shop lab" in text.split("\n")[0] and "? help" in text.split("\n")[rows - 1]
        ).split("\n")
        assert {len(line) for line in lines} == {columns}
        assert sum("shop lab" in line for line in lines) == 1
    terminal.press("s")
    terminal.until("Read, not decided.")


def test_too_small_a_terminal_says_what_it_needs(open_terminal: Callable[..., Terminal]) -> None:
    terminal = open_terminal(*PMTUI, size=(39, 9))
    terminal.until("at least 40×10")
    terminal.resize(80, 24)
    terminal.until("reads orders@")
    terminal.press("s")
    terminal.until("Read, not decided.")


def test_ctrl_z_gives_the_shell_back_and_fg_the_lab(open_terminal: Callable[..., Terminal]) -> None:
    terminal = open_terminal("bash", "--norc", "--noediting", "-i", PS1="shell> ")
    terminal.until("shell> ")
    terminal.press(shlex.join(PMTUI) + "\r")
    terminal.until("reads orders@")
    terminal.press("s")
    terminal.until("Read, not decided.")
    terminal.press("\x1a")
    terminal.until("Stopped")
    terminal.press("echo in the $((1 + 1))nd shell\r")
    terminal.until("in the 2nd shell")
    terminal.resize(120, 36)
    terminal.press("fg\r")
    text = terminal.until(lambda text: "? help" in text.split("\n")[35])
    assert "Read, not decided." in text
    terminal.press("s")
    terminal.until("Decided")
    terminal.press("q")
    terminal.until("shell> ")
    assert wait_for(lambda: not any(alive(pid) for pid in descendants(terminal.pid)))
