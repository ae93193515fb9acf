"""`pmtui run` says what happens to its managers while it runs."""

import os
import pty
import signal
import subprocess
import sys

import pytest

APP = """
import os
from pmtui import App, ProcessManager, handles

app = App("shop", contexts=["orders", "payments"])


@app.manager
class Fulfilment(ProcessManager):
    correlate = "order_id"

    @handles("orders", "OrderPlaced", starts=True)
    def place(self, event, state):
        {place}


@app.manager
class Refunds(ProcessManager):
    correlate = "order_id"

    @handles("payments", "Refunded", starts=True)
    def refund(self, event, state):
        pass
"""


@pytest.fixture
def running(tmp_path, log):
    """Start `run` on an app whose one handler does something; log is its orders."""
    started = []

    def start(place: str, *options: str, **more) -> subprocess.Popen[str]:
        (tmp_path / "shop.py").write_text(APP.replace("{place}", place))
        call = [sys.executable, "-m", "pmtui.cli.main", "run", "shop.py", "--data", ".", *options]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | more
        started.append(subprocess.Popen(call, cwd=tmp_path, text=True, **pipes))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.communicate()


def test_a_manager_that_fails_is_told_at_once_and_once_while_the_other_runs_on(running):
    run = running("raise RuntimeError('sold out')")
    assert run.stderr.readline().startswith("fulfilment failed: orders@1: RuntimeError: sold out (")
    assert run.poll() is None
    run.send_signal(signal.SIGTERM)
    out, err = run.communicate(timeout=20)
    assert run.returncode == 1
    assert err == ""
    assert [line.split(";")[0] for line in out.splitlines()] == ["fulfilment: failed", "refunds: stopped"]


def test_a_worker_that_dies_is_told_with_what_is_done_about_it(running):
    run = running("event.position == 2 and os._exit(7)")
    for _ in range(2):
        assert run.stderr.readline() == "fulfilment killed: its worker exited with code 7; starting another one\n"


def test_a_worker_that_is_left_dead_is_told_so(running):
    run = running("os.kill(os.getpid(), 9)", "--no-restart", "--until-idle", "--json")
    out, err = run.communicate(timeout=20)
    assert run.returncode == 1
    assert out.count("\n") == 1
    assert err == "fulfilment killed: its worker died of signal 9\n"


def test_a_handler_that_exits_as_a_worker_does_is_no_clean_end(running):
    out, err = running("os._exit(0)", "--no-restart", "--until-idle").communicate(timeout=20)
    assert "fulfilment: killed" in out
    assert err == "fulfilment killed: its worker exited with code 0\n"


def test_on_a_terminal_it_says_that_it_runs(running):
    screen, terminal = pty.openpty()
    with os.fdopen(screen, "rb", 0) as seen:
        run = running("pass", stderr=terminal)
        os.close(terminal)
        assert seen.readline() == b"running fulfilment, refunds; ctrl+c ends it\r\n"
        run.send_signal(signal.SIGINT)
        assert run.wait(20) == 0
