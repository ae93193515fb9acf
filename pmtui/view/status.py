"""Where an app stands, told from its files alone."""

from dataclasses import dataclass
from typing import Any

from pmtui.handling.sources import moment_of
from pmtui.model import instant
from pmtui.model.app import Manager
from pmtui.model.manager import TIMERS
from pmtui.storage.ledger import Counters
from pmtui.storage.sqlite.log import page_of
from pmtui.view.reader import Progress, Reader
from pmtui.view.safe import safe
from pmtui.workers.alive import is_held


@dataclass(frozen=True, slots=True)
class ManagerStatus:
    """One manager.

    Attributes:
        state: `new` (never started), `running`, `idle`, `stopped` (ended by itself), `failed` or `killed`.
        reason: why it failed or was killed, one line; empty otherwise.
        since: when that began, as the ledger says it (RFC 3339), empty if never.
        pid: of the worker that lives, or None.
        counters: the ledger's totals.
        progress: by source.
        oldest: how many seconds ago the oldest event that is not handled was recorded, None if there is none.
    """

    name: str
    state: str
    reason: str
    since: str
    pid: int | None
    counters: Counters
    progress: dict[str, Progress]
    oldest: float | None

    def as_json(self) -> dict[str, Any]:
        """The object that `--json` prints for it."""
        return {
            "handled": self.counters.handled,
            "ignored": self.counters.ignored,
            "performed": self.counters.performed,
            "suppressed": self.counters.suppressed,
            "crashes": self.counters.crashes,
            "state": self.state,
            "reason": self.reason,
            "cursors": {
                name: {"position": p.cursor, "head": p.head, "behind": p.behind, "behind_capped": p.capped}
                for name, p in self.progress.items()
            },
        }


def status_of(reader: Reader, manager: Manager) -> ManagerStatus:
    """How one manager stands.

    Raises:
        StorageError: one of its files cannot be read.
    """
    ledger = reader.state(manager.name)
    worked = reader.worked(manager.name)
    progress = reader.progress(manager, ledger)
    alive = is_held(reader.ledger_file(manager.name))
    behind = any(each.behind for each in progress.values())
    reason = "" if worked is None else safe(worked.reason)
    if worked is None:
        state = "new"
    elif alive:
        state = "running" if behind else "idle"
    elif worked.clean:
        state = worked.state
    else:
        state, reason = "killed", "its worker ended without finishing; a restart goes on from its cursors"
    return ManagerStatus(
        manager.name,
        state,
        reason,
        "" if worked is None else safe(worked.since),
        worked.pid if worked is not None and alive else None,
        Counters() if ledger is None else ledger.counters,
        progress,
        _oldest(reader, manager.name, progress),
    )


def _oldest(reader: Reader, manager: str, progress: dict[str, Progress]) -> float | None:
    moments: list[int] = []
    for source, each in progress.items():
        store = reader.ledger(manager) if source == TIMERS else reader.log(source)
        if store is None or not each.behind:
            continue
        with store.database.explained():
            moments.extend(moment_of(row) for row in page_of(store.database.connection, each.cursor, 1))
    known = [moment for moment in moments if moment]
    return (instant.microseconds(instant.now()) - min(known)) / 1e6 if known else None
