"""The same story as text."""

from pathlib import Path

from lab_kit import ONE, hashes, inside, orders

from pmtui.lab.play import play
from pmtui.storage.folder import DataFolder
from pmtui.workers.appfile import load


async def test_the_story_is_told_with_a_real_kill_and_both_ends(data: Path, labs: Path) -> None:
    orders(data, "p", "p")
    file = data.parent / "shop.py"
    file.write_text(ONE)
    before = hashes(data)
    lines: list[str] = []
    await play(load(str(file)), DataFolder(data), lines.append)
    without, with_ = "\n".join(lines).split("Receipts on.")
    assert "Killed: acted, not saved." in without
    assert "the action will be repeated" in without
    assert "payments@2 repeats payments@1; nothing stopped it." in without
    assert "1 crash, 1 doubled, 0 stopped by a receipt, 0 lost." in without
    assert "its receipt will stop the action" in with_
    assert "Stopped by its receipt, not saved." in with_
    assert "1 crash, 0 doubled, 1 stopped by a receipt, 0 lost." in with_
    assert hashes(data) == before
    assert inside(labs) == []
