"""`pmtui export`: a log's events as a file."""

import gzip
import os
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, cast

import click

from pmtui.cli.logs import log_argument, progress_bar
from pmtui.model.errors import InputError
from pmtui.storage.cloudevents import export_events
from pmtui.storage.sqlite.log import SqliteLog


@click.command()
@log_argument
@click.argument("file", type=click.Path(path_type=Path), required=False)
def command(log: Path, file: Path | None) -> None:
    """Write a log's events as CloudEvents, one JSON object a line.

    They go to FILE, compressed if its name ends in .gz, or to standard output.
    """
    if file is not None and _is_database(file):
        raise InputError(f"{file}: is a database; export writes a file of events")
    with (
        closing(SqliteLog.open(log.stem, log, read_only=True)) as opened,
        progress_bar(f"exporting {log.name}") as show,
    ):
        if file is None:
            export_events(opened, sys.stdout.buffer.write, show)
        else:
            with _replacing(file) as out:
                export_events(opened, out.write, show)


def _is_database(file: Path) -> bool:
    """Whether a log would be overwritten: a slip of the hand that cannot be undone."""
    if not file.is_file():
        return False
    with file.open("rb") as stream:
        return stream.read(16) == b"SQLite format 3\0"


@contextmanager
def _replacing(file: Path) -> Iterator[BinaryIO]:
    """A file to write, which takes the place of the one at the path only when it is whole."""
    special = file.exists() and not file.is_file()  # /dev/null and pipes are written as they are
    target = file if special else file.with_name(f".{file.name}.{os.getpid()}")
    try:
        with target.open("wb") as raw:
            if file.suffix == ".gz":
                with gzip.GzipFile(filename="", fileobj=raw, mode="wb", mtime=0) as packed:
                    yield cast(BinaryIO, packed)
            else:
                yield raw
        if not special:
            target.replace(file)
    except BaseException as error:
        if not special:
            with suppress(OSError):
                target.unlink(missing_ok=True)
        if isinstance(error, OSError) and not isinstance(error, BrokenPipeError):
            raise InputError(f"{file}: {error.strerror or error}") from None
        raise
