"""Files of events: CloudEvents, one JSON object a line (see `cloudevent`), read into a log and written out of one."""

import gzip
import zlib
from collections.abc import Callable, Generator
from contextlib import ExitStack, closing, suppress
from io import BufferedReader
from pathlib import Path
from sqlite3 import Connection
from typing import Any, BinaryIO, NamedTuple, NoReturn, cast

import msgspec

from pmtui.model import instant
from pmtui.model.errors import InputError
from pmtui.storage import cloudevent
from pmtui.storage.errors import StorageError
from pmtui.storage.log import Row
from pmtui.storage.sqlite.events import COLUMNS, head_of, page_of, versions_of
from pmtui.storage.sqlite.log import SqliteLog
from pmtui.storage.sqlite.rows import insert_many, placeholders

Progress = Callable[[float], None]
"""Called now and then with how much is done, 0 to 1."""

GZIP_MAGIC = b"\x1f\x8b"
_BATCH = 500
_INSERT = "INSERT INTO events(position, id, stream, version, type, data, metadata, recorded_at)"


class Imported(NamedTuple):
    """What an import did: events added, and events that were there already."""

    added: int
    known: int


def import_events(log: SqliteLog, file: Path, progress: Progress | None = None) -> Imported:
    """Add the events of a file to a log, all of them or none, in one transaction.

    With positions these are kept, gaps included, and what is at or below the head must be there already, the same in
    everything. Without, events are numbered on, and one that the log has already (by source and id) is left out.

    Args:
        log: open for writing.
        file: CloudEvents, one JSON object a line; gzip is recognised.
        progress: called about every 500 lines; never, where the file's size is not known.

    Raises:
        InputError: `FILE:LINE: what is wrong`, or `FILE: …` where it cannot be read.
        StorageError: the log cannot be written.
    """
    with closing(_lines(file, progress)) as lines, log.database.transaction() as connection:
        importing = _Import(log, connection, file)
        number = 0
        try:
            for number, line in lines:
                importing.add(number, cloudevent.parsed(line))
        except ValueError as error:
            importing.refuse(number, str(error))
        importing.flush()
        return Imported(importing.added, importing.known)


def import_file(path: Path, file: Path, progress: Progress | None = None) -> Imported:
    """`import_events` into the log at a path, which is created where there is none and removed again if that fails."""
    if path.exists() and file.exists() and path.samefile(file):
        raise InputError(f"{file}: is the log itself, not a file of events")
    new = not path.exists()
    folders = [folder for folder in path.parents if not folder.exists()]
    untouched = True
    try:
        with closing(SqliteLog.open(path.stem, path, create=True)) as log:
            try:
                return import_events(log, file, progress)
            except BaseException:
                if new:  # somebody else may have found the log meanwhile
                    untouched = not head_of(log.database.connection)
                raise
    except BaseException:
        if new and untouched:
            for suffix in ("", "-wal", "-shm"):
                Path(f"{path}{suffix}").unlink(missing_ok=True)
            with suppress(OSError):
                for folder in folders:
                    folder.rmdir()
        raise


def export_events(log: SqliteLog, write: Callable[[bytes], object], progress: Progress | None = None) -> int:
    """Write a log's events as CloudEvents, by position, up to its head at this moment; returns how many.

    Args:
        log: may be open for reading only.
        write: called with whole lines.
        progress: called for every page.

    Raises:
        StorageError: an event in the log is not what pmtui writes.
    """
    with log.database.reading() as connection:
        head = head_of(connection)
    after = count = 0
    while after < head:
        with log.database.reading() as connection:
            page = [row for row in page_of(connection, after, _BATCH) if row.position <= head]
        if not page:
            break
        write(b"".join(msgspec.json.encode(_written(row, log)) + b"\n" for row in page))
        after = page[-1].position
        count += len(page)
        if progress is not None:
            progress(after / head)
    return count


