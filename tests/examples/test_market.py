"""Eight managers in the lab: what the table of managers is told of each."""

import asyncio
from pathlib import Path

import pytest

from pmtui.lab.session import LabSession
from pmtui.lab.settings import Options
from pmtui.storage.folder import DataFolder
from pmtui.view.snapshot import Snapshot
from pmtui.workers.appfile import load
from tests.examples.market import CONTEXTS, write_events

APP = Path(__file__).parent / "market.py"
FIRST = 1416560460.0
"""When the first order was placed."""


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("PYTHONPATH", str(Path.cwd()))


async def test_each_manager_tells_its_lag_its_oldest_event_and_its_crashes(tmp_path: Path, cache: None) -> None:
    write_events(tmp_path / "data", 10)
    async with asyncio.timeout(60):
        session = await LabSession.open(load(str(APP)), DataFolder(tmp_path / "data"), Options(), lambda *_: None)
        try:
            now = session.snapshot()
            assert len(now.managers) == 8 and len(now.contexts) == len(CONTEXTS) == 12
            checkout, returning = now.manager("checkout"), now.manager("returning")
            assert (checkout.to_do, checkout.oldest, checkout.crashes) == (10, FIRST, 0)
            assert (returning.to_do, now.manager("billing").oldest) == (2, None)
            await session.step_event("checkout")
            now = await session.until(lambda picture: picture.manager("checkout").to_do == 9)
            assert now.manager("checkout").oldest == FIRST + 60
            await session.crash("checkout")
            now = await session.until(crashed)
            assert [manager.crashes for manager in now.managers] == [1, 0, 0, 0, 0, 0, 0, 0]
        finally:
            await session.close()


def crashed(now: Snapshot) -> bool:
    return now.manager("checkout").state == "killed"
