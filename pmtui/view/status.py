"""Where an app stands, told from its files alone."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pmtui.model.app import Manager
from pmtui.storage.ledger import Counters
from pmtui.view.reader import Progress, Reader
from pmtui.view.safe import safe
from pmtui.view.snapshot import SourceView
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
        oldest_at: when the oldest event not handled was recorded, in seconds since the Unix epoch; None if there
            is none.
    """

    name: str
    state: str
    reason: str
    since: str
    pid: int | None
    counters: Counters
    progress: dict[str, Progress]
    oldest_at: float | None

    @property
    def oldest(self) -> float | None:
        """How many seconds ago that was."""
        return None if self.oldest_at is None else time.time() - self.oldest_at

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


def source_views(progress: Mapping[str, Progress]) -> tuple[SourceView, ...]:
    """How far a manager is in each of its sources, as a screen shows it."""
    return tuple(
        SourceView(safe(source), each.cursor, each.head, each.behind, each.capped, each.done)
        for source, each in progress.items()
    )


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
        reader.oldest(manager.name, progress),
    )
