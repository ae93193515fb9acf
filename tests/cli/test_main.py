"""The way in: help, errors, exit codes."""

import importlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pmtui.cli import main as cli


def test_help_lists_every_command_and_says_what_the_command_itself_says(pmtui):
    code, out, err = pmtui("--help")
    assert (code, err) == (0, "")
    for name in cli.COMMANDS:
        assert f"  {name}" in out


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_the_line_in_the_list_of_commands_is_the_command_s_own(name):
    module, line = cli.COMMANDS[name]
    command = importlib.import_module(f"pmtui.cli.{module}").command
    assert command.help.startswith(line)


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_every_command_has_help(pmtui, name):
    code, out, _ = pmtui(name, "--help")
    assert code == 0
    assert out.startswith(f"Usage: pmtui {name}")


def loaded(*arguments, cwd):
    """What a fresh process has imported by the end of a command."""
    code = (
        "import sys, atexit\n"
        "atexit.register(lambda: sys.stderr.write('\\n'.join(sys.modules)))\n"
        f"sys.argv = ['pmtui', *{list(map(str, arguments))!r}]\n"
        "from pmtui.cli.main import main\n"
        "main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=cwd, timeout=30, check=False
    )
    return done.returncode, set(done.stderr.split("\n"))


@pytest.mark.parametrize("name", ["", "tail", "export", "import", "append", "new"])
def test_help_and_the_commands_on_a_log_import_no_textual_and_no_asyncio(name, tmp_path):
    code, modules = loaded(*filter(None, [name, "--help"]), cwd=tmp_path)
    assert code == 0
    assert "pmtui.cli.main" in modules
    assert modules.isdisjoint({"textual", "rich", "asyncio", "aiosqlite"})


def test_tail_imports_no_textual_and_no_asyncio(log, tmp_path):
    code, modules = loaded("tail", log, cwd=tmp_path)
    assert code == 0
    assert "pmtui.cli.tail" in modules
    assert modules.isdisjoint({"textual", "rich", "asyncio", "aiosqlite"})


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["frob"], "No such command 'frob'. See pmtui --help."),
        (["--frob"], "No such option"),
        (["import"], "Missing argument 'LOG'. See pmtui import --help."),
        (["tail", "x.db", "-n", "many"], "Invalid value"),
        (["tail", "x.db"], "x.db: no such log"),
        (["tail", ""], "'' names no log"),
        (["tail", "sqlite:"], "'sqlite:' names no log"),
        (["append", "x.db", "s", "T", "[]"], "the data is not a JSON object"),
        (["append", "no/where/x.db", "s", "T", "{}"], "no/where: no such folder"),
        (["append", "x.db", "", "T", "{}"], "the stream is empty"),
        (["frob\x1b]0;gotcha\x07\n\nmore"], "No such command"),
        (["tail", "\x1b]0;gotcha\x07\n\nmore\u202e"], "␛]0;gotcha␇ more‹202E›: no such log"),
    ],
)
def test_what_is_wrong_with_a_call_is_one_harmless_line_and_exit_2(pmtui, tmp_path, monkeypatch, arguments, words):
    monkeypatch.chdir(tmp_path)
    code, out, err = pmtui(*arguments)
    assert (code, out) == (2, "")
    assert words in err
    assert err.startswith("pmtui: ")
    assert err.endswith("\n")
    assert err.count("\n") == 1
    assert "\x1b" not in err
    assert list(tmp_path.iterdir()) == []


def test_elsewhere_than_on_linux_and_macos_it_says_to_use_wsl(pmtui, monkeypatch):
    monkeypatch.setattr(sys, "platform", "win32")
    code, out, err = pmtui("--help")
    assert (code, out) == (2, "")
    assert "use WSL" in err


def test_a_full_disk_is_one_line(log, process):
    with Path("/dev/full").open("wb") as full:
        done = process("export", log, stdout=full, stderr=subprocess.PIPE)
    assert done.returncode == 2
    assert done.stderr == b"pmtui: No space left on device\n"


def test_a_reader_that_has_gone_is_no_error_to_tell(log):
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as pipe:
        done = subprocess.run(
            [sys.executable, "-m", "pmtui.cli.main", "tail", str(log)], stdout=pipe, stderr=subprocess.PIPE, check=False
        )
    assert done.stderr == b""


def test_a_terminal_without_utf_8_gets_escapes(process, log, pmtui):
    pmtui("append", log, "straße-語", "T", "{}")
    done = process("tail", log, env={"PYTHONIOENCODING": "latin-1"})
    assert done.returncode == 0
    assert "straße-\\u8a9e".encode("latin-1") in done.stdout


def test_ctrl_c_ends_with_130_and_no_traceback(log):
    command = [sys.executable, "-m", "pmtui.cli.main", "tail", "--follow", str(log)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert b"OrderPlaced" in process.stdout.readline()
        time.sleep(0.2)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=10)
    assert process.returncode == 130
    assert b"Traceback" not in err


@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_standard_streams_are_no_fault(closed, log):
    """Nothing is written where they were: an opened log must not get their numbers."""
    before = log.read_bytes()
    call = f'"{sys.executable}" -m pmtui.cli.main tail "{log}" -n 2 {closed}'
    done = subprocess.run(["sh", "-c", call], capture_output=True, text=True, timeout=30, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert log.read_bytes() == before
