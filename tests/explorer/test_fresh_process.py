"""The processes in which handlings are done once more."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from pmtui import ProcessManager, handles
from pmtui.explorer.verdict import Bounds
from tests.explorer.kit import app_of, explored

EXPLORES_WHEN_IMPORTED = """
from pathlib import Path

from pmtui import App, Append, ProcessManager, handles
from pmtui.explorer import explore
from pmtui.storage.log import Row

with Path(__file__).with_name("imports").open("a") as file:
    file.write("one\\n")

app = App("shop", contexts=["orders", "shipping"])


@app.manager
class Ship(ProcessManager):
    correlate = "order"

    @handles("orders", "OrderPlaced", starts=True)
    def ship(self, event, state):
        yield Append("shipping", "s", "Shipped", {})


ROW = Row(1, "i", "o", 1, "OrderPlaced", '{"order": "1"}', "{}", "2026-01-01T00:00:00Z")
print(explore(app, {"orders": [ROW], "shipping": []}).verdict)
"""


def test_a_script_that_explores_when_it_is_imported_is_imported_once_more_and_no_further(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(EXPLORES_WHEN_IMPORTED)
    done = subprocess.run(  # noqa: PLW1510  (looked at below)
        [sys.executable, script], capture_output=True, text=True, timeout=30
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "holds\n", "")
    assert (tmp_path / "imports").read_text() == "one\n" * 2


def test_a_handler_that_never_ends_in_the_fresh_process_only_reaches_the_bound_on_the_time() -> None:
    here = os.getpid()

    class Hangs(ProcessManager):
        name = "hangs"
        correlate = "id"

        @handles("a", "Began", starts=True)
        def began(self, event, state):
            if os.getpid() != here:
                signal.pause()

    verdict = explored(app_of(Hangs), bounds=Bounds(seconds=1))
    assert (verdict.verdict, verdict.why) == ("incomplete", "1 seconds")
