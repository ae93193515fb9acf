"""Leaving cleanly whatever ends the screen: a signal, or a terminal that is gone."""

import asyncio
import gc
import os
import select
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, TextIO, cast


def on_signals(leave: Callable[[int], None]) -> None:
    """Call `leave` with an exit code on SIGTERM and SIGHUP, on the running event loop.

    A hangup mostly means that nobody reads any more what is written: see `let_go`.
    """
    loop = asyncio.get_running_loop()

    def hung_up() -> None:
        let_go()
        leave(128 + signal.SIGHUP)

    loop.add_signal_handler(signal.SIGTERM, leave, 128 + signal.SIGTERM)
    loop.add_signal_handler(signal.SIGHUP, hung_up)


def is_gone(descriptor: int = 0) -> bool:
    """Whether the terminal behind a descriptor was closed, of which not every one is told by a signal."""
    poll = select.poll()
    poll.register(descriptor, 0)
    return any(state & (select.POLLHUP | select.POLLERR | select.POLLNVAL) for _, state in poll.poll(0))


def let_go() -> None:
    """Put the null device in the place of a closed terminal.

    Writing to one fails and reading from one returns at once; Textual's threads would stop at the first and spin at
    the second, and quitting would wait for them.
    """
    for descriptor in (0, 1, 2):
        if is_gone(descriptor):
            null = os.open(os.devnull, os.O_RDWR)
            os.dup2(null, descriptor)
            if null != descriptor:
                os.close(null)


class _Forgiving:
    """A stream to the terminal that takes what it cannot write for written."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        with suppress(OSError):
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        with suppress(OSError):
            self._stream.flush()


@contextmanager
def forgiving_output() -> Iterator[None]:
    """While it lasts, the stream that Textual draws to does not fail when the terminal goes.

    Its writing thread would end at the failure, and everything after it wait for ever at that thread's full queue.
    """
    stream = sys.__stderr__
    if stream is not None:
        sys.__stderr__ = cast(Any, _Forgiving(stream))  # type: ignore[misc]
    try:
        yield
    finally:
        sys.__stderr__ = stream  # type: ignore[misc]


def make_responsive() -> None:
    """Let nothing keep a key press waiting that can be helped.

    Garbage is collected rarely from now on: a full collection costs 65–90 ms in the middle of a key press. And the
    thread that reads databases hands the interpreter over after one millisecond instead of five.
    """
    sys.setswitchinterval(0.001)
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 50, 100)
