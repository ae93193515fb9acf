"""`pmtui append`: one event into a log."""

from contextlib import closing
from pathlib import Path

import click

from pmtui.cli.logs import log_argument
from pmtui.model import instant
from pmtui.model.errors import InputError
from pmtui.storage.outside import OutsideEvent, append_outside
from pmtui.storage.sqlite.log import SqliteLog


@click.command(context_settings={"ignore_unknown_options": True})
@log_argument
@click.argument("stream")
@click.argument("type")
@click.argument("data")
def command(log: Path, stream: str, type: str, data: str) -> None:
    """Append one event to a log and print its position.

    LOG is created if it is not there but its folder is. DATA is a JSON object.
    """
    event = OutsideEvent.checked(stream, type, data)
    if not log.parent.is_dir():
        raise InputError(f"{log.parent}: no such folder")
    with closing(SqliteLog.open(log.stem, log, create=True)) as opened:
        click.echo(append_outside(opened, event, instant.write(instant.now())))
