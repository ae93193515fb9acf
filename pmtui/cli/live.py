"""One line on standard error that says how far something has come; nothing where that is no terminal."""

import shutil
import sys
import time

import click

_SECONDS = 0.1


class LiveLine:
    """Draws over itself, at most ten times a second; `clear` takes it away."""

    def __init__(self) -> None:
        self._seen = sys.stderr.isatty()
        self._last = 0.0
        self._drawn = False

    def say(self, line: str) -> None:
        """Show a line, unless one was shown just now."""
        now = time.monotonic()
        if self._seen and now - self._last >= _SECONDS:
            self._last, self._drawn = now, True
            click.echo(f"\r{line[: shutil.get_terminal_size().columns - 1]}\x1b[K", nl=False, err=True)

    def clear(self) -> None:
        """Take the line away."""
        if self._drawn:
            self._drawn = False
            click.echo("\r\x1b[K", nl=False, err=True)
