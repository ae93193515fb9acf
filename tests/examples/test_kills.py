"""Fifty SIGKILLs while the loans run, of the worker and of everything, change nothing about what comes of it."""

import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing, suppress
from pathlib import Path

import pytest

from tests.processes import descendants

HERE = Path(__file__).parent
APP = HERE / "loans.py"
CONTEXTS = ("applications", "offers", "workitems")
FULL = Path(os.environ.get("PMTUI_LOANS", HERE.parents[2] / "shared" / "data" / "loans"))
KILLS = 50


def events_file(context: str) -> Path:
    """The whole log where it is there, else the excerpt."""
    whole = FULL / f"{context}.jsonl.gz"
    return whole if whole.exists() else HERE / "data" / f"{context}.jsonl"


def pmtui(*arguments: str, wait: bool = True) -> subprocess.Popen[bytes]:
    process = subprocess.Popen(
        [sys.executable, "-m", "pmtui.cli.main", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    if wait:
        out, err = process.communicate(timeout=120)
        assert process.returncode == 0, (out, err)
    return process


def run(data: Path) -> tuple[str, ...]:
    return ("run", str(APP), "--data", str(data), "--until-idle", "--json")


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("loans")
    for context in CONTEXTS:
        pmtui("import", str(folder / f"{context}.db"), str(events_file(context)))
    return folder


def outcome(data: Path) -> dict[str, object]:
    """Per stream the types and data that were appended, and every instance's state."""
    found: dict[str, object] = {}
    for context in ("followups", "decisions"):
        with closing(sqlite3.connect(data / f"{context}.db")) as log:
            streams: dict[str, list[tuple[str, str]]] = {}
            for stream, type_, text in log.execute("SELECT stream, type, data FROM events ORDER BY position"):
                streams.setdefault(stream, []).append((type_, text))
            found[context] = streams
    with closing(sqlite3.connect(data / "ledgers" / "loans" / "loan-desk.db")) as ledger:
        found["instances"] = ledger.execute("SELECT correlation, status, state FROM instances ORDER BY 1").fetchall()
        found["timers"] = ledger.execute("SELECT correlation, type, due FROM pending ORDER BY 1, 2").fetchall()
        found["handled"] = ledger.execute("SELECT handled + ignored, late FROM ledger").fetchone()
    return found


def test_fifty_sigkills_at_random_moments_change_nothing(imported: Path, tmp_path: Path) -> None:
    calm = tmp_path / "calm"
    shutil.copytree(imported, calm)
    pmtui(*run(calm))

    wild = tmp_path / "wild"
    shutil.copytree(imported, wild)
    moments = random.Random(20121001)
    process = pmtui(*run(wild), wait=False)
    kills = 0
    while kills < KILLS:
        time.sleep(moments.uniform(0.05, 0.5))
        if process.poll() is not None:
            process.communicate()
            process = pmtui(*run(wild), wait=False)
            continue
        if moments.random() < 0.5:
            workers = descendants(process.pid)
            if workers:
                with suppress(ProcessLookupError):  # it ended by itself meanwhile
                    os.kill(moments.choice(workers), signal.SIGKILL)
                    kills += 1
        else:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            kills += 1
            process = pmtui(*run(wild), wait=False)
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    assert json.loads(out)["managers"]["loan-desk"]["state"] == "idle"
    assert outcome(wild) == outcome(calm)
