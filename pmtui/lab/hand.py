"""What the lab remembers of one manager: the crashes of its turns, how fast it goes, whether it waits."""

import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from pmtui.model.app import Manager, Receiver
from pmtui.model.point import Point
from pmtui.storage.ledger import Counters
from pmtui.view.consequence import Situation, consequence
from pmtui.view.journal import failed, identity, in_hand, killed
from pmtui.view.pages import JournalEntry
from pmtui.view.reader import Progress
from pmtui.view.safe import safe
from pmtui.view.snapshot import Failure, ManagerState, ManagerView, Speed
from pmtui.view.state import instance_view
from pmtui.view.status import source_views
from pmtui.view.story import Story
from pmtui.view.strip import turn_view, upcoming_view
from pmtui.view.turn import TurnView
from pmtui.workers.process import WorkerProcess
from pmtui.workers.protocol import Report, StopReport

_RATES = 60


@dataclass(slots=True)
class Pulled:
    """What was read of one manager's files for a picture."""

    progress: Mapping[str, Progress]
    running: int
    completed: int
    pending: int
    turn_label: str
    upcoming_label: str
    late: int
    suppressed: int
    oldest: float | None


@dataclass(frozen=True, slots=True)
class Death:
    """A crash of a manager, or a failure.

    Attributes:
        after: the number of the newest moment by then; it is not part of that one's past.
        turn: the number of the turn that it interrupted, or that lost actions.
        entry: for the journal; None if nothing was in hand.
        lost: how many actions were lost for good.
        crash: whether it was one.
        crashes: the points that later workers were to die at by then, one each.
    """

    after: int
    turn: int
    entry: JournalEntry | None
    lost: int
    crash: bool
    crashes: tuple[Point, ...]


