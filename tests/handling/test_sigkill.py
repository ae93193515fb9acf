"""Guarantee 4 with real processes: killed by SIGKILL at every point, on files, then started again."""

import itertools
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from .kit import DELIVERIES, LARGE, RECEIVERS, World, pair_app, run
from .test_crashes import ORDER, SINGLE, WHOLE, expected, seeded

ROOT = Path(__file__).parents[2]


def victim(*arguments: object) -> None:
    command = [sys.executable, "-m", "tests.handling.victim", *map(str, arguments)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    """The files of a world that has all its events and no worker yet."""
    folder = tmp_path_factory.mktemp("prepared")
    world = seeded(World(pair_app(), folder))
    world.close()
    return folder


@pytest.mark.parametrize("limit", [1, LARGE])
@pytest.mark.parametrize(("delivery", "receiver"), [*itertools.product(DELIVERIES, RECEIVERS)])
def test_killed_at_every_point_and_started_again(prepared, tmp_path, delivery, receiver, limit):
    names = [f"a@2:{point}" for point in SINGLE[delivery]] if limit == 1 else [f"b@3:{p}" for p in WHOLE[delivery]]
    folders = [tmp_path / str(n) for n in range(len(names))]
    for folder in folders:
        shutil.copytree(prepared, folder)
    before = 0 if limit > 1 else 6 + 5  # the points of the turns before
    victim(delivery, receiver, limit, *(f"{folder}={before + n}" for n, folder in enumerate(folders)))
    assert [(folder / "last").read_text().split(":", 1)[1] for folder in folders] == names
    victim(delivery, receiver, limit, *folders)
    for n, folder in enumerate(folders):
        world = World(pair_app(delivery), folder)
        try:
            assert world.applied() == expected(delivery, receiver, limit, n), names[n]
            assert world.handled() == [(event, "handled") for event in ORDER], names[n]
            assert world.cursors() == {"a": 4, "b": 3}
            assert run(world.ledger.load()).counters.crashes == 1
        finally:
            world.close()
