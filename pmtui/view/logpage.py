"""Reading one page of a log for its pane."""

from collections.abc import Sequence
from typing import Any

from pmtui.model import json
from pmtui.model.app import App
from pmtui.storage.sqlite.database import Database
from pmtui.storage.sqlite.rows import placeholders
from pmtui.view.pages import LogPage, LogRow
from pmtui.view.reader import Reader
from pmtui.view.safe import safe
from pmtui.view.words import clock_time

_LONGEST_DATA = 65_536
"""Characters of data that are looked into for a label; a longer one is labelled by its stream."""

_COLUMNS = (
    f"position, stream, type, CASE WHEN length(data) <= {_LONGEST_DATA} THEN data ELSE '' END, metadata, recorded_at"
)


def log_page(reader: Reader, context: str, limit: int, after: int | None, before: int | None) -> LogPage:
    """Up to `limit` rows above `after`, or the last ones below `before`, or the newest.

    Raises:
        StorageError: the log cannot be read.
    """
    log = reader.log(context)
    if log is None:
        return LogPage(context, (), more_before=False, more_after=False)
    with log.database.explained():
        connection = log.database.connection
        if after is not None:
            sql = f"SELECT {_COLUMNS} FROM events WHERE position > ? ORDER BY position LIMIT ?"
            rows = connection.execute(sql, (after, limit + 1)).fetchall()
            more_after, rows = len(rows) > limit, rows[:limit]
        else:
            below = 2**63 - 1 if before is None else before
            sql = f"SELECT {_COLUMNS} FROM events WHERE position < ? ORDER BY position DESC LIMIT ?"
            rows = connection.execute(sql, (below, limit)).fetchall()[::-1]
            more_after = before is not None
        if not rows:
            return LogPage(context, (), more_before=after is not None and after > 0, more_after=False)
        previous = _previous(log.database, rows[0][0])
        twins = twins_of(log.database, rows[0][0], rows[-1][0])
    shown: list[LogRow] = []
    last = previous
    for row in rows:
        shown.append(_row(reader.app, context, row, twins, row[0] - last - 1))
        last = row[0]
    return LogPage(context, tuple(shown), more_before=previous > 0, more_after=more_after)


def log_rows(reader: Reader, context: str, positions: Sequence[int]) -> tuple[LogRow, ...]:
    """The rows at these positions (at most 500), as far as they are there; nothing counts as missing between them.

    Raises:
        StorageError: the log cannot be read.
    """
    log = reader.log(context) if positions else None
    if log is None:
        return ()
    with log.database.explained():
        rows = log.database.connection.execute(
            f"SELECT {_COLUMNS} FROM events WHERE position IN ({placeholders(positions)}) ORDER BY position", positions
        ).fetchall()
        twins = twins_of(log.database, positions[0], positions[-1])
    return tuple(_row(reader.app, context, row, twins, 0) for row in rows)


def _row(app: App, context: str, row: Sequence[Any], twins: dict[int, tuple[int, int]], missing: int) -> LogRow:
    position, stream, type_, data, metadata, recorded_at = row
    label = _label(app, context, stream, type_, data, metadata)
    original, _ = twins.get(position, (0, 0))
    return LogRow(position, safe(type_), label, clock_time(recorded_at), missing, original)


def label_and_time(reader: Reader, manager: str, source: str, position: int) -> tuple[str, str]:
    """How an event that a manager reads is labelled, by its correlation id where it can be told, else by its stream;
    and its time of day. Both are empty if it is not there."""
    database = reader.database_of(manager, source)
    if database is None:
        return "", ""
    with database.explained():
        row = database.connection.execute(f"SELECT {_COLUMNS} FROM events WHERE position = ?", (position,)).fetchone()
    return ("", "") if row is None else (_label(reader.app, source, *row[1:5]), clock_time(row[5]))


def _previous(database: Database, position: int) -> int:
    found = database.connection.execute("SELECT max(position) FROM events WHERE position < ?", (position,)).fetchone()
    return found[0] or 0


def twins_of(database: Database, first: int, last: int) -> dict[int, tuple[int, int]]:
    """By position, (the one it repeats, the one that repeats it), for doubled events in a range; 0 for none."""
    rows: Sequence[tuple[int, int, int]] = database.connection.execute(
        "SELECT first, added, original FROM repeats WHERE added > 0 AND original > 0 "
        "AND (first BETWEEN ?1 AND ?2 OR original BETWEEN ?1 AND ?2) LIMIT 1000",
        (first, last),
    ).fetchall()
    found: dict[int, tuple[int, int]] = {}
    for at, added, original in rows:
        for i in range(added):
            found[at + i] = (original + i, found.get(at + i, (0, 0))[1])
            found[original + i] = (found.get(original + i, (0, 0))[0], at + i)
    return found


def _label(app: App, context: str, stream: str, type_: str, data: str, metadata: str) -> str:
    told = name_in(metadata, "correlation")
    if told:
        return safe(told, 80)
    for manager in app.managers.values():
        key = manager.cls.correlate
        if isinstance(key, str) and (context, type_) in manager.handlers:
            return safe(name_in(data, key) or stream, 80)
    keys = {manager.cls.correlate for manager in app.managers.values() if isinstance(manager.cls.correlate, str)}
    return safe(next((found for key in sorted(keys) if (found := name_in(data, key))), stream), 80)


def name_in(text: str, key: str) -> str:
    """What a field of a JSON object names, a text or a whole number; empty where it names nothing."""
    try:
        value: Any = json.decode_object(text).get(key) if text else None
    except ValueError:
        return ""
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
