"""The command finds every planted bug, makes a story of it that goes again, and blames no right twin."""

import json
import sys

import pytest

from pmtui.cli import main as cli

from .table import PLANTED, Planted

CASES = [pytest.param(case, id=case.name) for case in PLANTED]

FEWER = {"broad_key": ("booked are ['price']",)}
"""What is said of fewer events than the case has."""


@pytest.fixture
def explore(tmp_path, monkeypatch, capfd):
    """`pmtui explore --json` on a case: (exit code, the object)."""
    monkeypatch.chdir(tmp_path)

    def call(case: Planted, side: str, *more: str):
        if not (tmp_path / "data").exists():
            case.write(tmp_path / "data")
        if side == "wrong" and case.hook is not None:
            case.hook(monkeypatch)
        data = [] if "--replay" in more else ["--data", "data"]
        independent = ["--order-independent"] if case.order_independent and "--replay" not in more else []
        arguments = ["explore", str(case.file(side)), *data, *independent, *more, "--json"]
        monkeypatch.setattr(sys, "argv", ["pmtui", *arguments])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        return ended.value.code, json.loads(capfd.readouterr().out)

    return call


@pytest.mark.parametrize("case", CASES)
def test_a_planted_bug_is_found_and_its_story_goes_again(case, explore, tmp_path):
    code, found = explore(case, "wrong")
    assert code == case.exit
    for words in FEWER.get(case.name, case.says):
        assert words in found["violation"]["sentence"]
    if case.exit == 3:
        return  # what is not deterministic need not go again
    [story] = tmp_path.glob("*.crash.json")
    code, again = explore(case, "wrong", "--replay", str(story))
    assert code == 1
    assert again["violation"]["sentence"].split()[0] == json.loads(story.read_text())["sentence"].split()[0]


@pytest.mark.parametrize("case", CASES)
def test_a_right_twin_is_not_blamed_and_leaves_no_story(case, explore, tmp_path):
    assert explore(case, "right")[0] == 0
    assert not list(tmp_path.glob("*.crash.json"))
