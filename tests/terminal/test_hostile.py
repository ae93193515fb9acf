"""Event data, ids and names that want to take the terminal over are only shown, in every pane and every output."""

import json
import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.terminal.terminal import PMTUI, Terminal

APP = """
from pmtui import App, Append, ProcessManager, handles

app = App("evil", contexts=["source", "target"])


@app.manager
class Manager(ProcessManager):
    correlate = "id"

    @handles("source", "Went", starts=True)
    def copy(self, event, state):
        state["said"] = event.data["text"]
        yield Append("target", event.data["id"], "Copied" + event.data["text"][:40], event.data)
"""

EVIL = [
    "[/red] [@click=app.quit]click[/] [b",
    "\x1b[2J\x1b]0;owned\x07\x1b]52;c;aGk=\x07",
    "\x9b31m\x9d0;owned\x9c\x85",
    "\u202eabc\u2066def\u200b\u200d\ufeff\U000e0041",
    "a" * 1_000_000,
    "\ud7ff\u0000\x7f\r\n\t\x08",
]
FORBIDDEN = re.compile(
    r"[\x00-\x08\x0b-\x1a\x1c-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200b-\u200f\ufeff\U000e0000-\U000e0fff]"
)


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    folder = tmp_path / "evil"
    (folder / "data").mkdir(parents=True)
    (folder / "evil.py").write_text(APP)
    lines = [
        {
            "specversion": "1.0",
            "id": f"e{i}{text[:50]}",
            "source": "/source",
            "type": "Went",
            "subject": f"s{i}{text[:50]}",
            "time": f"2026-01-01T10:00:{i:02}Z",
            "position": i + 1,
            "data": {"id": f"i{i}{text[:50]}", "text": text},
        }
        for i, text in enumerate(EVIL)
    ]
    (folder / "source.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    log = folder / "data" / "source.db"
    subprocess.run([*PMTUI, "import", str(log), str(folder / "source.jsonl")], check=True, capture_output=True)
    with closing(sqlite3.connect(log)) as database:  # what only another program can have put there: no UTF-8
        database.execute(
            "INSERT INTO events(id, stream, version, type, data, metadata, recorded_at) VALUES "
            "('x', CAST(x'ff1b5b324aff' AS TEXT), 1, 'Went', CAST(x'7b226964223a22ff227d' AS TEXT), '{}', "
            "'2026-01-01T10:01:00Z')"
        )
        database.commit()
    return folder


def only_ours(raw: bytes) -> None:
    """No sequence of the data's reached the terminal: no title, no clipboard, no C1, no raw bidi."""
    assert b"\x1b]52;c;aGk=" not in raw
    assert b"owned\x07" not in raw
    text = raw.decode(errors="replace")
    assert not re.search("[\x80-\x9f\u202a-\u202e\u2066-\u2069\u200b\ufeff\U000e0041]", text)


@pytest.mark.parametrize("size", [(80, 24), (200, 60)])
def test_every_pane_shows_hostile_data_harmlessly(
    size: tuple[int, int], shop: Path, open_terminal: Callable[..., Terminal]
) -> None:
    terminal = open_terminal(*PMTUI, "lab", str(shop / "evil.py"), size=size)
    terminal.until("reads source@1")
    for number in range(1, 6):
        terminal.press("e")
        terminal.until(f"source is at {number}.")
    for key in ("\t", "\t", "z", "z", "?"):
        terminal.press(key)
        terminal.read(0.3)
    terminal.press("\x1b")
    terminal.read(0.3)
    only_ours(terminal.raw)
    terminal.press("q")
    assert terminal.ended() == 0


def test_an_event_that_is_not_utf8_stops_its_manager_in_words(
    shop: Path, open_terminal: Callable[..., Terminal]
) -> None:
    terminal = open_terminal(*PMTUI, "lab", str(shop / "evil.py"))
    terminal.until("reads source@1")
    terminal.press("+", "+", "+", "+", " ")
    terminal.until(lambda text: "Stopped:" in text or "All handled" in text)
    terminal.press("q")
    terminal.ended()
    only_ours(terminal.raw)


@pytest.mark.parametrize("command", [("tail",), ("status",), ("run", "--until-idle")])
def test_every_commands_output_is_harmless(command: tuple[str, ...], shop: Path) -> None:
    target = shop / "data" / "source.db" if command == ("tail",) else shop / "evil.py"
    done = subprocess.run([*PMTUI, command[0], str(target), *command[1:]], capture_output=True, timeout=30, check=False)
    assert done.returncode in (0, 1), done.stderr
    assert b"Traceback" not in done.stderr
    for output in (done.stdout, done.stderr):
        assert not FORBIDDEN.search(output.decode().replace("\x1b[0m", ""))
        assert b"\x1b]" not in output


def test_the_commands_run_with_this_python() -> None:
    assert PMTUI[0] == sys.executable
