"""What watching knows of one manager, told from its files alone."""

import time
from collections import deque
from dataclasses import dataclass, field, replace

from pmtui.model.app import Manager, Receiver
from pmtui.view.aftermath import aftermath
from pmtui.view.journal import killed, moment_of
from pmtui.view.logpage import label_and_time
from pmtui.view.pages import JournalEntry
from pmtui.view.reader import Reader
from pmtui.view.snapshot import Consequence, Failure, ManagerState, ManagerView
from pmtui.view.status import ManagerStatus, source_views, status_of
from pmtui.view.story import Story, tell
from pmtui.view.words import count, span

_RATES = 60
_STATES: dict[str, ManagerState] = {
    "new": "stopped",
    "running": "running",
    "idle": "idle",
    "failed": "failed",
    "killed": "killed",
}
"""A status as a screen shows it; any other has ended."""


@dataclass(slots=True)
class Watched:
    """One manager whose worker is somebody else's.

    Attributes:
        manager: which one.
        status: as it was found last.
        story: what its worker left, where it was killed.
        turn: the number of the last turn saved.
    """

    manager: Manager
    status: ManagerStatus | None = None
    story: Story | None = None
    turn: int = 0
    lost: dict[int, int] = field(default_factory=dict)
    """By turn, how many actions were found to be lost, also those lost before anybody watched."""
    rates: deque[float] = field(default_factory=lambda: deque(maxlen=_RATES))
    _sample: tuple[float, int] | None = None

    @property
    def dead(self) -> bool:
        """Whether it was killed."""
        return self.status is not None and self.status.state == "killed"

    def look(self, reader: Reader) -> None:
        """Read how it stands.

        Raises:
            StorageError: one of its files cannot be read.
        """
        self.status = status_of(reader, self.manager)
        state = reader.state(self.manager.name)
        self.turn = 0 if state is None else state.turn
        self.story = tell(reader, self.manager.name, self.manager.cls.delivery) if self.dead else None
        if self.story is not None and self.story.lost:
            self.lost[self.story.turn] = len(self.story.lost)
        now, handled = time.monotonic(), self.status.counters.handled + self.status.counters.ignored
        if self._sample is not None and now > self._sample[0]:
            self.rates.append(max(0.0, (handled - self._sample[1]) / (now - self._sample[0])))
        self._sample = (now, handled)

    def beside(self, reader: Reader) -> tuple[list[JournalEntry], int | None]:
        """What its journal does not have: the turn that a crash interrupted; and a turn that may still be acting."""
        if self.story is None:
            return [], self.turn if self.status is not None and self.status.pid is not None else None
        label = at = ""
        if self.story.runs:
            run = self.story.runs[-1]
            label, at = label_and_time(reader, self.manager.name, run.source, run.last)
        entry = killed(self.story, None, label=label, attempt=0, time=at, known={})
        return ([] if entry is None else [entry]), None

    def view(self, reader: Reader, receivers: dict[str, Receiver]) -> ManagerView:
        """The picture of it."""
        name = self.manager.name
        status = self.status
        if status is None:
            return ManagerView(name, "starting", Consequence("Reading its ledger …"))
        state = _STATES.get(status.state, "stopped")
        running, completed = reader.instances(name)
        ledger = reader.state(name)
        due = None if ledger is None else ledger.next_due
        return ManagerView(
            name=name,
            state=state,
            consequence=self._consequence(status, receivers),
            pid=status.pid,
            since=moment_of(status.since) / 1e6,
            sources=source_views(status.progress),
            next_timer=None if due is None else due / 1e6 - time.time(),
            pending_timers=reader.pending_timers(name),
            failure=Failure(status.reason) if state == "failed" else None,
            rate=self.rates[-1] if self.rates else 0.0,
            rates=tuple(self.rates),
            running_instances=running,
            completed_instances=completed,
            handled=status.counters.handled,
            ignored=status.counters.ignored,
            late=status.counters.late,
            crashes=status.counters.crashes,
            oldest=status.oldest_at,
        )

    def _consequence(self, status: ManagerStatus, receivers: dict[str, Receiver]) -> Consequence:
        """Where it stands, without keys: none of them does anything here."""
        to_do = sum(progress.behind for progress in status.progress.values())
        left = f"{count(to_do, 'event')} to do." if to_do else ""
        oldest = ""
        if status.oldest is not None:
            oldest = f"The oldest was recorded {span(-max(1.0, status.oldest))}."
        match status.state:
            case "new":
                return Consequence("Not started yet.", f"{left} pmtui run starts it.".strip())
            case "running":
                return Consequence("Running.", f"{left} {oldest}".strip())
            case "idle":
                return Consequence("All handled.", "It waits for what is appended.")
            case "failed":
                return Consequence(f"Stopped: {status.reason}", left)
            case "killed":
                return replace(aftermath(self.story, receivers), hints=())
            case _:
                return Consequence("Ended.", left)
