"""The process of a worker: its pipes, its signals and its end."""

import asyncio
import gc
import os
import signal
import sys

from pmtui.storage.sqlite.thread import DatabaseThread
from pmtui.workers.control import Control
from pmtui.workers.outbox import Outbox
from pmtui.workers.protocol import Begin, Stop, command_of
from pmtui.workers.worker import LAST_WORDS, Worker

_ORPHAN = 1.0
"""Seconds that a worker whose supervisor has died may take to end its turn."""
_LONGEST_COMMAND = 2**20
_BEHIND_THE_SCREEN = 10
"""How much nicer a worker in the lab is than the screen: at full speed the person's keys come first."""


def main() -> int:
    """The process: its exit code."""
    return asyncio.run(_main())


def collect_garbage_seldom() -> None:
    """What was imported stays; collecting garbage over it again and again costs a twelfth of catching up."""
    gc.freeze()
    gc.set_threshold(50_000, 50, 100)


async def _main() -> int:
    # Handlers may print: what they say goes to standard error, so that nothing but reports is on the pipe.
    reports = os.dup(sys.stdout.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    os.register_at_fork(after_in_child=lambda: os.close(reports))  # what a handler forks may outlive us
    loop = asyncio.get_running_loop()
    commands = asyncio.StreamReader(limit=_LONGEST_COMMAND)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(commands), sys.stdin)
    begin = command_of(await commands.readline())
    if not isinstance(begin, Begin):
        raise TypeError("the first command must be Begin")
    if begin.virtual:
        os.nice(_BEHIND_THE_SCREEN)
    control = Control(begin)
    for signal_ in (signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(signal_, lambda: control.hear(Stop()))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # ctrl+c is for whoever started us, who will tell us
    listening = asyncio.create_task(_listen(commands, control))
    outbox = Outbox(reports, loop)
    collect_garbage_seldom()
    gc.enable()
    thread = await DatabaseThread.start()
    worker = Worker(begin, control, outbox, thread)
    try:
        code = await worker.run()
        outbox.flush(LAST_WORDS)
        await worker.close()
    finally:
        await thread.stop()
        listening.cancel()
    return code


async def _listen(commands: asyncio.StreamReader, control: Control) -> None:
    while text := await commands.readline():
        control.hear(command_of(text))
    # The supervisor is gone. Finish the turn in hand; a handler that never ends must not keep the process alive.
    control.hear(Stop())
    asyncio.get_running_loop().call_later(_ORPHAN, os._exit, 1)
