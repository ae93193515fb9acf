"""Taking a scratch copy back to one of its moments, so that every table is what it was then.

Logs and journals only grow, so what came later is deleted. The rows that change are put back: the ledger's own, pins,
instances and their timers. Only who works there stays as it is now: epochs never go down.
"""

from collections.abc import Callable
from contextlib import closing
from sqlite3 import Connection

from pmtui.model.app import App
from pmtui.storage.folder import DataFolder
from pmtui.storage.ledger import Instance, Timer
from pmtui.storage.sqlite.ledger import SqliteLedger
from pmtui.storage.sqlite.log import SqliteLog
from pmtui.storage.sqlite.marks import LedgerMark, LogMark
from pmtui.storage.sqlite.moments import Moment, Moments

Progress = Callable[[str, float], None]
"""Called with what is being taken back, and how much of all is done, 0 to 1."""

_OWNER = {"app", "manager", "epoch", "pid", "state", "reason", "since", "clean"}
"""Columns of a ledger's row that say whose it is and who works there."""


def rewind(app: App, folder: DataFolder, moments: Moments, moment: Moment, progress: Progress) -> None:
    """Take logs and ledgers back to a moment, which is the newest afterwards. No worker may live, no reader be open.

    Args:
        app: whose.
        folder: where its logs and ledgers are.
        moments: of this scratch copy.
        moment: one of them.
        progress: called as it goes.

    Raises:
        StorageError: a file cannot be written.
    """
    files = folder.logs(app)
    total = len(files) + len(app.managers)
    done = 0
    for context, path in files.items():
        progress(context, done / total)
        done += 1
        if path.exists():
            with closing(SqliteLog.open(context, path)) as log, log.database.transaction() as connection:
                _rewind_log(connection, moment.log(context))
    for manager in app.managers:
        progress(manager, done / total)
        done += 1
        path = folder.ledger(app.name, manager)
        if path.exists():
            mark = moment.ledger(manager)
            with (
                closing(SqliteLedger.open(path, app.name, manager)) as ledger,
                ledger.database.transaction() as connection,
            ):
                _rewind_ledger(connection, mark)
                _rewind_instances(connection, mark, moments, manager)
    moments.forget_after(moment)


def _rewind_events(connection: Connection, head: int | None) -> None:
    connection.execute("DELETE FROM events WHERE position > ?", (head or 0,))
    if head is None:
        connection.execute("DELETE FROM sqlite_sequence WHERE name = 'events'")
    else:
        connection.execute("UPDATE sqlite_sequence SET seq = ? WHERE name = 'events'", (head,))


def _rewind_log(connection: Connection, mark: LogMark) -> None:
    _rewind_events(connection, mark.head)
    connection.execute("DELETE FROM repeats WHERE id > ?", (mark.repeats,))
    known = {sender.id: (sender.position, sender.ordinal) for sender in mark.senders}
    for (sender,) in connection.execute("SELECT id FROM senders").fetchall():
        if sender in known:
            # A sender's receipts are taken in the order of their keys.
            connection.execute(
                "DELETE FROM receipts WHERE sender = ? AND (position, ordinal) > (?, ?)", (sender, *known[sender])
            )
        else:
            connection.execute("DELETE FROM receipts WHERE sender = ?", (sender,))
            connection.execute("DELETE FROM senders WHERE id = ?", (sender,))
    connection.execute("DELETE FROM pins")
    connection.executemany("INSERT INTO pins VALUES (?, ?, ?, ?, ?)", mark.pins)


def _rewind_ledger(connection: Connection, mark: LedgerMark) -> None:
    _rewind_events(connection, mark.timers)
    connection.execute("DELETE FROM journal WHERE id > ?", (mark.journal,))
    columns = [name for name in mark.row if name not in _OWNER]
    if columns:
        assignments = ", ".join(f"{name} = ?" for name in columns)
        values = [mark.row[name] for name in columns]
        # Its worker was ended on purpose: the next one counts no crash.
        connection.execute(f"UPDATE ledger SET {assignments}, clean = 1", values)
    else:
        connection.execute("DELETE FROM ledger")


def _rewind_instances(connection: Connection, mark: LedgerMark, moments: Moments, manager: str) -> None:
    head = mark.timers or 0
    done: set[str] = set()
    for images in moments.changed(manager, mark.turn):
        for image in images:
            if image.correlation not in done:
                done.add(image.correlation)
                _put_back(connection, image, head)
    connection.execute("UPDATE pending SET fired = NULL WHERE fired > ?", (head,))


def _put_back(connection: Connection, image: Instance, head: int) -> None:
    connection.execute("DELETE FROM pending WHERE correlation = ?", (image.correlation,))
    if image.status == "missing" and not image.missed:
        connection.execute("DELETE FROM instances WHERE correlation = ?", (image.correlation,))
        return
    connection.execute(
        "INSERT OR REPLACE INTO instances VALUES (?, ?, ?, ?, ?)",
        (image.correlation, image.status, image.state, image.started, image.missed),
    )
    connection.executemany(
        "INSERT INTO pending VALUES (?, ?, ?, ?, ?, ?, ?)",
        [(image.correlation, *_pending(timer, head)) for timer in image.timers.values()],
    )


def _pending(timer: Timer, head: int) -> tuple[object, ...]:
    """A timer's row; it had not come due if its place in the timers log was given out later."""
    fired = timer.fired if timer.fired is not None and timer.fired <= head else None
    return timer.type, timer.due, timer.recorded_at, timer.data, timer.metadata, fired
