"""Waiting for the bells of logs (see `bell`)."""

import os
import select
import socket
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from pmtui.storage.sqlite.bell import BELLS, Bell, is_private

_TRIES = 10
_NEW = 5.0
"""Seconds for which a socket that refuses may only be in the making."""


class Listener:
    """Hears the bells of some files until it is closed; where no socket can be made, it hears nothing.

    A look that begins after `wait` or `clear` misses nothing: what is committed later makes a descriptor readable.

    Args:
        bells: of the files.
    """

    def __init__(self, bells: Iterable[Bell]) -> None:
        self._bound: list[tuple[socket.socket, Path]] = []
        self._woken, self._waker = socket.socketpair()
        for end in (self._woken, self._waker):
            end.setblocking(False)
        with suppress(OSError):
            Path(BELLS).mkdir(mode=0o700, exist_ok=True)
            if is_private():
                _sweep()
                for bell in bells:
                    self._bound.append(_bind(Path(bell.folder)))
        self._poll = select.poll()
        for descriptor in (self._woken.fileno(), *self.descriptors):
            self._poll.register(descriptor, select.POLLIN)

    @property
    def descriptors(self) -> list[int]:
        """What becomes readable when a bell rings, one for each file."""
        return [bound.fileno() for bound, _ in self._bound]

    def wait(self, seconds: float) -> None:
        """Sleep until a bell rings or `wake` is called, or for so long; rings up to then are taken note of.

        Not at all, if one rang since the last `clear`.
        """
        if self._poll.poll(seconds * 1000):
            self.clear()

    def wake(self) -> None:
        """End a wait, in whatever thread it is. After `close` it does nothing."""
        with suppress(OSError):
            self._waker.send(b"\0")

    def clear(self) -> None:
        """Take note of all rings up to now."""
        for bound in (self._woken, *(bound for bound, _ in self._bound)):
            with suppress(BlockingIOError):
                while bound.recv(1):
                    pass

    def close(self) -> None:
        """Listen no longer, and leave nothing behind."""
        for bound, path in self._bound:
            bound.close()
            with suppress(OSError):
                path.unlink()
                path.parent.rmdir()  # unless somebody else listens
        self._bound.clear()
        self._woken.close()
        self._waker.close()


def _bind(folder: Path) -> tuple[socket.socket, Path]:
    path = folder / f"{os.getpid()}-{os.urandom(4).hex()}"
    bound = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    try:
        bound.setblocking(False)
        for _ in range(_TRIES):
            folder.mkdir(mode=0o700, exist_ok=True)
            with suppress(FileNotFoundError):  # the last one that listened there took the folder away in between
                bound.bind(str(path))
                return bound, path
        raise FileNotFoundError(path)
    except BaseException:
        bound.close()
        raise


def _sweep() -> None:
    """Remove what killed listeners left; until then it costs whoever rings one refused byte."""
    for folder in Path(BELLS).iterdir():
        with suppress(OSError):
            for path in folder.iterdir():
                if _is_dead(path):
                    path.unlink()
            folder.rmdir()  # unless somebody listens


def _is_dead(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as asking:
        try:
            asking.connect(str(path))
        except ConnectionRefusedError:
            return time.time() - path.stat().st_mtime > _NEW
    return False
