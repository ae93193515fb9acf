"""The tour on a real pseudo-terminal of 80×24, by the keys that stand on the screen."""

import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.processes import alive, descendants
from tests.terminal.terminal import PMTUI, Terminal, wait_for

PRESSES = 60


def asked(screen: str) -> str:
    """The line in the panel that says what to press: a key, and what it does."""
    return screen.splitlines()[-2].strip()


def step(screen: str) -> str:
    found = re.search(r"tour · step (\d+) of 10   (.+?)  ", screen)
    return found[0] if found else ""


def strip(screen: str) -> str:
    """All but ages, which change by themselves."""
    return re.sub(r"SIGKILL.*", "", screen)


def test_the_whole_tour_by_the_keys_it_names(open_terminal: Callable[..., Terminal]) -> None:
    terminal = open_terminal(*PMTUI, "tour")
    terminal.until("step 1 of 10")
    steps: list[str] = []
    for _ in range(PRESSES):
        screen = terminal.until(lambda text: "Done" in text or (asked(text)[:1].isprintable() and step(text)))
        if re.search(r"step 10 of 10   Done", screen):
            break
        if step(screen) not in steps:
            steps.append(step(screen))
        before = strip(screen)
        terminal.press(asked(screen).split(" ")[0])
        terminal.until(lambda text, before=before: strip(text) != before and bool(step(text)) and settled(terminal))
    assert len(steps) == 10
    screen = " ".join(terminal.text().split())
    assert "Receipts off: violated." in screen
    assert "Receipts exact: holds" in screen
    terminal.press("T")
    terminal.until("handled → actions")
    terminal.press("q")
    assert terminal.ended() == 0


def settled(terminal: Terminal) -> bool:
    """Whether the screen has come to rest: the same twice, and nothing is on its way."""
    before = strip(terminal.text())
    terminal.read(0.4)
    text = strip(terminal.text())
    return text == before and not re.search("starting|Starting|Reading what|is looking", text)


def test_it_is_offered_on_the_first_start_and_never_again_once_declined(
    open_terminal: Callable[..., Terminal], tmp_path: Path
) -> None:
    terminal = open_terminal(*PMTUI)
    terminal.until("T takes the tour")
    terminal.press("q")
    assert terminal.ended() == 0
    terminal = open_terminal(*PMTUI)
    terminal.until("T takes the tour")
    terminal.press(">")
    terminal.until(lambda text: "T takes the tour" not in text)
    terminal.press("q")
    assert terminal.ended() == 0
    terminal = open_terminal(*PMTUI)
    assert "tour" not in terminal.until("Paused before orders@1")
    terminal.press("q")
    assert terminal.ended() == 0


@pytest.mark.parametrize("seconds", [0.0, 0.1, 0.3])
def test_leaving_while_the_next_lab_is_opened_leaves_nothing_behind(
    open_terminal: Callable[..., Terminal], tmp_path: Path, seconds: float
) -> None:
    terminal = open_terminal(*PMTUI, "tour")
    terminal.until("step 1 of 10")
    terminal.press(">")
    time.sleep(seconds)
    started = descendants(terminal.pid)
    terminal.press("q")
    assert terminal.ended() == 0
    assert list((tmp_path / "cache" / "pmtui" / "labs").iterdir()) == []
    assert wait_for(lambda: not any(alive(pid) for pid in started))