@dataclass(slots=True)
class Hand:
    """One manager in the lab.

    Attributes:
        manager: which one.
        worker: its newest worker, dead or alive.
        story: of the last crash, until the turn that it interrupted is done.
        deaths: its crashes and failures, in their order.
        lost_in: the turn whose actions were lost last.
        crashes: the points that its next workers are to die at, one each; `dies_at` that of its worker.
        base: the ledger's totals when the lab was opened.
        held: whether it waits because another manager is being stepped.
        why: the words for the breakpoint that its worker has stopped or died at last.
    """

    manager: Manager
    worker: WorkerProcess | None = None
    story: Story | None = None
    deaths: list[Death] = field(default_factory=list)
    lost_in: int = 0
    crashes: deque[Point] = field(default_factory=deque)
    dies_at: Point | None = None
    base: Counters = field(default_factory=Counters)
    held: bool = False
    why: str = ""
    known: dict[tuple[object, ...], int] = field(default_factory=dict)
    since: float = field(default_factory=time.time)
    state: ManagerState = "starting"
    rates: deque[float] = field(default_factory=lambda: deque(maxlen=_RATES))
    _sample: tuple[float, int] | None = None
    _told: WorkerProcess | None = None
    _stop: tuple[object, ...] = ()

    @property
    def entries(self) -> list[JournalEntry]:
        """What crashes interrupted and failures stopped, for the journal."""
        return [death.entry for death in self.deaths if death.entry is not None]

    @property
    def lost(self) -> int:
        """How many actions were lost."""
        return sum(death.lost for death in self.deaths)

    @property
    def crashed(self) -> int:
        """How many of its deaths were crashes."""
        return sum(death.crash for death in self.deaths)

    def deaths_before(self, moment: int) -> list[Death]:
        """Its crashes and failures in the past of the moment with a number."""
        return [death for death in self.deaths if death.after < moment]

    def _attempt(self, turn: int) -> int:
        """How many attempts at a turn were interrupted."""
        return sum(entry.key[0] == turn for entry in self.entries)

    @property
    def report(self) -> Report | None:
        """What its worker said last."""
        return None if self.worker is None else self.worker.report

    @property
    def dead(self) -> bool:
        """Whether it has no living worker."""
        return self.worker is None or self.worker.died is not None

    def new_stop(self) -> StopReport | None:
        """The breakpoint that its worker has come to, once."""
        report = self.report
        if report is None or report.stop is None or report.turn is None:
            return None
        stop = (report.pid, report.turn.number, report.turn.point, report.stop)
        if stop == self._stop:
            return None
        self._stop = stop
        return report.stop

    def now(self, report: Report | None) -> ManagerState:
        """Its state, when this is what its worker said last."""
        worker = self.worker
        if worker is None:
            return "starting"
        if report is not None and report.state == "failed":
            return "failed"
        if worker.died is not None:
            return "stopped" if worker.ended_itself else "killed"
        return "starting" if report is None else report.state

    @property
    def unfinished(self) -> int | None:
        """The number of a turn that is saved and still has actions to take; None if there is none or it is dead."""
        report = self.report
        if self.dead or report is None or report.turn is None or report.turn.finished:
            return None
        return report.turn.number

    def died(self, story: Story, label: str, at: str, after: int) -> None:
        """Its worker crashed and left this; `after` is the number of the newest moment by then."""
        if story.lost and story.turn == self.lost_in:
            story = replace(story, turn=story.turn + 1, lost=())  # an earlier crash lost them
        report = self.report
        turn = report.turn if report is not None and report.turn is not None else None
        if turn is not None and (turn.number != story.turn or turn.finished):
            turn = None
        attempt = self._attempt(story.turn)
        entry = killed(story, turn, label=label, attempt=attempt, time=at, known=self.known)
        self._note(after, story, entry, crash=True)
        self.known = {identity(applied): applied.times for applied in story.applied}
        self.story = story
        self._told = self.worker

    def _lost_by(self, story: Story) -> int:
        if not story.lost or story.turn == self.lost_in:
            return 0
        self.lost_in = story.turn
        return len(story.lost)

    def stopped(self, story: Story, label: str, at: str, after: int) -> None:
        """Its handler failed, or an aggregate did; of a turn that saves first, what was not taken by then is lost.

        Label and time are those of the event that failed, if one did.
        """
        report = self.report
        entry = None
        if report is not None and report.turn is not None and not report.turn.finished:
            event = None if report.failure is None else report.failure.event
            entry = failed(report.turn, event, label, self._attempt(report.turn.number), at)
        self._note(after, story, entry, crash=False)

    def _note(self, after: int, story: Story, entry: JournalEntry | None, *, crash: bool) -> None:
        lost = self._lost_by(story)
        self.deaths.append(Death(after, story.turn, entry, lost, crash=crash, crashes=tuple(self.crashes)))

    def hand_entry(self, report: Report | None, label: str, at: str) -> JournalEntry | None:
        """The journal's entry for the turn in hand; label and time are its last event's."""
        if self.dead or report is None or report.turn is None:
            return None
        attempt = self._attempt(report.turn.number)
        return in_hand(report.turn, label, attempt, at)

    def suppressed_in_hand(self) -> int:
        """Actions of the turn in hand that a receipt stopped; the ledger counts them when it is saved."""
        report = self.report
        if self.dead or report is None or report.turn is None or report.turn.finished:
            return 0
        return sum(taken.outcome == "suppressed" for taken in report.turn.taken)

    def view(
        self,
        report: Report | None,
        pulled: Pulled,
        receivers: Mapping[str, Receiver],
        speed: Speed,
        others: tuple[str, int] | None,
        crashes: int,
        crash_at: str,
        *,
        live: bool,
    ) -> ManagerView:
        """The picture of it, `report` being what its worker said when `pulled` was read."""
        state = self.now(report)
        if state != self.state:
            self.state, self.since = state, time.time()
        turn = self._turn(report, pulled, state)
        self._forget_story(report)
        self._measure(report)
        failure = None
        if report is not None and report.failure is not None:
            told = report.failure
            trace = tuple(safe(line) for line in told.trace)
            failure = Failure(safe(told.sentence), safe(told.place), trace)
        next_timer = None
        if report is not None and report.next_due is not None and report.clock:
            next_timer = (report.next_due - report.clock) / 1e6
        sources = source_views(pulled.progress)
        upcoming = report.upcoming if report is not None else None
        situation = Situation(
            state=state,
            turn=turn,
            upcoming=f"{safe(upcoming.source)}@{upcoming.position}" if upcoming is not None else "",
            receivers=receivers,
            story=None if state == "killed" and self._told is not self.worker else self.story,
            failure=failure,
            next_timer=next_timer,
            to_do=sum(source.behind for source in sources),
            others=others,
            speed=speed,
            crash_at=crash_at,
            live=live,
        )
        return ManagerView(
            name=self.manager.name,
            state=state,
            consequence=consequence(situation),
            pid=None if self.worker is None else self.worker.pid,
            since=self.since,
            sources=sources,
            turn=turn,
            instance=instance_view(report.instance, report.clock) if report and report.instance else None,
            next_timer=next_timer,
            pending_timers=pulled.pending,
            failure=failure,
            rate=self.rates[-1] if self.rates else 0.0,
            rates=tuple(self.rates),
            running_instances=pulled.running,
            completed_instances=pulled.completed,
            handled=report.counters.handled if report is not None else 0,
            ignored=report.counters.ignored if report is not None else 0,
            late=pulled.late,
            crashes=crashes,
            deaths=len(self.deaths),
            oldest=pulled.oldest,
            held=self.held,
            stop=self._stopped(report, state),
        )

    def _stopped(self, report: Report | None, state: ManagerState) -> str:
        """The words for the breakpoint that is why it stands as it does."""
        stop = None if report is None else report.stop
        if stop is None:
            return ""
        return self.why if state == ("killed" if stop.deed == "crash" else "paused") else ""

    def _turn(self, report: Report | None, pulled: Pulled, state: ManagerState) -> TurnView | None:
        if report is None:
            return None
        if report.turn is None and report.upcoming is not None:
            event = report.upcoming
            cursor = pulled.progress[event.source].cursor if event.source in pulled.progress else 0
            return upcoming_view(event, pulled.upcoming_label, 0, cursor, self.manager.cls.delivery)
        if report.turn is None or (state == "killed" and report.turn.finished):
            return None
        return turn_view(report.turn, pulled.turn_label)

    def _forget_story(self, report: Report | None) -> None:
        if self.story is None or self.dead or report is None or report.turn is None:
            return
        if report.turn.number > self.story.turn or (report.turn.number == self.story.turn and report.turn.finished):
            self.story = None

    def _measure(self, report: Report | None) -> None:
        """Events a second since the last picture that is long enough ago."""
        if report is None:
            return
        now, handled = time.monotonic(), report.counters.handled + report.counters.ignored
        if self._sample is None:
            self._sample = (now, handled)
        elapsed = now - self._sample[0]
        if elapsed >= 0.2:
            self.rates.append(max(0.0, (handled - self._sample[1]) / elapsed))
            self._sample = (now, handled)
