"""`pmtui watch` on a real terminal, beside a real `pmtui run`."""

import hashlib
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.terminal.terminal import PMTUI, Terminal


def pmtui(*arguments: object) -> subprocess.CompletedProcess[bytes]:
    done = subprocess.run([*PMTUI, *map(str, arguments)], capture_output=True, timeout=60, check=False)
    assert done.returncode == 0, (done.stdout, done.stderr)
    return done


def hashes(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
        for path in sorted(folder.rglob("*"))
    }


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """The sample shop, its orders imported."""
    pmtui("new", tmp_path / "shop")
    data = tmp_path / "shop" / "data"
    pmtui("import", data / "orders.db", data / "orders.jsonl")
    return tmp_path / "shop"


def test_it_shows_what_is_there_and_writes_nothing(open_terminal: Callable[..., Terminal], shop: Path) -> None:
    before = hashes(shop / "data")
    terminal = open_terminal(*PMTUI, "watch", str(shop / "shop.py"))
    terminal.until("OrderPlaced")
    text = terminal.until("payments.db is")
    assert "WATCHING LIVE LOGS" in text and "Not started yet." in text
    for key in "sxraR ":
        terminal.press(key)
        terminal.until("Watching only reads")
    terminal.press("d")
    terminal.until("nothing handled yet")
    terminal.press("q")
    assert terminal.ended() == 0
    assert hashes(shop / "data") == before


def test_it_follows_a_runner_and_leaves_what_that_left(open_terminal: Callable[..., Terminal], shop: Path) -> None:
    terminal = open_terminal(*PMTUI, "watch", str(shop / "shop.py"), size=(120, 36))
    terminal.until("Not started yet.")
    pmtui("run", shop / "shop.py", "--until-idle")
    before = hashes(shop / "data")
    terminal.until("Ended.")
    terminal.until("RequestShipment")
    terminal.press("d")
    terminal.until("what led to what")
    terminal.press("q")
    assert terminal.ended() == 0
    assert hashes(shop / "data") == before


def test_a_runner_that_works_is_seen_running_until_it_ends(open_terminal: Callable[..., Terminal], shop: Path) -> None:
    runner = subprocess.Popen(
        [sys.executable, "-m", "pmtui.cli.main", "run", str(shop / "shop.py")],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        terminal = open_terminal(*PMTUI, "watch", str(shop / "shop.py"), size=(120, 36))
        terminal.until("All handled.")
        pmtui("append", shop / "data" / "orders.db", "order-99", "OrderPlaced", _ORDER)
        terminal.until("order-99")
    finally:
        runner.terminate()
        runner.wait(20)
    terminal.until("Ended.")
    terminal.press("q")
    assert terminal.ended() == 0


_ORDER = '{"order_id": "order-99", "item": "lamp", "amount": 20, "pays_by": "card"}'
