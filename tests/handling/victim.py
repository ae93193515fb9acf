"""A worker that kills itself: `python -m tests.handling.victim DELIVERY RECEIVER LIMIT DIR=POINT …`.

It runs the manager on the files of each folder and, in a process of its own for each, kills itself with SIGKILL at the
POINT-th point (from 0). Without `=POINT` it runs to the end. The processes are forked before anything is opened, so
that the imports are paid for once. It prints the last point of each: `DIR POINT`.
"""

import os
import signal
import sys
from pathlib import Path

from .kit import World, pair_app, steps


def work(folder: Path, delivery: str, receiver: str, limit: int, deadly: int | None) -> None:
    world = World(pair_app(delivery), folder)
    runner = world.runner(receiver)
    n = 0
    while True:
        before = n
        for point in steps(runner, limit):
            if n == deadly:
                (folder / "last").write_text(point)
                os.kill(os.getpid(), signal.SIGKILL)
            n += 1
        if n == before:
            break
    world.close()


def main(delivery: str, receiver: str, limit: str, *tasks: str) -> int:
    failed = 0
    for task in tasks:
        folder, _, point = task.partition("=")
        child = os.fork()
        if child == 0:
            status = 1
            try:
                work(Path(folder), delivery, receiver, int(limit), int(point) if point else None)
                status = 0
            finally:
                os._exit(status)
        _, status = os.waitpid(child, 0)
        expected = signal.SIGKILL if point else 0
        failed += status != expected  # killed by the signal, or ended by itself with 0
    return failed


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
