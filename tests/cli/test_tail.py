"""tail: the last events, whatever is in them."""

import os
import pty
import re
import signal
import sqlite3
import struct
import subprocess
import sys
import termios
import threading
from contextlib import closing, contextmanager
from fcntl import ioctl
from pathlib import Path

import pytest

from pmtui.storage.sqlite.bell import Bell

HOSTILE = {
    "ESC": "\x1b[31mred\x1b[2J",
    "OSC": "\x1b]0;title\x07",
    "OSC 8 in C1": "\x9d8;;http://example.org\x9cclick",
    "CSI in C1": "\x9b31m",
    "bidi": "\u202egnp.exe\u202c",
    "isolates": "\u2067abc\u2069",
    "zero width": "a\u200bb\ufeffc",
    "line separators": "a\u2028b\u2029c\x85d\ne\rf",
    "bell and delete": "\x07\x7f\x00",
}
BAD = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]")


def change(path, column, value):
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"UPDATE events SET {column} = ? WHERE position = 2", (value,))
        connection.commit()


def test_the_last_events_stand_in_aligned_columns(pmtui, log):
    pmtui("append", log, "a-longer-stream", "Paid", "{}")
    code, out, err = pmtui("tail", log, "-n", "2")
    assert (code, err) == (0, "")
    first, second = out.splitlines()
    assert first.split() == ["3", first.split()[1], "OrderPlaced", "order-3", '{"order_id":"order-3"}']
    assert second.index("Paid") == first.index("OrderPlaced")
    assert second.index("a-longer-stream") == first.index("order-3")
    assert second.index("{}") == first.index("{")


@pytest.mark.parametrize(("count", "shown"), [("0", []), ("1", ["3"]), ("3", ["1", "2", "3"]), ("99", ["1", "2", "3"])])
def test_n_says_how_many(pmtui, log, count, shown):
    assert [line.split()[0] for line in pmtui("tail", log, "-n", count)[1].splitlines()] == shown


def test_more_than_can_be_counted_is_refused(pmtui, log):
    code, out, err = pmtui("tail", log, "-n", 10**30)
    assert (code, out) == (2, "")
    assert err.count("\n") == 1


def test_gaps_do_not_count_as_events(pmtui, log):
    change(log, "position", 40)
    assert [line.split()[0] for line in pmtui("tail", log, "-n", "2")[1].splitlines()] == ["3", "40"]


def test_an_empty_log_shows_nothing(pmtui, tmp_path):
    (tmp_path / "none.jsonl").write_text("")
    pmtui("import", tmp_path / "x.db", tmp_path / "none.jsonl")
    assert pmtui("tail", tmp_path / "x.db") == (0, "", "")


@pytest.mark.parametrize("column", ["type", "stream", "recorded_at", "data"])
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_is_shown_harmlessly(pmtui, log, column, text):
    change(log, column, text)
    code, out, err = pmtui("tail", log)
    assert (code, err) == (0, "")
    assert not BAD.search(out)
    assert len(out.splitlines()) == 3


@pytest.mark.parametrize("column", ["type", "stream", "recorded_at", "data"])
def test_broken_utf_8_is_shown_harmlessly(pmtui, log, column):
    with closing(sqlite3.connect(log)) as connection:
        connection.execute(f"UPDATE events SET {column} = CAST(X'61ff9b62' AS TEXT) WHERE position = 2")
        connection.commit()
    code, out, err = pmtui("tail", log)
    assert (code, err) == (0, "")
    assert "a\ufffd\ufffdb" in out


def test_something_other_than_text_in_the_file_is_shown_harmlessly(pmtui, log):
    change(log, "data", b"\x1b[31m\xff")
    code, out, _ = pmtui("tail", log)
    assert code == 0
    assert not BAD.search(out)


def test_a_megabyte_of_data_is_cut(pmtui, log):
    change(log, "data", '{"x": "' + "x" * 1_000_000 + '"}')
    code, out, _ = pmtui("tail", log)
    assert code == 0
    assert max(map(len, out.splitlines())) < 1200


def test_on_a_terminal_every_line_is_cut_to_its_width_also_with_wide_characters(pmtui, log):
    change(log, "data", '{"x": "' + "漢字" * 100 + '"}')
    ours, theirs = pty.openpty()
    ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    environment = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")}
    with os.fdopen(ours, "rb", buffering=0) as terminal:
        with os.fdopen(theirs, "wb") as out:
            command = [sys.executable, "-m", "pmtui.cli.main", "tail", str(log)]
            done = subprocess.run(command, stdout=out, env=environment, check=False)
        lines = terminal.read(8192).decode().splitlines()
    assert done.returncode == 0
    assert len(lines) == 3
    wide = sum(2 if character in "漢字" else 1 for character in lines[1])
    assert wide in (79, 80)
    assert lines[1].endswith("…")


@contextmanager
def following(log, *, poll):
    """`tail --follow` in a process of its own that looks so often by itself; how to read a line of it."""
    program = f"from pmtui.cli import main, tail; tail._POLL_SECONDS = {poll}; main.main()"
    command = [sys.executable, "-c", program, "tail", "-f", "-n", "1", str(log)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        patience = threading.Timer(30, process.kill)  # a line that never comes ends the reading, not the tests
        patience.start()
        try:
            yield process.stdout.readline
        finally:
            patience.cancel()
            process.send_signal(signal.SIGINT)


def test_follow_is_woken_by_what_is_appended(log, pmtui):
    with following(log, poll=3600) as line:
        assert line().startswith("3  ")
        for position in range(4, 24):
            pmtui("append", log, f"order-{position}", "OrderPlaced", "{}")
            assert line().startswith(f"{position}  ")
    found = log.stat()
    assert not Path(Bell(found.st_dev, found.st_ino).folder).exists(), "it listens no longer"


def test_follow_shows_also_what_rings_no_bell(log):
    with following(log, poll=0.05) as line:
        assert line().startswith("3  ")
        with closing(sqlite3.connect(log)) as connection, connection:
            connection.execute(
                "INSERT INTO events(id, stream, version, type, data, metadata, recorded_at) "
                "SELECT 'x', 'order-x', 1, type, data, metadata, recorded_at FROM events LIMIT 1"
            )
        assert line().startswith("4  ")
