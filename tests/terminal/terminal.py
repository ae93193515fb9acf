"""A real pseudo-terminal with a program in it, and what its screen shows."""

import contextlib
import os
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pexpect
import pyte

PMTUI = (sys.executable, "-m", "pmtui.cli.main")
_SECONDS = 15.0
_CALM = 0.3
"""Seconds without a byte after which a screen that pulls five pictures a second has shown what it knows."""
_RESTLESS = 1.5
"""Seconds after which a screen that goes on changing is taken as it is."""
_SIZE = ("COLUMNS", "LINES")
"""What others may have set, and what a program would believe in place of its terminal's size."""


class Terminal:
    """Runs a command on a pseudo-terminal and keeps its screen, as a person would see it.

    Attributes:
        raw: every byte the program has written.
    """

    def __init__(self, *command: str, size: tuple[int, int] = (80, 24), home: Path, **env: str) -> None:
        columns, rows = size
        self.raw = b""
        self._unseen = b""
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        environment = {
            **{name: value for name, value in os.environ.items() if name not in _SIZE},
            "TERM": "xterm-256color",
            "COLORTERM": "truecolor",
            "LANG": "C.UTF-8",
            "HOME": str(home),
            "XDG_CACHE_HOME": str(home / "cache"),
            "XDG_CONFIG_HOME": str(home / "config"),
            "XDG_STATE_HOME": str(home / "state"),
            "TEXTUAL_ANIMATIONS": "none",
            **env,
        }
        self.process = pexpect.spawn(
            command[0], list(command[1:]), dimensions=(rows, columns), env=environment, timeout=_SECONDS
        )

        self.process.delaybeforesend = None

    @property
    def pid(self) -> int:
        return self.process.pid

    def read(self, seconds: float = 0.05) -> None:
        """Take in what the program has written."""
        end = time.monotonic() + seconds
        while True:
            try:
                data = self.process.read_nonblocking(65536, timeout=max(0.0, min(0.02, end - time.monotonic())))
            except pexpect.TIMEOUT:
                data = b""
            except pexpect.EOF:
                return
            if data:
                self._show(data)
            if time.monotonic() >= end and not data:
                return

    def take(self, seconds: float) -> None:
        """Wait for bytes without looking at what they show; `text` does later."""
        with contextlib.suppress(pexpect.TIMEOUT):
            data = self.process.read_nonblocking(65536, timeout=seconds)
            self.raw += data
            self._unseen += data

    def _show(self, data: bytes) -> None:
        self.raw += data
        # pyte does not know some private sequences (kitty keys, queries) and would print them
        self._stream.feed(_without_private(self._unseen + data))
        self._unseen = b""

    def text(self) -> str:
        """The screen, line by line."""
        self._stream.feed(_without_private(self._unseen))
        self._unseen = b""
        return "\n".join(self._screen.display)

    def until(self, shows: str | Callable[[str], bool], seconds: float = _SECONDS) -> str:
        """Wait until the screen shows something; the screen then, with all that belongs to it where it stays."""

        def holds(text: str) -> bool:
            return shows in text if isinstance(shows, str) else shows(text)

        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.read()
            text = self.text()
            if holds(text):
                self._settle()
                settled = self.text()
                return settled if holds(settled) else text
            if not self.process.isalive():
                self.read(0.2)
                break
        text = self.text()
        raise AssertionError(f"the screen never showed {shows!r}:\n{text}\n{self.raw[-2000:]!r}")

    def _settle(self) -> None:
        """Panes read their pages after the picture that names them is shown."""
        end = time.monotonic() + _RESTLESS
        while time.monotonic() < end:
            seen = len(self.raw)
            self.read(_CALM)
            if len(self.raw) == seen:
                return

    def press(self, *keys: str) -> None:
        """Type keys as they are."""
        for key in keys:
            self.process.send(key)

    def resize(self, columns: int, rows: int) -> None:
        self._screen.resize(rows, columns)
        self.process.setwinsize(rows, columns)

    def ended(self, seconds: float = _SECONDS) -> int | None:
        """Wait for the program's end; its exit code, None if a signal ended it."""
        end = time.monotonic() + seconds
        while self.process.isalive() and time.monotonic() < end:
            self.read()
        assert not self.process.isalive(), "the program did not end"
        self.process.close()
        return self.process.exitstatus

    def hang_up(self) -> None:
        """Close the terminal, as when its window is closed."""
        self.process.ptyproc.fileobj.close()
        self.process.ptyproc.closed = self.process.closed = True

    def close(self) -> None:
        if self.process.closed:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(self.pid, 0)
        else:
            self.process.close(force=True)


def _without_private(data: bytes) -> bytes:
    return re.sub(rb"\x1b\[[<>=?][0-9;]*[a-zA-Z]|\x1bP[^\x1b]*\x1b\\\\|\x1b\[\?[0-9;]*\$p", _kept, data)


def _kept(match: "object") -> bytes:
    text: bytes = match[0]  # type: ignore[index]
    return text if text.startswith(b"\x1b[?") and text[-1:] in b"hl" else b""


def wait_for(holds: Callable[[], bool], seconds: float = _SECONDS) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if holds():
            return True
        time.sleep(0.02)
    return holds()
