"""Pictures of the sample shop in the real lab, with real workers and crashes, as they are kept in `pictures/`.

Ages and process ids are injected; times are the events' own. `PMTUI_RENEW_PICTURES=1 pytest tests/tui/test_pictures.py`
makes them anew.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace

import pytest
from picturing import FOLDER, difference, drawn, keep, kept, renewing

from pmtui.lab.session import LabSession, Options
from pmtui.storage.folder import DataFolder, sample_folder
from pmtui.view.snapshot import Snapshot
from pmtui.workers.appfile import load

SIZES = [(80, 24), (120, 36)]
SECONDS = 30.0
ACT = (("s", "Read, not decided."), ("s", "Decided"), ("s", "not saved."))
CRASH = (*ACT, ("x", "Killed: acted, not saved."))
AGAIN = (("r", "Restarted"), *ACT)
OFF = {
    "start": (),
    "killed": CRASH,
    "doubled": AGAIN,
    "diagram": (("s", "Saved."), ("d", "what led to what")),
    "inspector": (("d", "handled → actions"), ("2", "payments"), ("j", "payments"), ("enter", "caused by")),
    "past": (("escape", "handled → actions"), ("e", "payments is at 1"), ("left_square_bracket", "NOT LIVE")),
}
EXACT = {"stopped": (("i", "Receipts exact"), *CRASH, *AGAIN)}
"""What is pressed from one picture to the next, and what shows that it is done."""


class Steady:
    """A session whose process ids and moments are always the same."""

    def __init__(self, session: LabSession) -> None:
        self._session = session

    def __getattr__(self, name: str) -> object:
        return getattr(self._session, name)

    def snapshot(self) -> Snapshot:
        return self._steady(self._session.snapshot())

    async def changed(self, after: int) -> Snapshot:
        return self._steady(await self._session.changed(after))

    def _steady(self, now: Snapshot) -> Snapshot:
        managers = (
            replace(manager, pid=None if manager.pid is None else 4711, since=998.0) for manager in now.managers
        )
        return replace(now, managers=tuple(managers))


async def shop(progress: object) -> Steady:
    folder = sample_folder()
    found = load(str(folder / "shop.py"))
    data = DataFolder(folder / "data")
    return Steady(await LabSession.open(found, data, Options(receiver="none"), lambda what, done: None))


async def until(holds: Callable[[], bool], seconds: float = SECONDS) -> bool:
    end = time.monotonic() + seconds
    while not holds() and time.monotonic() < end:
        await asyncio.sleep(0.01)
    return holds()


async def at_rest(picture: Callable[[], str]) -> str:
    """What is drawn once nothing has changed for a while."""
    before = ""
    while (now := picture()) != before:
        before = now
        await asyncio.sleep(0.5)
    return now


async def compare(name: str, picture: Callable[[], str]) -> str:
    """What differs from the picture that is kept, if it still does after a while; empty if nothing does."""
    if renewing():
        keep(name, await at_rest(picture))
    return "" if await until(lambda: picture() == kept(name), 5) else difference(name, picture())


@pytest.mark.parametrize("story", [OFF, EXACT], ids=["receipts-off", "receipts-exact"])
async def test_the_shop_looks_as_it_did(show, monkeypatch, tmp_path, story):
    for folder in ("CACHE", "CONFIG", "STATE"):
        monkeypatch.setenv(f"XDG_{folder}_HOME", str(tmp_path / folder))
    differ = []
    async with show(make=shop) as shown:
        assert await until(lambda: "Paused before orders@1" in shown.text()), shown.text()
        for name, steps in story.items():
            await shown.pilot.resize_terminal(*SIZES[0])
            for key, words in steps:
                shown.app.simulate_key(key)
                assert await until(lambda words=words: words in shown.text()), f"{key}: no {words!r}\n{shown.text()}"
            for columns, rows in SIZES:
                await shown.pilot.resize_terminal(columns, rows)
                differ.append(await compare(f"{name}-{columns}x{rows}", lambda: drawn(shown.app)))
    if any(differ):
        pytest.fail("\n".join(filter(None, differ)), pytrace=False)


def test_each_picture_that_is_kept_is_compared():
    compared = {f"{name}-{columns}x{rows}.txt" for name in {**OFF, **EXACT} for columns, rows in SIZES}
    assert {file.name for file in FOLDER.iterdir()} == compared
