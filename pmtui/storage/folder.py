"""Where things lie: the data folder, and the sample shop."""

from dataclasses import dataclass
from pathlib import Path

from pmtui.model.app import App, Context
from pmtui.model.errors import InputError
from pmtui.storage.errors import StorageError


@dataclass(frozen=True, slots=True)
class DataFolder:
    """A data folder: `NAME.db` a context, `ledgers/APP/MANAGER.db` a manager, `NAME.jsonl[.gz]` events to import.

    Attributes:
        path: the folder.
        plain: whether all logs lie in it, whatever their URLs say.
    """

    path: Path
    plain: bool = False

    def logs(self, app: App) -> dict[str, Path]:
        """The file of every context's log; a relative path in a URL starts in this folder."""
        places = {name: Context() if self.plain else context for name, context in app.contexts.items()}
        return {name: self.path / context.file(name) for name, context in places.items()}

    def ledger(self, app: str, manager: str) -> Path:
        """The file of a manager's ledger."""
        return self.path / "ledgers" / app / f"{manager}.db"

    def events_file(self, context: str) -> Path | None:
        """The file of events to import for a context, if there is one."""
        for name in (f"{context}.jsonl", f"{context}.jsonl.gz"):
            if (self.path / name).is_file():
                return self.path / name
        return None


def log_path(text: str) -> Path:
    """The file that a person names as LOG: a path, or the same as a URL, `sqlite:PATH`."""
    path = Path(text.removeprefix("sqlite:"))
    if not path.name or "://" in text:
        raise InputError(f"{text!r} names no log; one looks like data/orders.db or sqlite:data/orders.db")
    return path


def sample_folder() -> Path:
    """Where the bundled shop lies: its app file `shop.py` and, in `data`, its logs as CloudEvents.

    In an installed package that is `pmtui/_sample`, in a clone `sample_data` beside the package.

    Raises:
        StorageError: it is in neither place.
    """
    package = Path(__file__).resolve().parent.parent
    for folder in (package / "_sample", package.parent / "sample_data"):
        if (folder / "shop.py").is_file():
            return folder
    raise StorageError(f"the sample shop is missing from {package}; install pmtui again")
