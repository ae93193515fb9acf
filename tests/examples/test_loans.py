"""The loans example on real events: an excerpt always, all of them where they are at hand."""

import contextlib
import json
import os
from pathlib import Path

import pytest

from pmtui.handling.clock import VirtualClock
from pmtui.handling.drive import run
from pmtui.handling.runner import Runner
from pmtui.storage.cloudevents import Imported, import_events, import_file
from pmtui.storage.memory.ledger import MemoryLedger
from pmtui.storage.sqlite.log import SqliteLog
from pmtui.workers.appfile import load

HERE = Path(__file__).parent
SOURCES = ("applications", "offers", "workitems")
EVENTS = {"applications": 60_849, "offers": 31_244, "workitems": 170_107}


def all_loans():
    """The folder with the whole logs, if there is one."""
    beside = HERE.parent.parent.parent / "shared" / "data" / "loans"
    folder = Path(os.environ.get("PMTUI_LOANS", beside))
    return folder if (folder / "applications.jsonl.gz").is_file() else None


def test_the_excerpt_is_followed_through_three_logs(tmp_path):
    app = load(str(HERE / "loans.py")).app
    with contextlib.ExitStack() as opened:
        logs = {}
        for name in app.contexts:
            logs[name] = SqliteLog.open(name, tmp_path / f"{name}.db", create=True)
            opened.callback(logs[name].close)
        assert sum(import_events(logs[name], HERE / "data" / f"{name}.jsonl").added for name in SOURCES) == 300
        ledger = MemoryLedger("loans", "loan-desk")
        runner = Runner(
            app,
            app.managers["loan-desk"],
            logs=logs,
            ledger=ledger,
            clock=VirtualClock(),
            receivers=dict.fromkeys(logs, "exact"),
        )
        run(runner.start(1, "2026-01-01T00:00:00Z"))

        async def finish():
            while [point async for point in runner.take(500)]:
                pass

        run(finish())
        decisions = run(logs["decisions"].page(0, 1000))
        followups = run(logs["followups"].page(0, 1000))
    sent = [row for row in _lines("offers") if row["type"] == "O_SENT"]
    assert [row.type for row in followups].count("CallPlanned") == len(sent) > 0
    ended = [row for row in _lines("applications") if row["type"] in ("A_APPROVED", "A_DECLINED", "A_CANCELLED")]
    assert len([row for row in decisions if row.type != "AssessmentRequested"]) == len(ended) > 0
    assert {json.loads(row.data)["application"] for row in decisions} >= {row["data"]["application"] for row in ended}


def _lines(name):
    return [json.loads(line) for line in (HERE / "data" / f"{name}.jsonl").read_text().splitlines()]


@pytest.mark.skipif(all_loans() is None, reason="the loans are not here; PMTUI_LOANS names their folder")
@pytest.mark.parametrize("name", SOURCES)
def test_a_whole_log_is_imported_once_and_only_once(tmp_path, name):
    file, path = all_loans() / f"{name}.jsonl.gz", tmp_path / f"{name}.db"
    assert import_file(path, file) == Imported(EVENTS[name], 0)
    assert import_file(path, file) == Imported(0, EVENTS[name])
