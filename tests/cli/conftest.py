import os
import subprocess
import sys
from pathlib import Path

import pytest

from pmtui.cli import main as cli


@pytest.fixture
def pmtui(capfd, monkeypatch):
    """Call the command line in this process: (exit code, standard output, standard error)."""

    def call(*arguments):
        monkeypatch.setattr(sys, "argv", ["pmtui", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        out, err = capfd.readouterr()
        return ended.value.code, out, err

    return call


@pytest.fixture
def process():
    """The command line in a process of its own."""

    def start(*arguments, **more):
        environment = os.environ | more.pop("env", {})
        return subprocess.run(
            [sys.executable, "-m", "pmtui.cli.main", *map(str, arguments)],
            capture_output=more.get("stdout") is None,
            cwd=more.pop("cwd", Path.cwd()),
            env=environment,
            timeout=30,
            check=False,
            **more,
        )

    return start


@pytest.fixture
def log(tmp_path, pmtui):
    """A log of three events."""
    path = tmp_path / "orders.db"
    for n in (1, 2, 3):
        assert pmtui("append", path, f"order-{n}", "OrderPlaced", f'{{"order_id": "order-{n}"}}')[0] == 0
    return path
