"""Every way in and out: the session is made, and closed, and faults are told."""

import asyncio
import os
import pty
import signal
import subprocess
import sys
from pathlib import Path

import pexpect
import pytest
from fake import FakeSession
from textual.worker import WorkerFailed

from pmtui.model.errors import InputError
from pmtui.tui.app import PmtuiApp

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("key", ["q", "ctrl+c", "ctrl+q"])
async def test_leaving_closes_the_session_and_never_asks(show, key):
    session = FakeSession()
    async with show(session) as shown:
        await shown.pilot.press(key)
        await shown.pilot.pause()
    assert session.closed
    assert shown.app.return_code == 0


async def test_ctrl_c_leaves_from_a_field_too(show):
    session = FakeSession()
    async with show(session) as shown:
        await shown.press("a")
        await shown.pilot.press("ctrl+c")
        await shown.pilot.pause()
        assert not shown.app.is_running or shown.app._exit
    assert session.closed


async def test_the_start_shows_progress_until_the_session_is_there(show):
    ready = asyncio.Event()
    session = FakeSession()

    async def slow(progress):
        progress("copying [orders] …")
        await ready.wait()
        return session

    async with show(session, make=slow) as shown:
        await shown.until(lambda: "copying [orders] …" in shown.text())
        ready.set()
        await shown.until(lambda: "shop lab" in shown.text())


async def test_leaving_during_the_start_takes_it_back(show):
    taken_back = []

    async def slow(progress):
        try:
            await asyncio.sleep(60)
        finally:
            taken_back.append(True)

    async with show(make=slow) as shown:
        await shown.pilot.pause()
        await shown.pilot.press("q")
        await shown.pilot.pause()
    assert taken_back


async def test_a_session_that_cannot_be_made_ends_the_screen_with_its_line(show):
    async def refusing(progress):
        raise InputError("orders.jsonl, line 3: no position")

    async with show(make=refusing) as shown:
        await shown.until(lambda: shown.app.fault is not None)
    assert str(shown.app.fault) == "orders.jsonl, line 3: no position"
    assert shown.app.return_code == 1


async def test_a_session_that_breaks_later_ends_the_screen_with_its_line(show):
    session = FakeSession()

    async def broken(after):
        raise InputError("the scratch copy is gone")

    async with show(session) as shown:
        session.changed = broken
        session.touch()
        await shown.until(lambda: shown.app.fault is not None)
    assert session.closed


async def test_an_unexpected_fault_never_exits_with_0():
    async def wrong(progress):
        raise RuntimeError("a bug")

    app = PmtuiApp(wrong)
    with pytest.raises(WorkerFailed, match="a bug"):
        async with app.run_test() as pilot:
            await pilot.pause(0.2)
    assert app.return_code == 1


def spawn(state: str = "start") -> pexpect.spawn:
    child = pexpect.spawn(
        sys.executable,
        ["-m", "tests.tui.fake", state],
        cwd=ROOT,
        dimensions=(24, 80),
        env={**os.environ, "TERM": "xterm-256color"},
        timeout=15,
    )
    child.expect("receipts")
    return child


def test_q_restores_the_terminal():
    child = spawn()
    child.send("q")
    child.expect(pexpect.EOF)
    assert b"\x1b[?1049l" in child.before
    child.close()
    assert child.exitstatus == 0


def test_sigterm_ends_it_cleanly():
    child = spawn()
    child.kill(signal.SIGTERM)
    child.expect(pexpect.EOF)
    assert b"\x1b[?1049l" in child.before
    child.close()
    assert child.exitstatus == 128 + signal.SIGTERM


def test_a_hangup_ends_it_cleanly():
    child = spawn()
    child.kill(signal.SIGHUP)
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 128 + signal.SIGHUP


@pytest.mark.parametrize("controlling", [True, False])
def test_a_closed_terminal_ends_it_soon(controlling):
    """The terminal that controls it sends a signal when it goes; any other just goes."""
    terminal, end = pty.openpty()
    take = "import fcntl, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0);" if controlling else ""
    command = f"import runpy; {take} runpy.run_module('tests.tui.fake', run_name='__main__')"
    child = subprocess.Popen(
        [sys.executable, "-c", command], cwd=ROOT, stdin=end, stdout=end, stderr=end, start_new_session=True
    )
    os.close(end)
    seen = b""
    while b"receipts" not in seen:
        seen += os.read(terminal, 65536)
    os.close(terminal)
    try:
        assert child.wait(10) in (1, 128 + signal.SIGHUP)
    finally:
        child.kill()
        child.wait()
