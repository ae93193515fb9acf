"""Reading an app's files, and never writing them: heads, progress, ledgers, pages. Everything here runs in one thread
that is not the event loop's."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from sqlite3 import Connection

from pmtui.handling.sources import moment_of
from pmtui.model.app import App, Manager
from pmtui.model.manager import TIMERS
from pmtui.storage.errors import NotMade
from pmtui.storage.folder import DataFolder
from pmtui.storage.ledger import LedgerState
from pmtui.storage.sqlite.database import Database
from pmtui.storage.sqlite.events import head_of, page_of
from pmtui.storage.sqlite.file import trace
from pmtui.storage.sqlite.ledger import SqliteLedger, state_of
from pmtui.storage.sqlite.log import SqliteLog

COUNTED = 100_000
"""Events are counted exactly up to here."""


@dataclass(frozen=True, slots=True)
class Worked:
    """How a ledger says its worker is: `state`, why, since when (RFC 3339), which process, whether it ended itself."""

    state: str
    reason: str
    since: str
    pid: int | None
    clean: bool


@dataclass(slots=True)
class _Tally:
    """Events at or below a cursor and above it, kept up by counting only what has changed since.

    Above the cursor it counts twice as far as is told, so that a long way behind it is not counted anew each time.
    """

    cursor: int = 0
    head: int = 0
    done: int = 0
    above: int = 0
    all: bool = True
    """Whether `above` counts all of them, or at least so many."""

    @property
    def behind(self) -> int:
        """Events above the cursor, at most `COUNTED`."""
        return min(COUNTED, max(0, self.above))

    def follow(self, connection: Connection, cursor: int, head: int) -> None:
        """Count on to a new cursor and head."""
        most = 2 * COUNTED
        if cursor < self.cursor or head < self.head:
            self.done, passed = _count(connection, 0, cursor, COUNTED), most
        else:
            passed, new = (_count(connection, *span, most) for span in ((self.cursor, cursor), (self.head, head)))
            self.done = min(COUNTED, self.done + passed)
            self.above += new - passed
            self.all = self.all and new < most
        if passed == most or (self.above < COUNTED and not self.all):
            self.above = _count(connection, cursor, head, most)
            self.all = self.above < most
        self.cursor, self.head = cursor, head


def _count(connection: Connection, above: int, upto: int, most: int) -> int:
    if upto <= above:
        return 0
    found: int = connection.execute(
        "SELECT count(*) FROM (SELECT 1 FROM events WHERE position > ? AND position <= ? LIMIT ?)",
        (above, upto, most),
    ).fetchone()[0]
    return found


def _lenient(raw: bytes) -> str:
    """Text as somebody else may have written it, also where it is not UTF-8: shown, not refused."""
    return raw.decode(errors="replace")


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a manager is in one source; see `SourceView`."""

    cursor: int
    head: int
    done: int
    behind: int
    capped: bool


