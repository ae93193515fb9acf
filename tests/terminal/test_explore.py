"""`pmtui explore` on a real terminal, and the lab at the start of what it found."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from pmtui.storage.folder import sample_folder
from tests.terminal.terminal import PMTUI, Terminal


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(sample_folder(), tmp_path / "shop")
    monkeypatch.chdir(tmp_path)
    return Path("shop/shop.py")


def found(open_terminal: Callable[..., Terminal], shop: Path, **env: str) -> Terminal:
    terminal = open_terminal(*PMTUI, "explore", str(shop), "--receiver", "none", **env)
    terminal.until("shop.crash.json")
    return terminal


def test_the_verdict_is_broken_between_words_at_80_columns(open_terminal: Callable[..., Terminal], shop: Path) -> None:
    screen = found(open_terminal, shop).text()
    assert "the worker is\nkilled after acting and before saving" in re.sub(r" +\n", "\n", screen)
    assert "  1  fulfilment handles orders@1 and is killed" in screen


def test_without_colours_nothing_is_red(open_terminal: Callable[..., Terminal], shop: Path) -> None:
    assert b"\x1b[31m" in found(open_terminal, shop).raw
    Path("shop.crash.json").unlink()
    assert b"\x1b[31m" not in found(open_terminal, shop, NO_COLOR="1").raw


def test_a_story_opens_only_after_a_yes_and_dies_where_it_says(
    open_terminal: Callable[..., Terminal], shop: Path
) -> None:
    found(open_terminal, shop)
    terminal = open_terminal(*PMTUI, "lab", "shop.crash.json")
    terminal.until("Go on? [y/N]")
    terminal.process.send("y\r")
    terminal.until("X is set: it dies at orders@1")
    terminal.press("e")
    terminal.until("Killed: acted, not saved")
    terminal.press("r")
    terminal.until("Restarted, before")
    terminal.press("e")
    terminal.until("doubled: payments@1 again")


def test_a_no_imports_nothing(open_terminal: Callable[..., Terminal], shop: Path) -> None:
    found(open_terminal, shop)
    shop.write_text("raise SystemExit('imported')")
    terminal = open_terminal(*PMTUI, "lab", "shop.crash.json")
    terminal.until("Go on? [y/N]")
    terminal.process.send("n\r")
    assert terminal.ended() == 130
    assert "imported" not in terminal.text()


def test_naming_the_app_is_a_yes(open_terminal: Callable[..., Terminal], shop: Path) -> None:
    found(open_terminal, shop)
    terminal = open_terminal(*PMTUI, "lab", str(shop), "--story", "shop.crash.json")
    terminal.until("X is set: it dies at orders@1")
