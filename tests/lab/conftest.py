from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from lab_kit import Hands, Open, opened


@pytest.fixture(autouse=True)
def labs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where scratch copies lie."""
    monkeypatch.setattr("platformdirs.user_cache_dir", lambda name: str(tmp_path / "cache" / name))
    return tmp_path / "cache" / "pmtui" / "labs"


@pytest.fixture(autouse=True)
def states(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where breakpoints are kept."""
    monkeypatch.setattr("platformdirs.user_state_dir", lambda name: str(tmp_path / "state" / name))
    return tmp_path / "state" / "pmtui" / "breakpoints"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    return folder


@pytest.fixture
async def lab(data: Path) -> AsyncIterator[Open]:
    """Opens labs and closes them at the end."""
    found: list[Hands] = []

    async def open_(app: str, **options: Any) -> Hands:
        found.append(await opened(app, data, **options))
        return found[-1]

    yield open_
    for hands in found:
        await hands.session.close()
