"""What an exploration begins with, read from a data folder."""

import tempfile
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path

import msgspec

from pmtui.explorer.outside import outside
from pmtui.handling.drive import run
from pmtui.model.app import App
from pmtui.model.errors import InputError
from pmtui.storage import cloudevent
from pmtui.storage.folder import DataFolder
from pmtui.storage.log import Row
from pmtui.storage.sqlite.log import SqliteLog
from pmtui.workers.copies import Progress, copy_logs, unseen

_PAGE = 10_000


def read_logs(app: App, folder: DataFolder, progress: Progress = unseen) -> dict[str, list[Row]]:
    """The events from outside, by context. The folder is only read, and nothing is left in it.

    Args:
        app: whose contexts; what its managers caused is left out, and so are ledgers.
        folder: the data folder. Where it has no `NAME.db`, `NAME.jsonl` or `NAME.jsonl.gz` is read.
        progress: called as it goes.

    Raises:
        PmtuiError: the folder is not there, none of its logs has an event, or a file cannot be read.
    """
    if not folder.path.is_dir():
        raise InputError(f"{folder.path}: {'not a folder' if folder.path.exists() else 'no such folder'}")
    with tempfile.TemporaryDirectory(prefix="pmtui-") as name:
        copies = DataFolder(Path(name), plain=True)
        copy_logs(app, folder, copies, progress)
        logs = {name: outside(app, rows) for name, rows in rows_of(app, copies).items()}
    if not any(logs.values()):
        raise InputError(f"{folder.path}: no events from outside in {', '.join(app.contexts)}: nothing to explore")
    return logs


def rows_of(app: App, copies: DataFolder) -> dict[str, list[Row]]:
    """All events of copied logs, by context."""
    return {name: _rows(name, path) for name, path in copies.logs(app).items()}


def write_files(logs: Mapping[str, Sequence[Row]], folder: Path) -> DataFolder:
    """Write events as `NAME.jsonl` into a folder that is there; a data folder of these alone."""
    for context, rows in logs.items():
        lines = (msgspec.json.encode(cloudevent.written(row, context)) + b"\n" for row in rows)
        (folder / f"{context}.jsonl").write_bytes(b"".join(lines))
    return DataFolder(folder, plain=True)


def _rows(name: str, path: Path) -> list[Row]:
    rows: list[Row] = []
    with closing(SqliteLog.open(name, path)) as log:
        while page := run(log.page(rows[-1].position if rows else 0, _PAGE)):
            rows.extend(page)
    return rows
