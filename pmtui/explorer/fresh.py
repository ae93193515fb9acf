"""Asking a handler once more, in a process that has never asked it anything, and listening to what it calls."""

import os
import pickle
import random
import struct
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import BuiltinFunctionType, FrameType
from typing import Any, BinaryIO, NamedTuple

import msgspec

from pmtui.handling.decide import Decider
from pmtui.handling.decision import Decision
from pmtui.handling.sources import Picked
from pmtui.model.app import App
from pmtui.storage.ledger import Instance

_LENGTH = struct.Struct("<I")
_MODULES = {"random", "secrets", "uuid", "socket", "_socket", "ssl"}
_CLOCKS = """
    time time_ns monotonic monotonic_ns perf_counter perf_counter_ns process_time process_time_ns thread_time
    clock_gettime clock_gettime_ns localtime gmtime ctime asctime
"""
_FUNCTIONS = {("time", name) for name in _CLOCKS.split()} | {
    ("posix", "urandom"),
    ("posix", "getrandom"),
    ("_uuid", "generate_time_safe"),
}
_NOW = {"datetime.now", "datetime.utcnow", "datetime.today", "date.today"}
_DERIVED = {"uuid3", "uuid5", "UUID"}
"""What of `uuid` only depends on what it is given."""

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
    """A process that was forked before any handler was asked, and forks again for few handlings at a time.

    What one handler leaves behind in memory, in its object or its module, is so not there for another one: some events
    of each handler are handled alone; the others together with none but those of their instance (of few instances,
    where there are many), and in the opposite order. Use as a context; the process ends with it.

    Args:
        app: whose handlers.
    """

    def __init__(self, app: App) -> None:
        self._app = app
        self._asked: list[Asked] = []
        self._pid = 0
        self._to: BinaryIO
        self._from: BinaryIO

    def __enter__(self) -> "Fresh":
        there, to = os.pipe()
        from_, back = os.pipe()
        self._pid = os.fork()
        if self._pid == 0:
            os.close(to)
            os.close(from_)
            _serve(self._app, os.fdopen(there, "rb"), os.fdopen(back, "wb"))
        os.close(there)
        os.close(back)
        self._to, self._from = os.fdopen(to, "wb"), os.fdopen(from_, "rb")
        return self

    def __exit__(self, *_: object) -> None:
        self._to.close()
        self._from.close()
        os.waitpid(self._pid, 0)

    def ask(self, manager: str, picked: Picked, instance: Instance, decision: Decision) -> None:
        """Remember a handling, to have it done once more."""
        self._asked.append(Asked(manager, picked, instance, decision))

    def finding(self) -> Finding | None:
        """Have all that was asked done once more; what is found for the first that was asked, None if nothing is."""
        groups = _groups(self._asked)
        _write(self._to, [[each[:3] for each in group] for group in groups])
        answers: list[list[tuple[str, tuple[str, ...]]]] = _read(self._from)
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


def told(decision: Decision) -> str:
    """All that a handling gave, as text; two that are equal give the same."""
    after = decision.after
    state = None if after is None else [after.status, after.state, sorted(after.timers.items())]
    acts = [[a.kind, a.context, a.stream, a.type, a.data, a.ordinal, a.metadata] for a in decision.acts]
    return msgspec.json.encode([decision.outcome, decision.correlation, acts, decision.own, state]).decode()


def _serve(app: App, requests: BinaryIO, answers: BinaryIO) -> None:
    """The process itself; never returns."""
    try:
        while True:
            asked = _read(requests)
            _write(answers, [_in_a_fork(app, group) for group in asked])
    except (EOFError, BrokenPipeError):
        pass
    finally:
        os._exit(0)


def _in_a_fork(app: App, group: list[tuple[str, Picked, Instance]]) -> list[tuple[str, tuple[str, ...]]]:
    there, back = os.pipe()
    pid = os.fork()
    if pid == 0:
        with os.fdopen(back, "wb") as out:
            deciders = {name: Decider(app, app.managers[name]) for name in {name for name, *_ in group}}
            _write(out, [_handle(deciders[name], picked, instance) for name, picked, instance in group])
        os._exit(0)
    os.close(back)
    with os.fdopen(there, "rb") as result:
        try:
            answers: list[tuple[str, tuple[str, ...]]] = _read(result)
        except EOFError:
            answers = [("the process died", ())] * len(group)
    os.waitpid(pid, 0)
    return answers


def _handle(decider: Decider, picked: Picked, instance: Instance) -> tuple[str, tuple[str, ...]]:
    calls: list[str] = []
    try:
        with _listening(calls):
            event, _ = decider.meet(picked, 0)
            result = told(decider.decide(picked, event, 0, instance, fresh=True))
    except Exception as error:
        result = f"{type(error).__name__}: {error}"
    return result, tuple(dict.fromkeys(calls))


@contextmanager
def _listening(calls: list[str]) -> Iterator[None]:
    """Note calls of clocks, random numbers and sockets, with the file and line that made them."""

    def listen(frame: FrameType, event: str, what: Any) -> None:
        if event == "c_call":
            name = _forbidden(what)
            caller: FrameType | None = frame
        elif event == "call":
            module = frame.f_globals.get("__name__", "")
            function = frame.f_code.co_name
            seeded = (
                module == "random"
                and isinstance(frame.f_locals.get("self"), random.Random)
                and (frame.f_locals["self"] is not random._inst)
            )
            named = module in _MODULES and not seeded and function not in _DERIVED and not function.startswith("__")
            name = f"{module}.{function}" if named else ""
            caller = frame.f_back
        else:
            return
        if name and caller is not None and caller.f_globals.get("__name__", "") not in _MODULES:
            calls.append(f"{name} at {caller.f_code.co_filename}:{caller.f_lineno}")

    sys.setprofile(listen)
    try:
        yield
    finally:
        sys.setprofile(None)


def _forbidden(function: BuiltinFunctionType) -> str:
    """The name of a built-in function that a handler may not call, empty for all others."""
    module, name = function.__module__ or "", function.__qualname__
    owner = getattr(function, "__self__", None)
    if (module, name) in _FUNCTIONS:
        return f"{module}.{name}"
    if name in _NOW:
        return name
    if module in _MODULES:
        return f"{module}.{name}"
    if isinstance(owner, random.SystemRandom) or owner is random._inst:
        return f"random.{function.__name__}"
    return ""


def _write(file: BinaryIO, value: Any) -> None:
    data = pickle.dumps(value)
    file.write(_LENGTH.pack(len(data)))
    file.write(data)
    file.flush()


def _read(file: BinaryIO) -> Any:
    head = file.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        raise EOFError
    return pickle.loads(file.read(_LENGTH.unpack(head)[0]))  # noqa: S301  (from our own process)
