"""The file of settings, and what is kept of the screen, with the real program on a real terminal."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.terminal.terminal import PMTUI, Terminal

Open = Callable[..., Terminal]


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    def write(text: str) -> None:
        file = tmp_path / "config" / "pmtui" / "config.toml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    return write


def test_keys_that_were_changed_hold_and_others_do_nothing(
    open_terminal: Open, settings: Callable[[str], None]
) -> None:
    settings('[keymap]\nstep = "V"\nquit = "Q"\n')
    terminal = open_terminal(*PMTUI)
    terminal.until("V reads orders@")
    terminal.press("s", "q", "V")
    terminal.until("Read, not decided.")
    terminal.press("Q")
    assert terminal.ended() == 0


def test_a_broken_file_keeps_nobody_out_and_is_told(open_terminal: Open, settings: Callable[[str], None]) -> None:
    settings('theme = "dark"\ntheme = \n')
    terminal = open_terminal(*PMTUI)
    terminal.until("config.toml:2: is no TOML")
    terminal.press("s")
    terminal.until("Read, not decided.")
    terminal.press("q")
    assert terminal.ended() == 0


def test_the_screen_comes_back_as_it_was_left_unless_it_is_to_forget(
    open_terminal: Open, settings: Callable[[str], None]
) -> None:
    terminal = open_terminal(*PMTUI)
    terminal.until("reads orders@")
    terminal.press("H")
    terminal.until("(orders)")
    terminal.press("q")
    assert terminal.ended() == 0
    again = open_terminal(*PMTUI)
    assert "(orders)" in again.until("reads orders@")
    again.press("q")
    assert again.ended() == 0
    settings("layout.remember = false\n")
    forgetful = open_terminal(*PMTUI)
    assert "(orders)" not in forgetful.until("reads orders@")
    forgetful.press("q")
    assert forgetful.ended() == 0
