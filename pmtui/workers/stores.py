"""Opening what one manager works on."""

from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

from pmtui.model.app import App
from pmtui.storage.folder import DataFolder
from pmtui.storage.sqlite.ledger import SqliteLedger
from pmtui.storage.sqlite.log import SqliteLog
from pmtui.workers.alive import hold
from pmtui.workers.remembering import Memory, RememberingLedger


class Stores:
    """The logs of an app's contexts and the ledger of one of its managers, open for writing, in one thread.

    Everything that is not there is created.

    Args:
        app, manager: whose.
        folder: where they are.
        moments: in a lab, the file of its moments.

    Attributes:
        memory: in a lab, what remembers its moments.

    Raises:
        StorageError: something is there that is no log or ledger of ours, or cannot be opened.
    """

    def __init__(self, app: App, manager: str, folder: DataFolder, *, moments: Path | None = None) -> None:
        logs: dict[str, SqliteLog] = {}
        self.ledger: SqliteLedger
        self.memory: Memory | None = None
        with ExitStack() as opened:
            for name, path in folder.logs(app).items():
                logs[name] = SqliteLog.open(name, path, create=True)
                opened.callback(logs[name].close)
            path = folder.ledger(app.name, manager)
            if moments is None:
                self.ledger = SqliteLedger.open(path, app.name, manager, create=True)
                opened.callback(self.ledger.close)
            else:
                self.ledger = remembering = RememberingLedger.open(path, app.name, manager, create=True)
                opened.callback(self.ledger.close)
                self.memory = Memory(moments, app, manager, logs, remembering, folder)
                opened.callback(self.memory.close)
            opened.callback(hold(path).close)
            self._opened = opened.pop_all()
        self.logs: Mapping[str, SqliteLog] = logs

    def close(self) -> None:
        """Close all files."""
        self._opened.close()