class _Import:
    """One import under way, inside its transaction."""

    def __init__(self, log: SqliteLog, connection: Connection, file: Path) -> None:
        self.added = 0
        self.known = 0
        self._log = log
        self._connection = connection
        self._file = file
        self._head = head_of(connection)
        self._last = 0
        self._numbered: bool | None = None
        self._versions: dict[str, int] = {}
        self._new: list[list[Any]] = []
        self._old: list[tuple[int, dict[str, Any]]] = []
        self._seen: dict[tuple[str, str], set[bytes]] = {}

    def refuse(self, number: int, why: str) -> NoReturn:
        """End the import because of a line."""
        raise InputError(f"{self._file}:{number}: {why}")

    def add(self, number: int, event: dict[str, Any]) -> None:
        """Take one event; ValueError if it may not stand here."""
        position = event.get("position")
        if self._numbered is None:
            self._numbered = position is not None
            if not self._numbered:
                self._read_seen()
        if self._numbered != (position is not None):
            raise ValueError(
                "has no position, but earlier lines do"
                if self._numbered
                else "has a position, but earlier lines have none"
            )
        if position is None:
            if self._is_seen(event):
                self.known += 1
                return
        elif position <= self._last:
            how = "is repeated" if position == self._last else f"comes after {self._last}"
            raise ValueError(f"position {position} {how}; positions must increase")
        else:
            self._last = position
        if position is not None and position <= self._head:
            self._old.append((number, event))
        else:
            self._new.append(cloudevent.columns(event))
        if len(self._new) + len(self._old) >= _BATCH:
            self.flush()

    def flush(self) -> None:
        """Compare what should be there already, and write what is new."""
        if self._old:
            self._compare()
        if self._new:
            self._insert()

    def _compare(self) -> None:
        positions = [event["position"] for _, event in self._old]
        found = self._connection.execute(
            f"SELECT {COLUMNS} FROM events WHERE position IN ({placeholders(positions)})", positions
        )
        there = {row[0]: Row._make(row) for row in found}
        for number, event in self._old:
            position = event["position"]
            row = there.get(position)
            if row is None:
                self.refuse(
                    number,
                    f"position {position} is not above the log's head, {self._head}, and the log has no event there",
                )
            if cloudevent.fingerprint(_written(row, self._log)) != cloudevent.fingerprint(event):
                self.refuse(
                    number, f"the log has another event at position {position}: {row.type} of {row.stream}, id {row.id}"
                )
        self.known += len(self._old)
        self._old.clear()

    def _insert(self) -> None:
        if self._head:  # an empty log has no versions to continue
            unknown = {row[cloudevent.STREAM] for row in self._new} - self._versions.keys()
            self._versions.update(versions_of(self._connection, unknown))
        versions = self._versions
        for row in self._new:
            stream = row[cloudevent.STREAM]
            versions[stream] = row[cloudevent.VERSION] = versions.get(stream, 0) + 1
        insert_many(self._connection, _INSERT, self._new)
        self.added += len(self._new)
        self._new.clear()

    def _read_seen(self) -> None:
        """Learn which events the log has, to know them again by source and id."""
        after = 0
        while page := page_of(self._connection, after, _BATCH):
            for row in page:
                event = _written(row, self._log)
                self._seen.setdefault((event["source"], row.id), set()).add(cloudevent.fingerprint(event))
            after = page[-1].position

    def _is_seen(self, event: dict[str, Any]) -> bool:
        key = (event["source"], event["id"])
        mark = cloudevent.fingerprint(event)
        before = self._seen.setdefault(key, set())
        if before and mark not in before:
            raise ValueError(f"another event has the same source {key[0]!r} and id {key[1]!r}")
        known = bool(before)
        before.add(mark)
        return known


def _written(row: Row, log: SqliteLog) -> dict[str, Any]:
    try:
        instant.parse(row.recorded_at)
        return cloudevent.written(row, log.name)
    except (ValueError, TypeError) as error:
        raise StorageError(f"{log.database.path}: the event at position {row.position} is damaged: {error}") from None


def _lines(file: Path, progress: Progress | None) -> Generator[tuple[int, bytes], None, None]:
    """The lines of a file that are not blank, numbered from 1."""
    with ExitStack() as opened:
        try:
            raw = opened.enter_context(file.open("rb"))
            size = file.stat().st_size if file.is_file() else 0
            stream: BinaryIO = raw
            if file.suffix == ".gz" or raw.peek(2)[:2] == GZIP_MAGIC:
                packed = opened.enter_context(gzip.GzipFile(fileobj=raw))
                stream = opened.enter_context(BufferedReader(cast(Any, packed), 1 << 16))
            for number, line in enumerate(stream, 1):
                if line.isspace():
                    continue
                yield number, line
                if progress is not None and size and number % _BATCH == 0:
                    progress(raw.tell() / size)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise InputError(f"{file}: not a whole gzip file: {error}") from None
        except OSError as error:
            raise InputError(f"{file}: {error.strerror or error}") from None
    if progress is not None and size:
        progress(1.0)
