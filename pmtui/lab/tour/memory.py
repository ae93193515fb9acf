"""Whether a person has been offered the tour and has answered."""

import contextlib
from pathlib import Path

import platformdirs


def answered() -> bool:
    """Whether the tour was taken or declined, once and for all. Where that cannot be read, it was not."""
    try:
        return _file().exists()
    except OSError:
        return False


def remember() -> None:
    """It was taken or declined. Where that cannot be kept, it will be offered again, and that is all."""
    file = _file()
    with contextlib.suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()


def _file() -> Path:
    return Path(platformdirs.user_state_dir("pmtui")) / "tour-answered"
