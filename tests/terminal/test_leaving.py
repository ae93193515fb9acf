"""However the lab ends, it leaves no process, no scratch folder, and the terminal as it was."""

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.processes import alive, descendants
from tests.terminal.terminal import PMTUI, Terminal, wait_for


def labs(home: Path) -> list[Path]:
    return list((home / "cache" / "pmtui" / "labs").glob("lab-*"))


def opened(open_terminal: Callable[..., Terminal]) -> tuple[Terminal, list[int]]:
    terminal = open_terminal(*PMTUI)
    terminal.until("reads orders@")
    workers = descendants(terminal.pid)
    assert workers
    return terminal, workers


def test_quitting_leaves_nothing_and_restores_the_terminal(
    open_terminal: Callable[..., Terminal], tmp_path: Path
) -> None:
    terminal, workers = opened(open_terminal)
    terminal.press("q")
    assert terminal.ended() == 0
    assert not any(alive(pid) for pid in workers)
    assert labs(tmp_path) == []
    assert terminal.raw.rfind(b"\x1b[?1049l") > terminal.raw.rfind(b"\x1b[?1049h")
    assert terminal.raw.rfind(b"\x1b[?25h") > terminal.raw.rfind(b"\x1b[?25l")


def test_ctrl_c_leaves_nothing(open_terminal: Callable[..., Terminal], tmp_path: Path) -> None:
    terminal, workers = opened(open_terminal)
    terminal.press("\x03")
    terminal.ended()
    assert not any(alive(pid) for pid in workers)
    assert labs(tmp_path) == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_leaves_nothing(
    number: signal.Signals, open_terminal: Callable[..., Terminal], tmp_path: Path
) -> None:
    terminal, workers = opened(open_terminal)
    os.kill(terminal.pid, number)
    terminal.ended()
    assert not any(alive(pid) for pid in workers)
    assert labs(tmp_path) == []
    assert terminal.raw.rfind(b"\x1b[?1049l") > terminal.raw.rfind(b"\x1b[?1049h")


def test_a_closed_terminal_leaves_nothing(open_terminal: Callable[..., Terminal], tmp_path: Path) -> None:
    terminal, workers = opened(open_terminal)
    pid = terminal.pid
    terminal.hang_up()
    assert wait_for(lambda: not any(alive(each) for each in (*workers, pid)))
    assert wait_for(lambda: labs(tmp_path) == [])


def test_after_a_sigkill_the_workers_end_and_the_next_start_sweeps(
    open_terminal: Callable[..., Terminal], tmp_path: Path
) -> None:
    terminal, workers = opened(open_terminal)
    left = labs(tmp_path)
    assert len(left) == 1
    os.kill(terminal.pid, signal.SIGKILL)
    assert wait_for(lambda: not any(alive(pid) for pid in workers))
    assert left[0].exists()
    again, _ = opened(open_terminal)
    assert not left[0].exists()
    again.press("q")
    again.ended()
