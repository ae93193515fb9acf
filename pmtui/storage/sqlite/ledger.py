"""A manager's ledger in a SQLite file."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from sqlite3 import Connection
from typing import Any, Self

import msgspec

from pmtui.storage.errors import StorageError, Superseded
from pmtui.storage.ledger import Counters, Cursor, Instance, LedgerState, Save, Timer
from pmtui.storage.log import Draft, LogReader
from pmtui.storage.sqlite.database import Database
from pmtui.storage.sqlite.events import EVENTS, SqliteReader, append_to, versions_of
from pmtui.storage.sqlite.opening import open_database
from pmtui.storage.sqlite.rows import insert_many, placeholders

SCHEMA = (
    EVENTS
    + """
CREATE TABLE ledger(
    app TEXT NOT NULL,
    manager TEXT NOT NULL,
    epoch INTEGER NOT NULL DEFAULT 0,
    turn INTEGER NOT NULL DEFAULT 0,
    clock INTEGER NOT NULL DEFAULT 0,
    clean INTEGER NOT NULL DEFAULT 1,
    pid INTEGER,
    state TEXT NOT NULL DEFAULT 'new',
    reason TEXT NOT NULL DEFAULT '',
    since TEXT NOT NULL DEFAULT '',
    handled INTEGER NOT NULL DEFAULT 0,
    ignored INTEGER NOT NULL DEFAULT 0,
    performed INTEGER NOT NULL DEFAULT 0,
    suppressed INTEGER NOT NULL DEFAULT 0,
    crashes INTEGER NOT NULL DEFAULT 0,
    late INTEGER NOT NULL DEFAULT 0,
    cursors TEXT NOT NULL DEFAULT '{}',
    targets TEXT NOT NULL DEFAULT '{}'
);
CREATE TABLE instances(
    correlation TEXT PRIMARY KEY,
    status TEXT NOT NULL,
    state TEXT NOT NULL,
    started TEXT NOT NULL,
    missed INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE pending(
    correlation TEXT NOT NULL,
    type TEXT NOT NULL,
    due INTEGER NOT NULL,
    recorded_at TEXT NOT NULL,
    data TEXT NOT NULL,
    metadata TEXT NOT NULL,
    fired INTEGER,
    PRIMARY KEY(correlation, type)
) WITHOUT ROWID;
CREATE INDEX pending_by_due ON pending(due, correlation, type) WHERE fired IS NULL;
CREATE TABLE journal(
    id INTEGER PRIMARY KEY,
    turn INTEGER NOT NULL,
    source TEXT NOT NULL,
    position INTEGER NOT NULL,
    type TEXT NOT NULL,
    stream TEXT NOT NULL,
    correlation TEXT NOT NULL,
    outcome TEXT NOT NULL,
    recorded_at TEXT NOT NULL,
    handled_at TEXT NOT NULL,
    actions TEXT NOT NULL
);
"""
)

_COUNTERS = ("handled", "ignored", "performed", "suppressed", "crashes", "late")
_STATE = ("epoch", "turn", "clock", "clean", "cursors", "targets", *_COUNTERS)
_cursors = msgspec.json.Decoder(dict[str, Cursor]).decode
_cursors_text = msgspec.json.Encoder().encode
_PENDING = "correlation, type, due, recorded_at, data, metadata, fired"
_INSTANCE = "correlation, status, state, started, missed, type, due, recorded_at, data, metadata, fired"
_JOURNAL = (
    "INSERT INTO journal(turn, source, position, type, stream, correlation, outcome, recorded_at, handled_at, actions)"
)


def state_of(database: Database) -> LedgerState:
    """What a ledger says, read in a few statements; writes nothing."""
    connection = database.connection
    row = connection.execute(f"SELECT {', '.join(_STATE)} FROM ledger").fetchone()
    told = {} if row is None else dict(zip(_STATE, row, strict=True))
    return state_told_by(told, database.identity, _next_due(connection))


def state_told_by(row: Mapping[str, Any], identity: str, next_due: int | None) -> LedgerState:
    """What a ledger says whose own row has these columns; empty for one that has none yet."""
    return LedgerState(
        identity=identity,
        epoch=row.get("epoch", 0),
        turn=row.get("turn", 0),
        clock=row.get("clock", 0),
        clean=bool(row.get("clean", 1)),
        cursors=_cursors(row.get("cursors", "{}")),
        targets=_cursors(row.get("targets", "{}")),
        next_due=next_due,
        counters=Counters(*(row.get(name, 0) for name in _COUNTERS)),
    )


def _next_due(connection: Connection) -> int | None:
    due: int | None = connection.execute("SELECT min(due) FROM pending WHERE fired IS NULL").fetchone()[0]
    return due


class SqliteLedger:
    """A manager's ledger; see `Ledger` for what may be relied on."""

    def __init__(self, database: Database, app: str, manager: str) -> None:
        self.database = database
        self._owner = (app, manager)
        self._saved: _Places | None = None
        self.timers: LogReader = SqliteReader("timers", database)

    @classmethod
    def open(
        cls,
        path: Path,
        app: str,
        manager: str,
        *,
        create: bool = False,
        read_only: bool = False,
        unseen: bool = False,
    ) -> Self:
        """Open the ledger at a path; see `open_database`.

        Raises:
            StorageError: it is not there (and `create` is off), or belongs to another manager.
        """
        database = open_database(path, "ledger", SCHEMA, create=create, read_only=read_only, unseen=unseen)
        try:
            with database.explained():
                row = database.connection.execute("SELECT app, manager FROM ledger").fetchone()
            if row not in (None, (app, manager)):
                raise StorageError(f"{path}: the ledger of {row[0]!r}/{row[1]!r}, not of {app}/{manager}")
        except BaseException:
            database.close()
            raise
        return cls(database, app, manager)

    async def load(self) -> LedgerState:
        """See `Ledger.load`."""
        with self.database.reading(together=True):
            return state_of(self.database)

    async def start(self, pid: int, at: str) -> LedgerState:
        """See `Ledger.start`."""
        with self.database.transaction() as connection:
            if connection.execute("SELECT 1 FROM ledger").fetchone() is None:
                connection.execute("INSERT INTO ledger(app, manager) VALUES (?, ?)", self._owner)
            connection.execute(
                "UPDATE ledger SET epoch = epoch + 1, crashes = crashes + (clean = 0), clean = 0, pid = ?, "
                "state = 'running', reason = '', since = ?",
                (pid, at),
            )
            return state_of(self.database)  # before the commit: afterwards the epoch may be another worker's

    async def note(self, epoch: int, state: str, reason: str, at: str, *, clean: bool) -> None:
        """See `Ledger.note`."""
        with self.database.transaction() as connection:
            connection.execute(
                "UPDATE ledger SET state = ?, reason = ?, since = ?, clean = ? WHERE epoch = ?",
                (state, reason, at, clean, epoch),
            )

    async def instances(self, correlations: Iterable[str]) -> dict[str, Instance]:
        """See `Ledger.instances`."""
        names = list(correlations)
        if not names:
            return {}
        with self.database.reading() as connection:
            return instances_of(connection, names)

    async def next_due(self) -> int | None:
        """See `Ledger.next_due`."""
        with self.database.reading() as connection:
            return _next_due(connection)

    async def fire(self, epoch: int, upto: int, limit: int) -> list[tuple[str, str, int]]:
        """See `Ledger.fire`."""
        with self.database.transaction() as connection:
            if connection.execute("SELECT 1 FROM ledger WHERE epoch = ?", (epoch,)).fetchone() is None:
                raise Superseded("another worker has taken over")
            rows = connection.execute(
                f"SELECT {_PENDING} FROM pending WHERE fired IS NULL AND due <= ? "
                "ORDER BY due, correlation, type LIMIT ?",
                (upto, limit),
            ).fetchall()
            versions = versions_of(connection, {row[0] for row in rows})
            drafts = []
            for correlation, type_, due, recorded_at, data, metadata, _ in rows:
                versions[correlation] = versions.get(correlation, 0) + 1
                name = f"{'/'.join(self._owner)}/timers/{correlation}/{type_}/{due}"
                drafts.append(Draft(name, correlation, versions[correlation], type_, data, metadata, recorded_at))
            first = append_to(connection, drafts)
            fired = [(row[0], row[1], first + i) for i, row in enumerate(rows)]
            connection.executemany("UPDATE pending SET fired = ?3 WHERE correlation = ?1 AND type = ?2", fired)
        return fired

    async def save(self, save: Save) -> None:
        """See `Ledger.save`."""
        places, self._saved = self._saved, None  # until the commit: a save that is rolled back leaves nothing behind
        added = save.counters
        with self.database.transaction() as connection:
            before = places or _places(connection)
            after = before.moved(save)
            moved = self.database.writer.execute(
                "UPDATE ledger SET turn = ?, clock = max(clock, ?), handled = handled + ?, ignored = ignored + ?, "
                "performed = performed + ?, suppressed = suppressed + ?, late = late + ?, cursors = ?, targets = ? "
                "WHERE epoch = ? AND turn = ? AND cursors = ?",
                (
                    save.turn,
                    save.clock,
                    added.handled,
                    added.ignored,
                    added.performed,
                    added.suppressed,
                    added.late,
                    after.text,
                    _cursors_text(after.targets).decode(),
                    save.epoch,
                    save.turn - 1 if save.advances else save.turn,
                    before.text,
                ),
            )
            if moved.rowcount != 1:
                raise Superseded("another worker has taken over")
            if save.instances:
                _write_instances(connection, save)
            insert_many(self.database.writer, _JOURNAL, save.journal)
        self._saved = after

    def close(self) -> None:
        """Close the file."""
        self.database.close()


class _Places(msgspec.Struct, frozen=True):
    """The ledger's cursors and targets, and the text of the cursors as it is stored, to compare and set them."""

    cursors: dict[str, Cursor]
    targets: dict[str, Cursor]
    text: str

    def moved(self, save: Save) -> "_Places":
        """After a save.

        Raises:
            Superseded: a cursor is not where the save expects it; one that was never saved counts as 0.
        """
        cursors = dict(self.cursors)
        for source, (before, after) in save.cursors.items():
            if cursors.get(source, Cursor(0, before.identity)) != before:
                raise Superseded(f"the cursor in {source} was moved by another worker")
            cursors[source] = after
        return _Places(cursors, {**self.targets, **save.targets}, _cursors_text(cursors).decode())


def _places(connection: Connection) -> _Places:
    row = connection.execute("SELECT cursors, targets FROM ledger").fetchone()
    if row is None:
        raise Superseded("the ledger was emptied")
    return _Places(_cursors(row[0]), _cursors(row[1]), row[0])


def instances_of(connection: Connection, names: list[str]) -> dict[str, Instance]:
    """The named instances with their timers."""
    found: dict[str, Instance] = {}
    timers: dict[str, dict[str, Timer]] = {}
    for start in range(0, len(names), 500):
        some = names[start : start + 500]
        # One statement, so that instances and timers are of one commit.
        for correlation, status, state, started, missed, *timer in connection.execute(
            f"SELECT {_INSTANCE} FROM instances LEFT JOIN pending USING (correlation) "
            f"WHERE correlation IN ({placeholders(some)})",
            some,
        ):
            if correlation not in found:
                timers[correlation] = {}
                found[correlation] = Instance(correlation, status, state, started, missed, timers[correlation])
            if timer[0] is not None:
                timers[correlation][timer[0]] = Timer(*timer)
    return found


def _write_instances(connection: Connection, save: Save) -> None:
    insert_many(
        connection,
        "INSERT OR REPLACE INTO instances",
        [(i.correlation, i.status, i.state, i.started, i.missed) for _, i in save.instances],
    )
    gone: list[tuple[str, str]] = []
    new: list[tuple[object, ...]] = []
    for before, after in save.instances:
        if before.timers is after.timers:
            continue
        gone.extend((after.correlation, type_) for type_ in before.timers if type_ not in after.timers)
        new.extend(_pending_rows(before.timers, after))
    if gone:
        connection.executemany("DELETE FROM pending WHERE correlation = ? AND type = ?", gone)
    insert_many(connection, "INSERT OR REPLACE INTO pending", new)


def _pending_rows(before: Mapping[str, Timer], after: Instance) -> Iterable[tuple[object, ...]]:
    for type_, timer in after.timers.items():
        if before.get(type_) != timer:
            yield after.correlation, type_, timer.due, timer.recorded_at, timer.data, timer.metadata, timer.fired
