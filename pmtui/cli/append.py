"""`pmtui append`: one event into a log."""

import uuid
from contextlib import closing
from pathlib import Path

import click

from pmtui.cli.logs import log_argument
from pmtui.model import instant, json
from pmtui.model.errors import InputError
from pmtui.storage.log import Draft
from pmtui.storage.sqlite.log import SqliteLog, append_to, versions_of


@click.command(context_settings={"ignore_unknown_options": True})
@log_argument
@click.argument("stream")
@click.argument("type")
@click.argument("data")
def command(log: Path, stream: str, type: str, data: str) -> None:
    """Append one event to a log and print its position.

    LOG is created if it is not there but its folder is. DATA is a JSON object.
    """
    for name, value in (("STREAM", stream), ("TYPE", type)):
        if not value:
            raise InputError(f"{name} is empty")
        if not value.isascii() and any("\ud800" <= character <= "\udfff" for character in value):
            raise InputError(f"{name} is not UTF-8")
    try:
        payload = json.encode(json.decode_object(data))
    except ValueError as error:
        raise InputError(f"DATA is not a JSON object: {error}") from None
    if not log.parent.is_dir():
        raise InputError(f"{log.parent}: no such folder")
    with closing(SqliteLog.open(log.stem, log, create=True)) as opened, opened.database.transaction() as connection:
        version = versions_of(connection, [stream]).get(stream, 0) + 1
        now = instant.write(instant.now())
        position = append_to(connection, [Draft(str(uuid.uuid4()), stream, version, type, payload, "{}", now)])
    click.echo(position)
