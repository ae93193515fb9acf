"""A handler that raises stops its manager only; mended in the editor, `r` goes on with the new code."""

import shutil
from collections.abc import Callable
from pathlib import Path

from pmtui.storage.folder import sample_folder
from tests.terminal.terminal import PMTUI, Terminal

LINE = '        state.item = event.data["item"]\n'
BUG = '        state.item = event.data["itm"]\n'


def test_a_failing_handler_is_shown_at_its_line_and_mended(
    open_terminal: Callable[..., Terminal], tmp_path: Path
) -> None:
    shop = tmp_path / "shop"
    shutil.copytree(sample_folder(), shop)
    app = shop / "shop.py"
    good = app.read_text()
    assert LINE in good
    app.write_text(good.replace(LINE, BUG))
    line = good[: good.index(LINE)].count("\n") + 1

    terminal = open_terminal(*PMTUI, "lab", str(app), "--receiver", "none", size=(120, 36))
    terminal.until("reads orders@1")
    terminal.press("s", "s")
    screen = terminal.until("Stopped: orders@1")
    assert "KeyError: 'itm'" in screen
    assert f"shop.py:{line}" in screen
    assert "refunds" in screen
    assert "r restarts it, with the code as it is now" in " ".join(screen.split())
    terminal.press("E")
    screen = terminal.until("Traceback" if "Traceback" in screen else BUG.strip())
    assert BUG.strip() in screen
    terminal.press("\x1b")
    terminal.until(lambda text: "Why it stopped" not in text)

    terminal.press("m")
    screen = terminal.until("refunds ‖ paused")
    assert "Stopped" not in screen
    terminal.press("m")
    terminal.until("Stopped: orders@1")

    app.write_text(good)
    terminal.press("r")
    terminal.until("reads orders@1")
    terminal.press("s", "s")
    terminal.until("Decided: 1 action")
    terminal.press("q")
    assert terminal.ended() == 0
