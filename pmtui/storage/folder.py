"""Where things lie: the data folder, and the sample shop."""

from dataclasses import dataclass
from pathlib import Path

from pmtui.model.app import Context


@dataclass(frozen=True, slots=True)
class DataFolder:
    """A data folder: `NAME.db` a context, `ledgers/APP/MANAGER.db` a manager, `NAME.jsonl[.gz]` events to import."""

    path: Path

    def log(self, name: str, context: Context) -> Path:
        """The file of a context's log; a relative path in its URL starts in this folder."""
        return self.path / (context.url.removeprefix("sqlite:") or f"{name}.db")

    def ledger(self, app: str, manager: str) -> Path:
        """The file of a manager's ledger."""
        return self.path / "ledgers" / app / f"{manager}.db"

    def events_file(self, context: str) -> Path | None:
        """The file of events to import for a context, if there is one."""
        for name in (f"{context}.jsonl", f"{context}.jsonl.gz"):
            if (self.path / name).is_file():
                return self.path / name
        return None
