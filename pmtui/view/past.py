"""Reading an app's files as they were at a moment: everything that came later is hidden from whoever reads."""

from pmtui.model.manager import TIMERS
from pmtui.storage.ledger import Instance, LedgerState
from pmtui.storage.sqlite.database import Database
from pmtui.storage.sqlite.ledger import SqliteLedger, state_told_by
from pmtui.storage.sqlite.log import SqliteLog
from pmtui.storage.sqlite.marks import LogMark
from pmtui.storage.sqlite.moments import Moment, Moments
from pmtui.view.reader import Reader


class PastReader(Reader):
    """The files of a lab as they were at one of its moments, for everything that a `Reader` can be asked.

    What reads tables finds only what was there, so whoever shows the present can show the past. How many instances and
    timers there were is not told; for single ones call `recall` first.

    Args:
        present: reads the files as they are now.
        moments: of this scratch copy.
        moment: one of them.
    """

    def __init__(self, present: Reader, moments: Moments, moment: Moment) -> None:
        super().__init__(present.app, present.folder)
        self.moment = moment
        self._moments = moments
        self._recalled: set[str] = set()

    def log(self, context: str) -> SqliteLog | None:
        """See `Reader.log`."""
        opened = context in self._logs
        log = super().log(context)
        if log is not None and not opened:
            log.database.see_only(_log_views(self.moment.log(context)))
        return log

    def ledger(self, manager: str) -> SqliteLedger | None:
        """See `Reader.ledger`."""
        opened = manager in self._ledgers
        ledger = super().ledger(manager)
        if ledger is not None and not opened:
            mark = self.moment.ledger(manager)
            ledger.database.see_only(
                {
                    "events": f"SELECT * FROM main.events WHERE position <= {mark.timers or 0}",
                    "journal": f"SELECT * FROM main.journal WHERE id <= {mark.journal}",
                }
            )
        return ledger

    def head(self, context: str) -> int:
        """See `Reader.head`."""
        return self.moment.log(context).head or 0

    def _head_in(self, manager: str, source: str, database: Database) -> int:
        del database
        return self.moment.ledger(manager).timers or 0 if source == TIMERS else self.head(source)

    def state(self, manager: str) -> LedgerState | None:
        """See `Reader.state`."""
        ledger = self.ledger(manager)
        mark = self.moment.ledger(manager)
        if ledger is None or not mark.row:
            return None
        return state_told_by(mark.row, ledger.database.identity, mark.next_due)

    def recall(self, manager: str) -> None:
        """Let a manager's instances and pending timers be as they were, too. In a large lab that takes a while.

        Raises:
            StorageError: its ledger cannot be read.
        """
        ledger = self.ledger(manager)
        if ledger is None or manager in self._recalled:
            return
        self._recalled.add(manager)
        was: dict[str, Instance] = {}
        for images in self._moments.changed(manager, self.moment.ledger(manager).turn):
            for image in images:
                was.setdefault(image.correlation, image)
        head = self.moment.ledger(manager).timers or 0
        ledger.database.see_only(_INSTANCES | {"pending": _PENDING.format(head=head)}, _tables(was))


_INSTANCES = {
    "instances": (
        "SELECT * FROM main.instances WHERE correlation NOT IN (SELECT correlation FROM temp.changed) "
        "UNION ALL SELECT * FROM temp.instances_then"
    )
}
_PENDING = (
    "SELECT correlation, type, due, recorded_at, data, metadata, CASE WHEN fired <= {head} THEN fired END AS fired "
    "FROM (SELECT * FROM main.pending WHERE correlation NOT IN (SELECT correlation FROM temp.changed) "
    "UNION ALL SELECT * FROM temp.pending_then)"
)


def _tables(was: dict[str, Instance]) -> dict[str, tuple[str, list[tuple[object, ...]]]]:
    """The tables that the views above read: columns and rows."""
    there = [each for each in was.values() if each.status != "missing" or each.missed]
    return {
        "changed": ("correlation PRIMARY KEY", [(name,) for name in was]),
        "instances_then": (
            "correlation PRIMARY KEY, status, state, started, missed",
            [(i.correlation, i.status, i.state, i.started, i.missed) for i in there],
        ),
        "pending_then": (
            "correlation, type, due, recorded_at, data, metadata, fired",
            [
                (i.correlation, t.type, t.due, t.recorded_at, t.data, t.metadata, t.fired)
                for i in there
                for t in i.timers.values()
            ],
        ),
    }


def _log_views(mark: LogMark) -> dict[str, str]:
    known = ", ".join(str(sender.id) for sender in mark.senders)
    taken = " OR ".join(
        f"(sender = {sender.id} AND (position, ordinal) <= ({sender.position}, {sender.ordinal}))"
        for sender in mark.senders
    )
    return {
        "events": f"SELECT * FROM main.events WHERE position <= {mark.head or 0}",
        "repeats": f"SELECT * FROM main.repeats WHERE id <= {mark.repeats}",
        "senders": f"SELECT * FROM main.senders WHERE id IN ({known})",
        "receipts": f"SELECT * FROM main.receipts WHERE {taken or '0'}",
    }
