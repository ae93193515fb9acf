"""The bell: whoever commits to a log wakes those that wait for it in other processes, at once.

Each listener (see `listener`) has a Unix datagram socket in a folder of the log's own, named after the file's device
and inode; to ring is to send one byte to every socket there. A bell is a help, not a promise: another user's process
or another SQLite tool does not ring, so whoever listens also looks now and then; and a byte may come without any news.
"""

import os
import stat
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from socket import socket

# Not from the environment: every process of this user must find the same place, and a socket's path has 104 bytes.
BELLS = f"/tmp/pmtui-bells-{os.getuid()}"  # noqa: S108  (see is_private)
"""The folder of all bells."""


class Bell:
    """The bell of one file.

    Attributes:
        folder: where those that listen to it have their sockets; it is there only while somebody does.

    Args:
        device, inode: which file.
    """

    def __init__(self, device: int, inode: int) -> None:
        self.folder = f"{BELLS}/{device}-{inode}"
        self._socket: socket | None = None

    def ring(self) -> None:
        """Wake whoever listens. Never waits, never fails; where nobody listens it is one system call."""
        try:
            names = os.listdir(self.folder)  # noqa: PTH208  (after every commit: without building a Path)
        except OSError:
            return
        if not is_private():
            return
        if self._socket is None:
            import socket  # noqa: PLC0415  (a command that appends does without it where nobody listens)

            self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            self._socket.setblocking(False)
        for name in names:
            with suppress(OSError):  # it is dead, or has not yet heard so many rings before
                self._socket.sendto(b"\0", f"{self.folder}/{name}")

    def close(self) -> None:
        """Ring no more."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None


def is_private() -> bool:
    """Whether the folder of all bells is ours and nobody else can put anything into it."""
    try:
        found = os.lstat(BELLS)
    except OSError:
        return False
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and not found.st_mode & 0o077
