"""import, export and append, as they are typed."""

import gzip
import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest


def test_append_prints_the_position(pmtui, tmp_path):
    path = tmp_path / "orders.db"
    assert pmtui("append", path, "order-1", "OrderPlaced", '{"n": 1}') == (0, "1\n", "")
    assert pmtui("append", f"sqlite:{path}", "order-1", "OrderPlaced", '{"n": -1}') == (0, "2\n", "")


@pytest.mark.parametrize("data", ["", "{", "[]", "1", '"x"', '{"n": NaN}', '{"n": "\\ud800"}'])
def test_append_refuses_what_is_no_json_object_and_writes_nothing(pmtui, log, data):
    before = pmtui("export", log)
    code, out, err = pmtui("append", log, "s", "T", data)
    assert (code, out) == (2, "")
    assert "the data is not a JSON object" in err
    assert pmtui("export", log) == before


def test_append_refuses_text_that_is_not_utf_8(process, tmp_path):
    done = process("append", tmp_path / "x.db", os.fsdecode(b"\xff"), "T", "{}")
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr == b"pmtui: the stream is not UTF-8\n"
    assert not (tmp_path / "x.db").exists()


def test_what_was_exported_can_be_imported_elsewhere(pmtui, log, tmp_path):
    file, copy = tmp_path / "orders.jsonl", tmp_path / "new" / "copy.db"
    assert pmtui("export", log, file) == (0, "", "")
    code, out, err = pmtui("import", copy, file)
    assert (code, err) == (0, "")
    assert out == f"{copy}: 3 events added\n"
    assert pmtui("import", copy, file)[1] == f"{copy}: 0 events added, 3 already there\n"
    assert pmtui("export", copy)[1] == file.read_text()


def test_an_export_to_a_name_in_gz_is_compressed(pmtui, log, tmp_path):
    pmtui("export", log, tmp_path / "orders.jsonl.gz")
    lines = gzip.decompress((tmp_path / "orders.jsonl.gz").read_bytes()).splitlines()
    assert [json.loads(line)["position"] for line in lines] == [1, 2, 3]


def test_an_export_that_fails_leaves_the_file_that_was_there(pmtui, log, tmp_path):
    file = tmp_path / "kept.jsonl"
    file.write_text("kept")
    assert pmtui("export", tmp_path / "none.db", file)[0] == 2
    assert file.read_text() == "kept"
    assert not list(tmp_path.glob(".kept*"))


def test_an_export_never_overwrites_a_log(pmtui, log, tmp_path):
    other = tmp_path / "other.db"
    pmtui("append", other, "s", "T", "{}")
    before = other.read_bytes()
    code, _, err = pmtui("export", log, other)
    assert code == 2
    assert "is a database" in err
    assert other.read_bytes() == before


def test_an_export_into_a_folder_that_is_not_there_is_one_line(pmtui, log, tmp_path):
    code, _, err = pmtui("export", log, tmp_path / "none" / "x.jsonl")
    assert code == 2
    assert err == f"pmtui: {tmp_path}/none/x.jsonl: No such file or directory\n"


def test_an_export_to_a_device_writes_into_it(pmtui, log):
    assert pmtui("export", log, "/dev/null")[0] == 0
    assert not Path("/dev/null").is_file()


def test_a_refused_line_is_named_with_exit_2_and_nothing_is_made(pmtui, tmp_path):
    file, path = tmp_path / "bad.jsonl", tmp_path / "data" / "orders.db"
    file.write_text("{}\n")
    assert pmtui("import", path, file) == (2, "", f"pmtui: {file}:1: has no 'id'\n")
    assert list(tmp_path.iterdir()) == [file]


def test_a_file_that_is_no_database_is_no_log(pmtui, tmp_path):
    path = tmp_path / "orders.db"
    path.write_text("hello")
    for command in ("tail", "export"):
        code, out, err = pmtui(command, path)
        assert (code, out) == (2, "")
        assert err == f"pmtui: {path}: not a database\n"
    assert path.read_text() == "hello"


def test_a_folder_that_may_not_be_read_is_one_line(pmtui, tmp_path, as_nobody):
    (tmp_path / "locked").mkdir(mode=0)
    with as_nobody():
        code, out, err = pmtui("tail", tmp_path / "locked" / "x.db")
    assert (code, out, err.count("\n")) == (2, "", 1)


def test_long_work_shows_its_progress_only_on_a_terminal(log, tmp_path):
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "pmtui.cli.main", "export", str(log), str(tmp_path / "x.jsonl")]
    with os.fdopen(ours, "rb", buffering=0) as terminal:
        with os.fdopen(theirs, "wb") as err:
            done = subprocess.run(command, stderr=err, stdout=subprocess.PIPE, check=False)
        shown = terminal.read(4096)
    assert (done.returncode, done.stdout) == (0, b"")
    assert b"exporting orders.db" in shown
    assert b"100%" in shown


@pytest.mark.parametrize("command", [("tail",), ("export",), ("import", "/dev/null")])
def test_a_folder_is_no_log(pmtui, tmp_path, command):
    code, out, err = pmtui(command[0], tmp_path, *command[1:])
    assert (code, out, err) == (2, "", f"pmtui: {tmp_path}: a folder, not a database\n")


def test_a_url_of_something_else_is_no_log(pmtui, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, out, err = pmtui("append", "postgres://localhost/orders", "order-1", "OrderPlaced", "{}")
    assert (code, out) == (2, "")
    assert "names no log" in err
    assert list(tmp_path.iterdir()) == []
