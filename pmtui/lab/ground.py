"""Where a lab works: on a scratch copy of a data folder, or on the folder itself."""

from pathlib import Path
from typing import Literal

from pmtui.lab.scratch import Scratch
from pmtui.model.app import App
from pmtui.storage.folder import DataFolder
from pmtui.workers.copies import Progress


class Ground:
    """An app's files, as a lab has them.

    Args:
        app: the app.
        source: its data folder; what works there is real, until `copy` has been called.

    Attributes:
        scratch: the copy; None where there is none.
    """

    def __init__(self, app: App, source: DataFolder) -> None:
        self.scratch: Scratch | None = None
        self._app = app
        self._source = source

    def copy(self, progress: Progress, *, from_start: bool) -> None:
        """Work on a scratch copy from now on; see `Scratch.make`."""
        self.scratch = Scratch.make(self._app, self._source, from_start=from_start, progress=progress)

    def remove(self) -> None:
        """Remove the copy, if there is one; safe to call twice."""
        if self.scratch is not None:
            self.scratch.remove()

    @property
    def folder(self) -> DataFolder:
        """The data folder to work on."""
        return self._source if self.scratch is None else self.scratch.folder

    @property
    def mode(self) -> Literal["lab", "live"]:
        """What pictures say of it."""
        return "live" if self.scratch is None else "lab"

    @property
    def moments(self) -> Path | None:
        """The file in which workers remember how everything was; none where work is real."""
        return None if self.scratch is None else self.scratch.moments
