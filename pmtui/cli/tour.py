"""`pmtui tour`: the guided tour."""

import sys

import click

from pmtui.cli.options import on_terminal
from pmtui.lab.tour.guide import Guide
from pmtui.model.errors import InputError


@click.command()
def command() -> None:
    """Take the guided tour: ten short steps through crashes and what stops them.

    They go through the sample shop, on a scratch copy, and are done by your own keys.
    """
    if not on_terminal():
        raise InputError("the tour needs a terminal; without one, pmtui tells its story as text")
    from pmtui.tui.run import run  # noqa: PLC0415  (Textual is much to import, and only a terminal needs it)
    from pmtui.tui.touring import Touring  # noqa: PLC0415  (likewise)

    touring = Touring(Guide(), begins=True)
    sys.exit(run(touring.open, touring))
