from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.terminal.terminal import Terminal


@pytest.fixture
def open_terminal(tmp_path: Path) -> Iterator[Callable[..., Terminal]]:
    """Opens programs on pseudo-terminals of their own, and ends what is left of them."""
    opened: list[Terminal] = []

    def open_(*command: str, size: tuple[int, int] = (80, 24), **env: str) -> Terminal:
        terminal = Terminal(*command, size=size, home=tmp_path, **env)
        opened.append(terminal)
        return terminal

    yield open_
    for terminal in opened:
        terminal.close()
