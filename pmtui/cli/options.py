"""The arguments and options that several commands share."""

import sys
from pathlib import Path

import click

from pmtui.model.app import RECEIVERS
from pmtui.model.errors import InputError
from pmtui.storage.folder import DataFolder
from pmtui.workers.appfile import AppFile

app_argument = click.argument("app", metavar="APP")
data_option = click.option(
    "--data", type=click.Path(path_type=Path), metavar="DIR", help="The data folder; `data` beside the app otherwise."
)
receiver_option = click.option(
    "--receiver", type=click.Choice(RECEIVERS), help="For all contexts, in place of what the app says."
)


def data_folder(found: AppFile, data: Path | None) -> DataFolder:
    """The folder to work on.

    Raises:
        InputError: one was named that is not there, or is no folder.
    """
    if data is None:
        return DataFolder(found.data)
    if not data.is_dir():
        raise InputError(f"{data}: {'not a folder' if data.exists() else 'no such folder'}")
    return DataFolder(data)


def on_terminal() -> bool:
    """Whether a person sits at both ends."""
    return sys.stdin.isatty() and sys.stdout.isatty()
