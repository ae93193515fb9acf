"""`pmtui lab`, and `pmtui` without a command: the lab on a terminal."""

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path

import click

from pmtui.cli.options import app_argument, data_folder, data_option, on_terminal, receiver_option
from pmtui.cli.run import checked_point
from pmtui.lab.play import play
from pmtui.lab.session import LabSession, Options
from pmtui.model.app import Receiver
from pmtui.model.errors import InputError
from pmtui.storage.folder import DataFolder, sample_folder
from pmtui.view.session import Session
from pmtui.workers.appfile import AppFile, load


@click.command()
@app_argument
@data_option
@click.option("--from-start", is_flag=True, help="Without the ledgers and what the app's managers appended.")
@receiver_option
@click.option("--at", "at", metavar="POINT", help="Go there first; like fulfilment:orders@3:acted:0.")
@click.option("--live", is_flag=True, help="Work on the data folder itself, not on a scratch copy.")
def command(
    app: str, data: Path | None, from_start: bool, receiver: Receiver | None, at: str | None, live: bool
) -> None:
    """Step an app's managers phase by phase, crash them for real, and watch what a restart does."""
    if not on_terminal():
        raise InputError("the lab needs a terminal; without one, use pmtui run")
    if live and from_start:
        raise InputError("--from-start needs a scratch copy; leave out --live")
    found = load(app)
    folder = data_folder(found, data)
    point = None if at is None else checked_point(found.app, at)
    _show(found, folder, Options(from_start, receiver, point, live))


def open_sample() -> None:
    """The lab on the bundled shop, receipts off; without a terminal its story as text."""
    folder = sample_folder()
    found = load(str(folder / "shop.py"))
    source = DataFolder(folder / "data")
    if on_terminal():
        _show(found, source, Options(receiver="none"))
    else:
        asyncio.run(play(found, source, click.echo))


def _show(found: AppFile, folder: DataFolder, options: Options) -> None:
    from pmtui.tui.run import run  # noqa: PLC0415  (Textual is much to import, and only a terminal needs it)

    if options.live:
        click.confirm(f"The lab will work on {folder.path} itself. Go on?", abort=True)

    async def session(say: Callable[[str], None]) -> Session:
        def copying(what: str, done: float) -> None:
            say(f"copying {what} … {done:.0%}")

        return await LabSession.open(found, folder, options, copying)

    sys.exit(run(session))
