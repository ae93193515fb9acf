"""What the screen keeps from one start to the next, for each app: hidden panes, sizes, what is selected."""

import contextlib
import hashlib
from pathlib import Path
from typing import Protocol
from urllib.parse import quote

import msgspec
import platformdirs

from pmtui.storage.whole import write_whole

_LONGEST = 200
_LARGEST = 1_000_000


class Arrangement(msgspec.Struct, frozen=True):
    """How a person left the screen. Names that an app no longer has do no harm.

    Attributes:
        hidden: the contexts whose panes are hidden.
        journal: whether the journal is shown.
        split: steps of room that the journal has beyond its share.
        manager: the one selected; empty for the first.
    """

    hidden: tuple[str, ...] = ()
    journal: bool = True
    split: int = 0
    manager: str = ""


class Keeper(Protocol):
    """Keeps arrangements, by the name of the app."""

    def recall(self, app: str) -> Arrangement:
        """What was kept; nothing in particular where there is nothing, or nothing that can be read."""

    def keep(self, app: str, arrangement: Arrangement) -> None:
        """Keep it. Where that cannot be written it is as if nothing had been kept."""


class Forgetful:
    """Keeps nothing."""

    def recall(self, app: str) -> Arrangement:  # noqa: ARG002  (see Keeper)
        """See `Keeper.recall`."""
        return Arrangement()

    def keep(self, app: str, arrangement: Arrangement) -> None:
        """See `Keeper.keep`."""


class Folder:
    """Keeps a file for each app in a folder.

    Args:
        path: it is made when something is kept.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._path = path or Path(platformdirs.user_state_dir("pmtui")) / "screens"

    def file(self, app: str) -> Path:
        """The file of an app, whose name may be anything."""
        name = quote(app, safe=" ", errors="replace").replace(".", "%2E")
        if len(name) > _LONGEST or not name:
            name = hashlib.sha256(app.encode(errors="replace")).hexdigest()
        return self._path / f"{name}.json"

    def recall(self, app: str) -> Arrangement:
        """See `Keeper.recall`."""
        try:
            with self.file(app).open("rb") as file:
                return msgspec.json.decode(file.read(_LARGEST), type=Arrangement)
        except (OSError, msgspec.DecodeError, UnicodeDecodeError):
            return Arrangement()

    def keep(self, app: str, arrangement: Arrangement) -> None:
        """See `Keeper.keep`; the file is replaced whole, so that none is ever half written."""
        with contextlib.suppress(OSError):
            write_whole(self.file(app), msgspec.json.encode(arrangement))
