"""`pmtui import`: events from a file into a log."""

from pathlib import Path

import click

from pmtui.cli.logs import log_argument, progress_bar
from pmtui.storage.cloudevents import import_file
from pmtui.view.safe import safe
from pmtui.view.words import count


@click.command()
@log_argument
@click.argument("file", type=click.Path(path_type=Path))
def command(log: Path, file: Path) -> None:
    """Add the events of a file to a log.

    LOG is a path or a URL, data/orders.db or sqlite:data/orders.db; it is created if it is not there. FILE holds
    CloudEvents, one JSON object a line, and may be compressed with gzip. All events are added or none; what the log has
    already is left as it is.
    """
    with progress_bar(f"importing {file.name}") as show:
        added, known = import_file(log, file, show)
    there = f", {known:,} already there" if known else ""
    click.echo(f"{safe(str(log))}: {count(added, 'event')} added{there}")
