"""Asking handlers once more, in processes that have never asked them anything."""

import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, NamedTuple, TypeVar

from pmtui.explorer.again import Answer, Known, Question, handlers_of, read, serve, told, write
from pmtui.handling.decision import Decision
from pmtui.handling.sources import Picked
from pmtui.model.app import App
from pmtui.storage.ledger import Instance

_T = TypeVar("_T")

_ALONE = 8
"""So many events of each handler are handled in a process where nothing else ever was."""

_GROUPS = 32
"""In so many processes all other handlings are done, each instance's in one of them."""


class Finding(NamedTuple):
    """What a handler did otherwise the second time, or called.

    Attributes:
        manager, picked: the handling.
        first, second: what it gave, as text; equal where only a call is found.
        calls: what it called that it may not, each as `time.time at shop.py:12`.
    """

    manager: str
    picked: Picked
    first: str
    second: str
    calls: tuple[str, ...]


class Asked(NamedTuple):
    """A handling: what a handler was asked about, and what it gave."""

    manager: str
    picked: Picked
    instance: Instance
    gave: Decision


class Fresh:
    """Processes that have asked no handler anything yet, and fork for few handlings at a time.

    What one handler leaves behind in memory, in its object or its module, is so not there for another one: some events
    of each handler are handled alone; the others together with none but those of their instance (of few instances,
    where there are many), and in the opposite order. One process is forked; where the app is found in a file, another
    one imports that anew, so that sets have another order and nothing is left from before. Use as a context; the
    processes end with it.

    Args:
        app: whose handlers.
    """

    def __init__(self, app: App) -> None:
        self._app = app
        self._asked: list[Asked] = []
        self._forked: _Process
        self._other: _Process | None = None

    def __enter__(self) -> "Fresh":
        self._forked = _forked(self._app)
        spec = spec_of(self._app)
        if spec is not None:
            self._other = _started(self._app, spec)
        return self

    def __exit__(self, *_: object) -> None:
        for process in (self._forked, self._other):
            if process is not None:
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)  # with what it forked: it may be in the middle of something
                with suppress(BrokenPipeError):
                    process.to.close()
                process.from_.close()
                os.waitpid(process.pid, 0)

    def ask(self, manager: str, picked: Picked, instance: Instance, decision: Decision) -> None:
        """Remember a handling, to have it done once more."""
        self._asked.append(Asked(manager, picked, instance, decision))

    def finding(self, seconds: float) -> Finding | None:
        """Have all that was asked done once more; what is found for the first that was asked, None if nothing is.

        Args:
            seconds: so long it may take at most.

        Raises:
            TimeoutError: that was not enough.
        """
        until = time.monotonic() + seconds
        groups = _groups(self._asked)
        questions = [[each[:3] for each in group] for group in groups]
        try:
            if self._other is None or not _answer(self._other, bool, until):
                raise EOFError
            answers = [_asked(self._other, question, until) for question in questions]
        except (EOFError, BrokenPipeError):  # it cannot be imported again, or not as the same
            answers = [_asked(self._forked, question, until) for question in questions]
        found = [
            Finding(asked.manager, asked.picked, gave, again, calls)
            for group, answered in zip(groups, answers, strict=True)
            for asked, (again, calls) in zip(group, answered, strict=True)
            if (gave := told(asked.gave)) != again or calls
        ]
        places = {(each.manager, each.picked): place for place, each in reversed(list(enumerate(self._asked)))}
        return min(found, key=lambda each: (not each.calls, places[each.manager, each.picked]), default=None)


def _groups(asked: Sequence[Asked]) -> list[list[Asked]]:
    """Which handlings are done in one process, and in which order."""
    handlers: dict[tuple[str, str, str], dict[Picked, list[Asked]]] = {}
    for each in reversed(asked):
        events = handlers.setdefault((each.manager, each.picked.source, each.picked.row.type), {})
        events.setdefault(each.picked, []).append(each)
    groups: list[list[Asked]] = []
    others: dict[int, list[Asked]] = {}
    numbers: dict[tuple[str, str], int] = {}
    for events in handlers.values():
        step = max(1, len(events) // _ALONE)
        groups += list(events.values())[::step][:_ALONE]
    for each in reversed(asked):
        number = numbers.setdefault((each.manager, each.instance.correlation), len(numbers))
        others.setdefault(number % _GROUPS, []).append(each)
    return [*groups, *others.values()]


class _Process(NamedTuple):
    pid: int
    to: BinaryIO
    from_: BinaryIO


def _asked(process: _Process, questions: Sequence[Question], until: float) -> list[Answer]:
    """What a process answers to questions that belong together."""
    write(process.to, questions)
    return _answer(process, list[Answer], until)


def _answer(process: _Process, type_: type[_T], until: float) -> _T:
    """The next answer of a process. Raises TimeoutError if it does not begin in time."""
    if not select.select([process.from_], [], [], max(0.0, until - time.monotonic()))[0]:
        raise TimeoutError
    return read(process.from_, type_)


def _forked(app: App) -> _Process:
    there, to = os.pipe()
    from_, back = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.setpgid(0, 0)
        os.close(to)
        os.close(from_)
        serve(app, os.fdopen(there, "rb"), os.fdopen(back, "wb"))
    os.close(there)
    os.close(back)
    return _Process(pid, os.fdopen(to, "wb"), os.fdopen(from_, "rb"))


def spec_of(app: App) -> str | None:
    """What finds the app in its file again; None if it is in none."""
    for manager in app.managers.values():
        module = sys.modules.get(manager.cls.__module__)
        file = getattr(module, "__file__", None)
        name = next((name for name, value in vars(module).items() if value is app), None) if module else None
        if file and name and Path(file).suffix == ".py":
            return f"{file}:{name}"
    return None


def _started(app: App, spec: str) -> _Process:
    there, to = os.pipe()
    from_, back = os.pipe()
    seed = "1" if os.environ.get("PYTHONHASHSEED") != "1" else "2"
    process = subprocess.Popen(  # noqa: S603  (ourselves)
        [sys.executable, "-P", "-m", "pmtui.explorer.again", str(there), str(back), spec],
        pass_fds=(there, back),
        env={**os.environ, "PYTHONHASHSEED": seed},
        process_group=0,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(there)
    os.close(back)
    process.returncode = 0  # it is waited for by its number, as the other one
    started = _Process(process.pid, os.fdopen(to, "wb"), os.fdopen(from_, "rb"))
    with suppress(BrokenPipeError):
        write(started.to, Known(sys.path, handlers_of(app)))
    return started
