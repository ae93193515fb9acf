"""Looking back: a person's place in the past of a lab, and the ways from there."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from pmtui.lab.hand import Death, Hand
from pmtui.lab.observer import Observer
from pmtui.model import instant
from pmtui.model.errors import InputError
from pmtui.storage.sqlite.marks import marks_of
from pmtui.storage.sqlite.moments import Moment, Moments
from pmtui.view.lookback import contexts_then, counted_then, manager_then
from pmtui.view.pages import JournalEntry
from pmtui.view.past import PastReader
from pmtui.view.reader import Reader
from pmtui.view.session import Jump
from pmtui.view.snapshot import Past, Snapshot
from pmtui.view.words import count, crashes

_WHERE = re.compile(r"(?P<source>[^@\s]+)@(?P<position>\d+)")
_TIME = re.compile(r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2}))?")


class Lookback:
    """Where in a lab's past its person stands. All of it runs in the database thread.

    The order of moments is that in which turns were saved, whichever manager's they were. What a turn of another
    manager had done by then, and not saved, is there as it was, so nothing ever comes before its cause.

    Args:
        present: reads the files as they are now.
        path: the file of the lab's moments.
        hands: its managers, with their crashes.
        observer: who knows from where on things are counted.

    Attributes:
        moments: the file.
        reader: of the files as they were then; None in the present.
        picture: of then; None in the present.
    """

    def __init__(
        self,
        present: Reader,
        path: Path,
        hands: Mapping[str, Hand],
        observer: Observer,
    ) -> None:
        self.moments = Moments.open(path)
        self.reader: PastReader | None = None
        self.picture: Snapshot | None = None
        self._present = present
        self._app = present.app
        self._hands = hands
        self._observer = observer

    def begin(self) -> None:
        """Remember the beginning, unless that was done.

        Raises:
            StorageError: a file cannot be read.
        """
        if self.moments.newest():
            return
        logs = {name: self._present.log(name) for name in self._app.contexts}
        ledgers = {name: self._present.ledger(name) for name in self._app.managers}
        marks = marks_of(
            {name: log.database.connection for name, log in logs.items() if log is not None},
            {name: ledger.database.connection for name, ledger in ledgers.items() if ledger is not None},
        )
        if marks is not None:
            clock = max((mark.row.get("clock", 0) for mark in marks[1].values()), default=0)
            self.moments.add(Moment(clock=clock, logs=marks[0], ledgers=marks[1]))

    @property
    def moment(self) -> Moment | None:
        """The moment that is looked at; None in the present."""
        return None if self.reader is None else self.reader.moment

    def go(self, jump: Jump, present: Snapshot) -> str:
        """Go to another moment, or back to the present.

        Args:
            jump: which way.
            present: the picture of now.

        Returns:
            A sentence where there is nothing that way; empty if there was.
        """
        here = self.moment
        match jump:
            case "earlier":
                found = self._newest_before_now() if here is None else self.moments.before(here.id)
                return self._to(found, present) if found is not None else "Nothing was handled before this."
            case "later":
                if here is None:
                    return "This is the present: `[` goes back."
                found = self.moments.after(here.id)
                if found is None:
                    self.leave()
                    return "This is the present again."
                return self._to(found, present)
            case "earlier_mark":
                found = self._marked_before(self.moments.newest() + 1 if here is None else here.id)
                return self._to(found, present) if found is not None else "No crash and no doubled action before this."
            case "later_mark":
                found = None if here is None else self._marked_after(here.id)
                return self._to(found, present) if found is not None else "No crash and no doubled action after this."

    def find(self, where: str, manager: str, present: Snapshot) -> str:
        """Go to an event, `orders@3`, to when it was handled, if possible by this manager, or to a time of day.

        Returns:
            A sentence where that is not in the past; empty if it was.

        Raises:
            InputError: it is neither.
        """
        if match := _WHERE.fullmatch(where):
            source, position = match["source"], int(match["position"])
            reading = [name for name, each in self._app.managers.items() if source in each.sources]
            if not reading:
                raise InputError(f"no manager reads {source!r}")
            for name in sorted(reading, key=lambda name: name != manager):
                found = self.moments.handled(name, source, position)
                if found is not None:
                    return self._to(found, present)
            return f"{where} is not handled yet."
        found = self.moments.since(self._clock(where))
        return self._to(found, present) if found is not None else f"Nothing was handled at {where} or later yet."

    def _clock(self, text: str) -> int:
        """A time of day, on the day that the lab's clock showed first, or a whole RFC 3339 time, in microseconds."""
        try:
            if match := _TIME.fullmatch(text):
                first = next((each for each in (self.moments.since(1),) if each is not None), None)
                day = instant.EPOCH + timedelta(microseconds=0 if first is None else first.clock)
                return instant.microseconds(_at(day, match))
            return instant.microseconds(instant.parse(text))
        except ValueError:
            raise InputError(f"{text!r} is no event, as in orders@3, and no time, as in 10:04") from None

    def leave(self) -> None:
        """Back to the present."""
        if self.reader is not None:
            self.reader.close()
        self.reader = self.picture = None

    def close(self) -> None:
        """Close all files."""
        self.leave()
        self.moments.close()

    def beside(self, manager: str) -> tuple[list[JournalEntry], int | None]:
        """What a ledger did not have by then: what crashes had interrupted, and a turn about to act."""
        hand, moment = self._hands[manager], self.moment
        mark = None if moment is None else moment.ledgers.get(manager)
        if moment is None or mark is None:
            return [], None
        deaths = hand.deaths_before(moment.id)
        lost = any(death.lost and death.turn == mark.turn for death in deaths)
        return [death.entry for death in deaths if death.entry is not None], None if lost else mark.turn

    def deaths(self, upto: int) -> list[Death]:
        """The crashes and failures in the past of a moment."""
        return [death for hand in self._hands.values() for death in hand.deaths_before(upto)]

    def _newest_before_now(self) -> Moment | None:
        """The newest moment that the present differs from: something is in hand, was appended, or died since."""
        newest = self.moments.at(self.moments.newest())
        if newest is None:
            return None
        reports = [hand.report for hand in self._hands.values() if not hand.dead]
        in_hand = any(r is not None and r.turn is not None and not r.turn.finished for r in reports)
        died = any(death.after >= newest.id for hand in self._hands.values() for death in hand.deaths)
        appended = any(self._present.head(name) != (mark.head or 0) for name, mark in newest.logs.items())
        return newest if in_hand or died or appended else self.moments.before(newest.id)

    def _marked_after(self, id_: int) -> Moment | None:
        newest, repeated = self.moments.newest(), self.moments.repeated_after(id_)
        ids = [death.after + 1 for death in self.deaths(newest)] + ([] if repeated is None else [repeated])
        found = min([each for each in ids if each > id_], default=None)
        return None if found is None else self.moments.at(found)

    def _marked_before(self, id_: int) -> Moment | None:
        newest, repeated = self.moments.newest(), self.moments.repeated_before(id_)
        ids = [death.after + 1 for death in self.deaths(newest)] + ([] if repeated is None else [repeated])
        found = max([each for each in ids if each < id_], default=None)
        return None if found is None else self.moments.at(found)

    def _to(self, moment: Moment, present: Snapshot) -> str:
        self.leave()
        reader = PastReader(self._present, self.moments, moment)
        try:
            self.picture = self._picture(reader, present)
        except BaseException:
            reader.close()
            raise
        self.reader = reader
        return ""

    def _picture(self, reader: PastReader, present: Snapshot) -> Snapshot:
        moment = reader.moment
        deaths = self.deaths(moment.id)
        suppressed = 0
        for name, hand in self._hands.items():
            state = reader.state(name)
            suppressed += 0 if state is None else state.counters.suppressed - hand.base.suppressed
        return replace(
            present,
            contexts=contexts_then(reader),
            managers=tuple(manager_then(reader, self.moments, name) for name in self._hands),
            crashes=sum(death.crash for death in deaths),
            doubled=counted_then(reader, self._observer.doubled_before),
            suppressed=suppressed,
            lost=sum(death.lost for death in deaths),
            clock=moment.clock / 1e6 if moment.clock else None,
            notice="",
            past=self._past(moment, present),
        )

    def _past(self, moment: Moment, present: Snapshot) -> Past:
        base = sum(hand.base.handled + hand.base.ignored for hand in self._hands.values())
        newest = self.moments.at(self.moments.newest()) or moment
        since = present.crashes - sum(death.crash for death in self.deaths(moment.id))
        beyond = [count(newest.handled - moment.handled, "handled event")]
        beyond += [crashes(since)] if since else []
        return Past(
            manager=moment.manager,
            context=moment.source,
            position=moment.position,
            handled=moment.handled - base,
            total=newest.handled - base,
            beyond=" and ".join(beyond),
        )


def _at(day: datetime, match: re.Match[str]) -> datetime:
    return day.replace(
        hour=int(match["hour"]), minute=int(match["minute"]), second=int(match["second"] or 0), microsecond=0
    )
