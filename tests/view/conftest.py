from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from view_kit import Files


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Callable[..., Files]]:
    found: list[Files] = []

    def make(**options: Any) -> Files:
        found.append(Files(tmp_path, **options))
        return found[-1]

    yield make
    for files in found:
        files.close()


@pytest.fixture
def files(make: Callable[..., Files]) -> Files:
    return make()
