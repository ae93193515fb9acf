"""The planted bugs are there, and their right twins have none: shown by hand, without the explorer."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from .by_hand import findings
from .table import HERE, PLANTED, Planted

CASES = [pytest.param(case, id=case.name) for case in PLANTED]
HASHED = "set_order"  # its bug shows between processes only


@pytest.mark.parametrize("case", [case for case in CASES if case.id != HASHED])
def test_a_planted_bug_shows(case):
    assert findings(case, "wrong")


@pytest.mark.parametrize("case", CASES)
def test_a_right_twin_shows_none(case):
    assert findings(case, "right") == []


def by_name(name: str) -> Planted:
    return next(case for case in PLANTED if case.name == name)


def test_the_order_of_a_set_differs_between_processes():
    case = by_name(HASHED)
    (happened,) = case.events

    def asked(side: str, seed: int) -> str:
        code = (
            "from pmtui.testing import event, scenario\nfrom pmtui.workers.appfile import load\n"
            f"app = load({str(case.file(side))!r}).app\n"
            f"asked = scenario(app).when(event('orders', 'OrderPlaced', {happened.data!r})).actions\n"
            "print([action.data['item'] for action in asked])\n"
        )
        environment = {**os.environ, "PYTHONHASHSEED": str(seed)}
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True)
        return done.stdout

    assert len({asked("wrong", seed) for seed in (1, 2, 3)}) > 1
    assert len({asked("right", seed) for seed in (1, 2, 3)}) == 1


def test_what_the_last_two_do_not_tell_needs_a_turn_of_three():
    found = findings(by_name("last_two"), "wrong")
    assert found
    assert all("turns of 3" in each or "turns of 500" in each for each in found)


def test_a_payment_that_is_lost_between_two_contexts_needs_a_turn_of_three():
    found = findings(by_name("turn_of_three"), "wrong")
    assert found
    assert all("turns of 3" in each or "turns of 500" in each for each in found)


def test_without_the_pin_the_same_event_asks_for_something_else():
    found = findings(by_name("pin_taken_away"), "wrong")
    assert any("asks for something else than before it was interrupted" in each for each in found)


@pytest.mark.parametrize("side", ["wrong", "right"])
def test_every_file_is_in_the_table_and_begins_with_its_story(side):
    files = {path.stem for path in (HERE / side).glob("*.py")}
    assert files == {case.name for case in PLANTED}
    stories = [case.story(side) for case in PLANTED]
    assert all(story.endswith(".") and len(story) > 40 for story in stories)
    assert len(set(stories)) == len(stories)


def test_the_logs_are_small_and_can_be_written_as_files_of_events(tmp_path):
    for case in PLANTED:
        assert 1 <= len(case.events) <= 12
        case.write(tmp_path / case.name)
        lines = sum(len(path.read_text().splitlines()) for path in Path(tmp_path / case.name).iterdir())
        assert lines == len(case.events)
