"""What the commands on a single log share."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

from pmtui.storage.folder import log_path
from pmtui.view.safe import safe

log_argument = click.argument("log", metavar="LOG", callback=lambda _ctx, _param, value: log_path(value))
"""LOG, typed as a path or as a URL, `sqlite:PATH`; the command gets it as a Path."""


@contextmanager
def progress_bar(label: str) -> Iterator[Callable[[float], None]]:
    """A bar on standard error, when that is a terminal; call it with how much is done, 0 to 1."""
    if not sys.stderr.isatty():
        yield lambda _done: None
        return
    with click.progressbar(length=1000, label=safe(label, 60), file=sys.stderr) as bar:

        def show(done: float) -> None:
            bar.update(int(done * 1000) - bar.pos)

        yield show
