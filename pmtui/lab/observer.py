"""Making pictures of the lab: what the workers say, joined with what the files say."""

import time
from collections.abc import Mapping
from typing import Literal

from pmtui.lab.hand import Death, Hand, Pulled
from pmtui.lab.settings import Settings
from pmtui.model.errors import PmtuiError
from pmtui.storage.ledger import Counters
from pmtui.view.journal import identity
from pmtui.view.logpage import label_and_time
from pmtui.view.pages import JournalEntry
from pmtui.view.reader import Reader
from pmtui.view.safe import safe
from pmtui.view.snapshot import ContextView, ManagerView, Snapshot, receipts_of
from pmtui.view.story import tell
from pmtui.workers.protocol import EventReport, Report

_COUNT_SECONDS = 1.0
"""Instances and timers are counted at most so often."""


class Observer:
    """Looks at an app in the lab. What reads files (all but `snapshot`) runs in the database thread.

    Args:
        reader: of its files.
        hands: its managers.
        mode: what the snapshot says it is.
    """

    def __init__(self, reader: Reader, hands: Mapping[str, Hand], mode: Literal["lab", "live"]) -> None:
        self._app = reader.app
        self._reader = reader
        self._hands = hands
        self._mode: Literal["lab", "live"] = mode
        self._doubled_before: dict[str, int] = {}
        self._counts: dict[str, tuple[float, int, int, int]] = {}

    def begin_as(self, before: "Observer", after: int) -> None:
        """Count from where another one did, after the files were taken back to a moment of that number."""
        self._doubled_before = before._doubled_before
        for name, hand in self._hands.items():
            was = before._hands[name]
            hand.base = was.base
            story = tell(self._reader, name, hand.manager.cls.delivery)
            hand.lost_in = story.turn if story.lost else 0
            if story.lost and not any(death.lost and death.turn == story.turn for death in hand.deaths):
                crashes = tuple(hand.crashes)
                hand.deaths.append(Death(after, story.turn, None, len(story.lost), crash=False, crashes=crashes))
            if story.applied:  # it was in the middle of a turn by then
                hand.story = story
                hand.known = {identity(applied): applied.times for applied in story.applied}

    @property
    def doubled_before(self) -> Mapping[str, int]:
        """By context, how many actions had been doubled when the lab was opened."""
        return self._doubled_before

    def take_stock(self) -> None:
        """Note what was there before: only what happens from now on is counted."""
        self._doubled_before = {name: self._reader.doubled(name) for name in self._app.contexts}
        for name, hand in self._hands.items():
            state = self._reader.state(name)
            hand.base = Counters() if state is None else state.counters
            story = tell(self._reader, name, hand.manager.cls.delivery)
            hand.lost_in = story.turn if story.lost else 0

    def bury(self, name: str, after: int) -> None:
        """Tell the story of a worker that has died, `after` being the number of the newest moment."""
        hand = self._hands[name]
        report = hand.report
        event = report.turn.event if report is not None and report.turn is not None else None
        if report is not None and report.failure is not None:
            event = report.failure.event or event
        label, at = self._told(name, event)
        if hand.now(report) == "killed":
            hand.died(tell(self._reader, name, hand.manager.cls.delivery), label, at, after)
        elif hand.now(report) == "failed":
            hand.stopped(tell(self._reader, name, hand.manager.cls.delivery), label, at, after)

    def pull(self, reports: Mapping[str, Report | None]) -> tuple[tuple[ContextView, ...], int, dict[str, Pulled]]:
        """Everything that is read of the files for one picture: contexts, how many were doubled, managers."""
        contexts: list[ContextView] = []
        doubled = 0
        for name in self._app.contexts:
            try:
                contexts.append(ContextView(name, self._reader.head(name), self._reader.writers(name)))
                doubled += self._reader.doubled(name) - self._doubled_before.get(name, 0)
            except PmtuiError as error:
                contexts.append(ContextView(name, problem=safe(str(error))))
        return tuple(contexts), doubled, {name: self._pull_manager(name, reports[name]) for name in self._hands}

    def _pull_manager(self, name: str, report: Report | None) -> Pulled:
        hand = self._hands[name]
        state = self._reader.state(name)
        upcoming = None if report is None else report.upcoming
        event = report.turn.event if report is not None and report.turn is not None else None
        running, completed, pending = self._counted(name)
        progress = self._reader.progress(hand.manager, state)
        return Pulled(
            progress=progress,
            running=running,
            completed=completed,
            pending=pending,
            turn_label=self._told(name, event)[0],
            upcoming_label=self._told(name, upcoming)[0],
            late=0 if state is None else state.counters.late,
            suppressed=0 if state is None else state.counters.suppressed,
            oldest=self._reader.oldest(name, progress),
        )

    def _counted(self, name: str) -> tuple[int, int, int]:
        now = time.monotonic()
        at, *counts = self._counts.get(name, (0.0, 0, 0, 0))
        if now - at > _COUNT_SECONDS:
            counts = [*self._reader.instances(name), self._reader.pending_timers(name)]
            self._counts[name] = (now, counts[0], counts[1], counts[2])
        return counts[0], counts[1], counts[2]

    def _told(self, manager: str, event: EventReport | None) -> tuple[str, str]:
        """An event's label and time of day; empty where there is none."""
        if event is None:
            return "", ""
        return label_and_time(self._reader, manager, event.source, event.position)

    def snapshot(
        self,
        pulled: tuple[tuple[ContextView, ...], int, dict[str, Pulled]],
        reports: Mapping[str, Report | None],
        settings: Settings,
        crashes: Mapping[str, int],
    ) -> Snapshot:
        """The picture of what was pulled, with what is set as it is now."""
        receivers, speed, breakpoints = settings.receivers, settings.speed, settings.breakpoints
        contexts, doubled, files = pulled
        to_do = {name: sum(p.behind for p in each.progress.values()) for name, each in files.items()}
        managers: list[ManagerView] = []
        for name, hand in self._hands.items():
            others = next(((other, n) for other, n in to_do.items() if other != name and n), None)
            crash_at = breakpoints.crash_point(name)
            about = (reports[name], files[name], receivers, speed, others, crashes[name], crash_at)
            managers.append(hand.view(*about, live=self._mode == "live"))
        suppressed = 0
        for name, hand in self._hands.items():
            report = reports[name]
            told = report is not None and report.counters != Counters()  # one that just starts has told nothing yet
            total = report.counters.suppressed if report is not None and told else files[name].suppressed
            suppressed += total - hand.base.suppressed + hand.suppressed_in_hand()
        clock = max((report.clock for report in reports.values() if report is not None), default=0)
        return Snapshot(
            app=self._app.name,
            mode=self._mode,
            receipts=receipts_of(receivers),
            speed=speed,
            contexts=contexts,
            managers=tuple(managers),
            crashes=sum(crashes.values()),
            doubled=doubled,
            suppressed=suppressed,
            lost=sum(hand.lost for hand in self._hands.values()),
            clock=clock / 1e6 if clock and self._mode == "lab" else None,
            breakpoints=breakpoints.views(),
            notice=safe(breakpoints.wrong),
        )

    def beside(self, manager: str) -> tuple[list[JournalEntry], int | None]:
        """What a ledger does not have: what crashes interrupted and what is in hand, and a turn about to act."""
        hand = self._hands[manager]
        report = hand.report
        event = report.turn.event if report is not None and report.turn is not None else None
        now = hand.hand_entry(report, *self._told(manager, event))
        return [*hand.entries, *([now] if now is not None else [])], hand.unfinished
