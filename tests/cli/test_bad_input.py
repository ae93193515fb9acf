"""What is wrong with a call or its input is one clear line, exit 2, and nothing is changed."""

import hashlib
import resource
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from pmtui.storage.folder import sample_folder

APP = ("lab", "run", "status")


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    folder = tmp_path / "shop"
    shutil.copytree(sample_folder(), folder)
    return folder


def everything(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }


def refused(folder: Path, *arguments: object, **more: object) -> str:
    """The line a call is refused with, which must be the only one and leave everything as it was."""
    before = everything(folder)
    done = subprocess.run(
        [sys.executable, "-m", "pmtui.cli.main", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
        **more,
    )
    assert done.returncode == 2, (done.stdout, done.stderr)
    assert done.stdout == ""
    assert done.stderr.startswith("pmtui: ")
    assert done.stderr.count("\n") == 1, done.stderr
    assert everything(folder) == before
    return done.stderr


@pytest.mark.parametrize("command", ["run", "status"])
@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("def (:\n", "bad.py:1: "),
        ("x = 1\nraise ValueError('boom')\n", "bad.py:2: ValueError: boom"),
        ("x = 1\n", "defines no App"),
        ("from pmtui import App\napp = App('a', contexts=['x'])\n", "has no process managers"),
        ("from pmtui import App\napp = App('a', contexts=['timers'])\n", "bad.py:2: "),
    ],
)
def test_an_app_file_that_is_wrong(command: str, text: str, line: str, shop: Path) -> None:
    (shop / "bad.py").write_text(text)
    assert line in refused(shop, command, shop / "bad.py")


@pytest.mark.parametrize("command", ["run", "status"])
def test_an_app_that_is_not_there(command: str, shop: Path) -> None:
    assert "no such file" in refused(shop, command, shop / "none.py")
    assert "no App called 'other'" in refused(shop, command, f"{shop / 'shop.py'}:other")
    assert "no such file and no module" in refused(shop, command, "no_such_module_at_all:app")
    assert "no such folder" in refused(shop, command, shop / "shop.py", "--data", shop / "nowhere")


@pytest.mark.parametrize(
    "point",
    [
        "nonsense",
        "fulfilment:orders@x:read",
        "fulfilment:orders@3:acted",
        "nobody:orders@3:read",
        "fulfilment:nowhere@3:read",
        "fulfilment:orders@3:acted:nowhere",
    ],
)
def test_a_malformed_point_or_an_unknown_name(point: str, shop: Path) -> None:
    refused(shop, "run", shop / "shop.py", "--until-idle", "--crash-at", point)


def test_an_unknown_receiver_or_option(shop: Path) -> None:
    refused(shop, "run", shop / "shop.py", "--receiver", "sometimes")
    refused(shop, "run", shop / "shop.py", "--nonsense")
    refused(shop, "run")
    refused(shop, "nonsense")


def test_the_lab_without_a_terminal(shop: Path) -> None:
    assert "terminal" in refused(shop, "lab", shop / "shop.py")


@pytest.mark.parametrize("command", ["run", "status"])
def test_a_log_that_is_no_log(command: str, shop: Path) -> None:
    (shop / "data" / "payments.db").write_text("hello, this is no database at all, but quite a long text file")
    assert "payments.db: not a database" in refused(shop, command, shop / "shop.py")
    (shop / "data" / "payments.db").unlink()
    with closing(sqlite3.connect(shop / "data" / "payments.db")) as other:
        other.execute("CREATE TABLE birds(name)")
        other.commit()
    assert "something else" in refused(shop, command, shop / "shop.py")


def test_a_full_disk_is_one_line_and_nothing_is_written(shop: Path) -> None:
    """A limit on the size of files is the full disk that every machine can make."""

    def small() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (16_384, 16_384))

    line = refused(shop, "import", shop / "big.db", shop / "data" / "orders.jsonl", preexec_fn=small)
    assert "disk" in line or "full" in line or "big.db" in line
