from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from workers_kit import Boss, Rig, Shop


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


@pytest.fixture
async def rig(shop: Shop) -> AsyncIterator[Rig]:
    rig = Rig(shop)
    yield rig
    await rig.close()


@pytest.fixture
async def bosses(shop: Shop) -> AsyncIterator[list[Boss]]:
    """Supervisors put in here are stopped at the end."""
    found: list[Boss] = []
    yield found
    for boss in found:
        for name, worker in boss.workers.items():
            if worker.died is None:
                await boss.kill(name)
        await boss.stop()
