"""`pmtui watch`: the screen on live logs and ledgers, reading only."""

import sys
from collections.abc import Callable
from pathlib import Path

import click

from pmtui.cli.options import app_argument, data_folder, data_option, on_terminal
from pmtui.model.errors import InputError
from pmtui.view.session import Session
from pmtui.view.watch import WatchSession
from pmtui.workers.appfile import load


@click.command()
@app_argument
@data_option
def command(app: str, data: Path | None) -> None:
    """Watch an app's managers and live logs on the screen, reading only.

    Nothing is written or created in the data folder, and nobody who works there is disturbed.
    """
    if not on_terminal():
        raise InputError("watching needs a terminal; without one, use pmtui status")
    found = load(app)
    folder = data_folder(found, data)
    from pmtui.tui.run import run  # noqa: PLC0415  (Textual is much to import, and only a terminal needs it)

    async def session(say: Callable[[str], None]) -> Session:
        say(f"reading {folder.path} …")
        return await WatchSession.open(found, folder)

    sys.exit(run(session))