class Reader:
    """The files of an app, opened reading only, each as soon as it is there.

    Args:
        app: the app.
        folder: where they are.
        unseen: take no locks and leave no trace. Then what is read between two calls of `release` is of one moment,
            and the second tells whether it can be trusted.

    Attributes:
        app, folder: as above.
        files: the log of each context.
    """

    def __init__(self, app: App, folder: DataFolder, *, unseen: bool = False) -> None:
        self.app = app
        self._unseen = unseen
        self._traces: dict[Path, tuple[object, ...] | None] = {}
        self.files = folder.logs(app)
        self.folder = folder
        self._logs: dict[str, SqliteLog] = {}
        self._ledgers: dict[str, SqliteLedger] = {}
        self._tallies: dict[tuple[str, str], _Tally] = {}
        self._doubled: dict[str, tuple[int, int]] = {}
        self._oldest: dict[tuple[str, str], tuple[int, int]] = {}

    def log(self, context: str) -> SqliteLog | None:
        """The log of a context, None while it is not there.

        Raises:
            StorageError: it cannot be read, or is no log.
        """
        if context not in self._logs:
            path = self.files[context]
            if not path.exists():
                return None
            try:
                log = SqliteLog.open(context, path, read_only=True, unseen=self._without_trace(path))
            except NotMade:
                return None
            self._logs[context] = log
            self._logs[context].database.connection.text_factory = _lenient
        return self._logs[context]

    def ledger_file(self, manager: str) -> Path:
        """Where a manager's ledger is or would be."""
        return self.folder.ledger(self.app.name, manager)

    def ledger(self, manager: str) -> SqliteLedger | None:
        """The ledger of a manager, None while it is not there.

        Raises:
            StorageError: it cannot be read, or is no ledger.
        """
        if manager not in self._ledgers:
            path = self.ledger_file(manager)
            if not path.exists():
                return None
            try:
                self._ledgers[manager] = SqliteLedger.open(
                    path, self.app.name, manager, read_only=True, unseen=self._without_trace(path)
                )
            except NotMade:
                return None
        return self._ledgers[manager]

    def head(self, context: str) -> int:
        """The highest position of a context's log; 0 while it is not there."""
        log = self.log(context)
        if log is None:
            return 0
        with log.database.explained():
            return head_of(log.database.connection)

    def state(self, manager: str) -> LedgerState | None:
        """What a manager's ledger says; None while there is none."""
        ledger = self.ledger(manager)
        if ledger is None:
            return None
        with ledger.database.explained():
            return state_of(ledger.database)

    def worked(self, manager: str) -> Worked | None:
        """How its worker was, by its own account; None where none has ever started."""
        ledger = self.ledger(manager)
        if ledger is None:
            return None
        with ledger.database.explained():
            row = ledger.database.connection.execute("SELECT state, reason, since, pid, clean FROM ledger").fetchone()
        return None if row is None else Worked(row[0], row[1], row[2], row[3], bool(row[4]))

    def progress(self, manager: Manager, state: LedgerState | None) -> dict[str, Progress]:
        """How far a manager is in each of its sources."""
        found: dict[str, Progress] = {}
        for source in manager.sources:
            database = self.database_of(manager.name, source)
            cursor = 0 if state is None or source not in state.cursors else state.cursors[source].position
            if database is None:
                found[source] = Progress(cursor, 0, 0, 0, capped=False)
                continue
            with database.explained():
                head = self._head_in(manager.name, source, database)
                tally = self._tallies.setdefault((manager.name, source), _Tally())
                if (tally.cursor, tally.head) != (cursor, head):
                    tally.follow(database.connection, cursor, head)
            found[source] = Progress(cursor, head, tally.done, tally.behind, tally.behind >= COUNTED)
        return found

    def oldest(self, manager: str, progress: Mapping[str, Progress]) -> float | None:
        """When the oldest event that a manager has not handled was recorded, in seconds since the Unix epoch.

        None where all is handled, or no time can be read.
        """
        found: list[float] = []
        for source, each in progress.items():
            database = self.database_of(manager, source) if each.behind else None
            if database is None:
                continue
            cursor, moment = self._oldest.get((manager, source), (-1, 0))
            if cursor != each.cursor:
                with database.explained():
                    moment = next((moment_of(row) for row in page_of(database.connection, each.cursor, 1)), 0)
                self._oldest[manager, source] = each.cursor, moment
            if moment:
                found.append(moment / 1e6)
        return min(found, default=None)

    def instances(self, manager: str) -> tuple[int, int]:
        """How many instances are running and how many completed, each counted up to 100,000."""
        ledger = self.ledger(manager)
        if ledger is None:
            return 0, 0
        sql = "SELECT count(*) FROM (SELECT 1 FROM instances WHERE status = ? LIMIT ?)"
        with ledger.database.explained():
            running, completed = (
                ledger.database.connection.execute(sql, (status, COUNTED)).fetchone()[0]
                for status in ("running", "completed")
            )
        return running, completed

    def pending_timers(self, manager: str) -> int:
        """How many timers wait to fire, counted up to 100,000."""
        ledger = self.ledger(manager)
        if ledger is None:
            return 0
        with ledger.database.explained():
            found: int = ledger.database.connection.execute(
                "SELECT count(*) FROM (SELECT 1 FROM pending WHERE fired IS NULL LIMIT ?)", (COUNTED,)
            ).fetchone()[0]
        return found

    def doubled(self, context: str) -> int:
        """How many actions were applied more than once in a log, with events added; counted on from the last look."""
        log = self.log(context)
        if log is None:
            return 0
        seen, number = self._doubled.get(context, (0, 0))
        with log.database.explained():
            rows = log.database.connection.execute("SELECT id, added FROM repeats WHERE id > ?", (seen,)).fetchall()
        if rows:
            seen, number = max(row[0] for row in rows), number + sum(row[1] > 0 for row in rows)
            self._doubled[context] = (seen, number)
        return number

    def writers(self, context: str) -> tuple[str, ...]:
        """The managers of this app that have acted there."""
        log = self.log(context)
        if log is None:
            return ()
        with log.database.explained():
            rows = log.database.connection.execute(
                "SELECT DISTINCT manager FROM senders WHERE app = ?", (self.app.name,)
            )
            return tuple(row[0] for row in rows)

    def _head_in(self, manager: str, source: str, database: Database) -> int:  # noqa: ARG002  (of the past they tell more)
        """The highest position of a source."""
        return head_of(database.connection)

    def database_of(self, manager: str, source: str) -> Database | None:
        """Where a manager reads a source: a context's log, or its own ledger for timers; None while it is not there.

        Raises:
            StorageError: it cannot be read.
        """
        store = self.ledger(manager) if source == TIMERS else self.log(source)
        return None if store is None else store.database

    def _without_trace(self, path: Path) -> bool:
        if self._unseen:
            self._traces[path] = trace(path)
        return self._unseen

    def release(self) -> bool:
        """Close all files, but remember what was counted; whether what was read since the last time can be trusted.

        It cannot where a file was written to in its midst: then it has to be read again.
        """
        self.close()
        traces, self._traces = self._traces, {}
        return all(before is not None and trace(path) == before for path, before in traces.items())

    def close(self) -> None:
        """Close all files."""
        for log in self._logs.values():
            log.close()
        for ledger in self._ledgers.values():
            ledger.close()
        self._logs.clear()
        self._ledgers.clear()
