"""What a lab that was killed leaves behind, and who removes it."""

import asyncio
import fcntl
import os
import subprocess
import sys
from pathlib import Path

import pytest
from lab_kit import ONE, SECONDS, Open, hashes, inside, orders

from pmtui.lab.scratch import Scratch, scratch_root, sweep
from pmtui.model.errors import PmtuiError
from pmtui.storage.folder import DataFolder
from pmtui.workers.appfile import load
from tests.processes import alive

LAB = """
import asyncio, sys
import platformdirs
platformdirs.user_cache_dir = lambda name: sys.argv[3]
from pathlib import Path
from pmtui.lab.session import LabSession
from pmtui.lab.settings import Options
from pmtui.storage.folder import DataFolder
from pmtui.workers.appfile import load
from tests.processes import alive

async def main():
    found, data = load(sys.argv[1]), DataFolder(Path(sys.argv[2]))
    session = await LabSession.open(found, data, Options(), lambda what, done: None)
    print(session.snapshot().managers[0].pid, flush=True)
    await asyncio.sleep(60)

asyncio.run(main())
"""


async def test_what_a_killed_lab_left_is_swept_by_the_next_and_its_workers_are_gone(
    data: Path, labs: Path, lab: Open
) -> None:
    orders(data, "p")
    file = data.parent / "shop.py"
    file.write_text(ONE)
    command = [sys.executable, "-c", LAB, str(file), str(data), str(labs.parent)]
    killed = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: ASYNC220  (a line is all)
    try:
        assert killed.stdout is not None
        worker = int(killed.stdout.readline())
        [left] = inside(labs)
        sweep(labs)
        assert left.exists(), "it lives"
    finally:
        killed.kill()
        killed.communicate()
    async with asyncio.timeout(SECONDS):
        while alive(worker):
            await asyncio.sleep(0.02)
    hands = await lab(ONE)
    assert not left.exists()
    assert len(inside(labs)) == 1
    await hands.step()


def test_folders_without_a_lock_are_spared_while_they_may_be_in_the_making(labs: Path) -> None:
    labs.mkdir(parents=True)
    for name in ("lab-new", "lab-old", "lab-dead", "lab-live", "other"):
        (labs / name).mkdir()
    for name in ("lab-dead", "lab-live"):
        (labs / name / "lock").touch()
    os.utime(labs / "lab-old", (1, 1))
    with (labs / "lab-live" / "lock").open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        sweep(labs)
    assert sorted(path.name for path in labs.iterdir()) == ["lab-live", "lab-new", "other"]
    sweep(labs)
    assert sorted(path.name for path in labs.iterdir()) == ["lab-new", "other"]


def test_the_copy_tells_how_far_it_is(data: Path) -> None:
    orders(data, *["p"] * 200)
    (data.parent / "shop.py").write_text(ONE)
    told: list[tuple[str, float]] = []
    before = hashes(data)
    scratch = Scratch.make(
        load(str(data.parent / "shop.py")).app,
        DataFolder(data),
        from_start=False,
        progress=lambda *how: told.append(how),
    )
    try:
        assert {name for name, _ in told} == {"orders"}
        assert [done for _, done in told] == sorted(done for _, done in told)
        assert (told[0][1], told[-1][1]) == (0.0, 1.0)
        assert hashes(data) == before
        assert sorted(path.name for path in scratch.folder.path.glob("*.db")) == [
            "orders.db",
            "payments.db",
            "shipping.db",
        ]
    finally:
        scratch.remove()
        scratch.remove()
    assert list(scratch_root().iterdir()) == []


@pytest.mark.parametrize("bad", ["orders.jsonl", "orders.db", "ledgers/shop/fulfilment.db"])
def test_a_copy_that_fails_leaves_nothing_and_names_the_original(data: Path, bad: str) -> None:
    orders(data, "p")
    if bad == "orders.jsonl":
        (data / "orders.db").unlink()
    (data / bad).parent.mkdir(parents=True, exist_ok=True)
    (data / bad).write_bytes(b"\xff{" * 3000)
    (data.parent / "shop.py").write_text(ONE)
    app = load(str(data.parent / "shop.py")).app
    with pytest.raises(PmtuiError) as refused:
        Scratch.make(app, DataFolder(data), from_start=False, progress=lambda *how: None)
    assert str(data / bad) in str(refused.value)
    assert str(scratch_root()) not in str(refused.value)
    assert list(scratch_root().iterdir()) == []
