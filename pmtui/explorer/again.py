"""The process in which handlings are done once more: it forks for few at a time, and listens to what they call.

Started with `main`, it imports the app's file anew, with another seed of hashes, so that the order of sets is another.
"""

import gc
import os
import random
import struct
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import BuiltinFunctionType, FrameType
from typing import Any, BinaryIO, TypeVar

import msgspec

from pmtui.handling.decide import Decider
from pmtui.handling.decision import Decision
from pmtui.handling.sources import Picked
from pmtui.model.app import App
from pmtui.model.errors import InputError
from pmtui.storage.ledger import Instance
from pmtui.workers.appfile import load

Question = tuple[str, Picked, Instance]
"""A manager's name, an event and the instance before it."""

Answer = tuple[str, tuple[str, ...]]
"""What the handler gave, as text, and what it called that it may not, each as `time.time at shop.py:12`."""

AGAIN = "PMTUI_IMPORTED_AGAIN"
"""Set in the environment of the process that imports an app anew: a file that explores when it is imported would
otherwise start one such process after the other, for ever."""

_T = TypeVar("_T")
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


class Known(msgspec.Struct):
    """How to know an app again: the path that modules are found on, and what each manager handles."""

    path: list[str]
    handlers: dict[str, list[tuple[str, str]]]


def main() -> None:
    """Answer on the two files whose numbers are the arguments; the app is named by the third, and by what it has."""
    requests, answers = (os.fdopen(int(sys.argv[1]), "rb"), os.fdopen(int(sys.argv[2]), "wb"))
    os.environ[AGAIN] = "1"
    try:
        known = read(requests, Known)
        sys.path = known.path
        app = load(sys.argv[3]).app
        same = handlers_of(app) == known.handlers
    except (InputError, EOFError):
        same = False
    write(answers, same)
    if same:
        serve(app, requests, answers)


def handlers_of(app: App) -> dict[str, list[tuple[str, str]]]:
    """What each manager handles, to know an app again."""
    return {name: sorted(manager.handlers) for name, manager in app.managers.items()}


def told(decision: Decision) -> str:
    """All that a handling gave, as text; two that are equal give the same."""
    after = decision.after
    state = None if after is None else [after.status, after.state, sorted(after.timers.items())]
    acts = [[a.kind, a.context, a.stream, a.type, a.data, a.ordinal, a.metadata] for a in decision.acts]
    return msgspec.json.encode([decision.outcome, decision.correlation, acts, decision.own, state]).decode()


def serve(app: App, requests: BinaryIO, answers: BinaryIO) -> None:
    """The process itself; never returns."""
    try:
        while True:
            write(answers, _in_a_fork(app, read(requests, list[Question])))
    except (EOFError, BrokenPipeError):
        pass
    finally:
        os._exit(0)


def _in_a_fork(app: App, group: list[Question]) -> list[Answer]:
    there, back = os.pipe()
    pid = os.fork()
    if pid == 0:
        gc.disable()  # others are told of each collection, and what they call then is not the handler's doing
        with os.fdopen(back, "wb") as out:
            deciders = {name: Decider(app, app.managers[name]) for name in {name for name, *_ in group}}
            write(out, [_handle(deciders[name], picked, instance) for name, picked, instance in group])
        os._exit(0)
    os.close(back)
    with os.fdopen(there, "rb") as result:
        try:
            answers = read(result, list[Answer])
        except EOFError:
            answers = [("the process died", ())] * len(group)
    os.waitpid(pid, 0)
    return answers


def _handle(decider: Decider, picked: Picked, instance: Instance) -> Answer:
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


def write(file: BinaryIO, value: Any) -> None:
    """Send a value to the other process."""
    data = msgspec.msgpack.encode(value)
    file.write(_LENGTH.pack(len(data)))
    file.write(data)
    file.flush()


def read(file: BinaryIO, type_: type[_T]) -> _T:
    """A value of a type from the other process. Raises EOFError if that has ended."""
    head = file.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        raise EOFError
    return msgspec.msgpack.decode(file.read(_LENGTH.unpack(head)[0]), type=type_)


if __name__ == "__main__":
    main()
