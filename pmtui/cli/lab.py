"""`pmtui lab`, and `pmtui` without a command: the lab on a terminal."""

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pmtui.cli.options import app_argument, data_folder, data_option, on_terminal, receiver_option
from pmtui.cli.run import checked_point
from pmtui.cli.story import app_of, read_story
from pmtui.explorer.arranged import arranged
from pmtui.lab.play import play
from pmtui.lab.session import LabSession
from pmtui.lab.settings import Options
from pmtui.lab.story import open_story
from pmtui.lab.tour.guide import Guide
from pmtui.lab.tour.memory import answered
from pmtui.model.app import Receiver
from pmtui.model.errors import InputError
from pmtui.storage.folder import DataFolder, sample_folder
from pmtui.view.safe import safe
from pmtui.workers.appfile import AppFile, load
from pmtui.workers.copies import Progress

if TYPE_CHECKING:
    from pmtui.tui.touring import Touring


@click.command()
@app_argument
@data_option
@click.option("--from-start", is_flag=True, help="Without the ledgers and what the app's managers appended.")
@receiver_option
@click.option("--at", "at", metavar="POINT", help="Go there first; like fulfilment:orders@3:acted:0.")
@click.option("--live", is_flag=True, help="Work on the data folder itself, not on a scratch copy.")
@click.option("--story", type=click.Path(path_type=Path), metavar="FILE", help="At the start of a .crash.json's story.")
def command(
    app: str,
    data: Path | None,
    from_start: bool,
    receiver: Receiver | None,
    at: str | None,
    live: bool,
    story: Path | None,
) -> None:
    """Step an app's managers phase by phase, crash them for real, and watch what a restart does.

    APP may also be a .crash.json; the app that it names is only imported if you say yes. With --story nobody asks.
    """
    if not on_terminal():
        raise InputError("the lab needs a terminal; without one, use pmtui run")
    if live and from_start:
        raise InputError("--from-start needs a scratch copy; leave out --live")
    if story is None and app.endswith(".json"):
        story = Path(app)
        app = app_of(story)
        click.confirm(f"{safe(str(story))} tells of {safe(app)}, whose code will be run. Go on?", abort=True)
    if story is not None:
        if data is not None or from_start or receiver is not None or at is not None or live:
            raise InputError(f"{story} says what the lab begins with; leave the other options out")
        _show_story(story, load(app))
        return
    found = load(app)
    folder = data_folder(found, data)
    point = None if at is None else checked_point(found.app, at)
    _show(found, folder, Options(from_start, receiver, point, live, keep=True))


def open_sample() -> None:
    """The lab on the bundled shop, receipts off; without a terminal its story as text."""
    folder = sample_folder()
    found = load(str(folder / "shop.py"))
    source = DataFolder(folder / "data")
    if on_terminal():
        from pmtui.tui.touring import Touring  # noqa: PLC0415  (as below)

        options = Options(receiver="none", keep=True)
        _show(found, source, options, Touring(Guide(), offers=not answered()))
    else:
        asyncio.run(play(found, source, click.echo))


def _show(found: AppFile, folder: DataFolder, options: Options, touring: "Touring | None" = None) -> None:
    from pmtui.tui.run import run  # noqa: PLC0415  (Textual is much to import, and only a terminal needs it)

    if options.live:
        click.confirm(f"The lab will work on {folder.path} itself. Go on?", abort=True)
    sys.exit(run(lambda say: LabSession.open(found, folder, options, _copying(say)), touring))


def _show_story(file: Path, found: AppFile) -> None:
    from pmtui.tui.run import run  # noqa: PLC0415  (as above)

    story = arranged(found.app, read_story(found, file))
    if story is None:
        raise InputError(f"{file}: the lab cannot go this way, one event at a time; use pmtui explore --replay {file}")
    sys.exit(run(lambda say: open_story(found, story, _copying(say))))


def _copying(say: Callable[[str], None]) -> Progress:
    def copying(what: str, done: float) -> None:
        say(f"copying {what} … {done:.0%}")

    return copying
