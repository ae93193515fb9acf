"""An app: contexts, the managers between them and the aggregates in them."""

import inspect
import os.path
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any, Literal, TypeVar, get_args

import msgspec

from pmtui.model.errors import DefinitionError
from pmtui.model.event import Command, Event, NewEvent
from pmtui.model.manager import NAME, TIMERS, Handles, ProcessManager, definition_of

Receiver = Literal["exact", "high-water", "none"]
RECEIVERS: tuple[Receiver, ...] = get_args(Receiver)

Aggregate = Callable[[Sequence[Event], Command], Iterable[NewEvent] | None]
"""(the stream's events so far, the command) -> new events; pure. Raising refuses loudly: the event's handling fails."""

Check = Callable[[Any], Any]
"""(the world as the explorer shows it) -> nothing, or for `sometimes` whether it is so; pure."""

_C = TypeVar("_C", bound=Callable[..., Any])
_M = TypeVar("_M", bound=type[ProcessManager])
_A = TypeVar("_A", bound=Callable[..., Any])


class Context(msgspec.Struct, frozen=True):
    """A bounded context's log: where it is and how it recognises repeated actions.

    Attributes:
        url: `sqlite:PATH`; a relative path starts in the data folder. Empty: `NAME.db` there.
        receiver: `exact`, `high-water` or `none`.
    """

    url: str = ""
    receiver: Receiver = "exact"

    def file(self, name: str) -> str:
        """The path of its log under this name, from the data folder on."""
        return os.path.normpath(self.url.removeprefix("sqlite:") or f"{name}.db")


class Manager(msgspec.Struct, frozen=True, dict=True):
    """A registered process manager: its class and its handlers by (context, event type), in order of declaration."""

    cls: type[ProcessManager]
    handlers: dict[tuple[str, str], Handles]

    @property
    def name(self) -> str:
        """The manager's name, unique in its app."""
        return self.cls.name

    @cached_property
    def sources(self) -> tuple[str, ...]:
        """The contexts it reads (and `timers`), in the order in which its class first names them."""
        ordered = sorted(self.handlers.values(), key=lambda handler: handler.line)
        return tuple(dict.fromkeys(handler.context for handler in ordered))

    def types(self, source: str) -> frozenset[str]:
        """The event types it handles from one source."""
        return self._types.get(source, frozenset())

    @cached_property
    def _types(self) -> dict[str, frozenset[str]]:
        types: dict[str, set[str]] = {}
        for context, type_ in self.handlers:
            types.setdefault(context, set()).add(type_)
        return {context: frozenset(some) for context, some in types.items()}


class App:
    """A named set of contexts with the process managers and aggregates that work on them.

    Args:
        name: the app's name; part of every action's key, so renaming an app makes its actions new ones.
        contexts: names, or names with a URL or a `Context`.

    Attributes:
        contexts: every context by name, in order of declaration.
        managers: every manager by name.
        aggregates: the aggregate function of each context that has one.
        invariants, eventualities, possibilities: what the explorer checks in every state, at every end, and whether it
            is so in any state at all; functions by name.

    Raises:
        DefinitionError: a name is not usable, doubled or reserved; a receiver or URL is unknown; two have one file.
    """

    def __init__(self, name: str, contexts: Iterable[str] | Mapping[str, str | Context]) -> None:
        if not isinstance(name, str) or not NAME.fullmatch(name):
            raise DefinitionError(f"the app's name {name!r} may only have letters, digits, '.', '_' and '-'")
        self.name = name
        self.contexts: dict[str, Context] = {}
        self.managers: dict[str, Manager] = {}
        self.aggregates: dict[str, Aggregate] = {}
        self.invariants: dict[str, Check] = {}
        self.eventualities: dict[str, Check] = {}
        self.possibilities: dict[str, Check] = {}
        if isinstance(contexts, str):
            raise DefinitionError(f"app {name}: contexts is a list of names or a dict, not one string")
        pairs = contexts.items() if isinstance(contexts, Mapping) else ((each, Context()) for each in contexts)
        for context, where in pairs:
            self._add_context(context, Context(where) if isinstance(where, str) else where)
        if not self.contexts:
            raise DefinitionError(f"app {name} has no contexts")

    def _add_context(self, name: str, context: Context) -> None:
        if not isinstance(name, str) or not NAME.fullmatch(name):
            raise DefinitionError(f"context {name!r}: a name may only have letters, digits, '.', '_' and '-'")
        if name == TIMERS:
            raise DefinitionError("no context may be called 'timers': it is the source of a manager's own timers")
        if name.isdecimal():
            raise DefinitionError(f"context {name!r}: a name needs a letter, or it looks like a number in a point")
        if name in self.contexts:
            raise DefinitionError(f"context {name} is declared twice")
        if name.lower() in map(str.lower, self.contexts):
            raise DefinitionError(f"context {name} differs from another only in case; on some disks both are one file")
        if not isinstance(context, Context):
            raise DefinitionError(f"context {name} needs a URL or a Context, not {context!r}")
        if context.receiver not in RECEIVERS:
            raise DefinitionError(f"context {name}: receiver {context.receiver!r} is not one of {', '.join(RECEIVERS)}")
        if context.url and not context.url.startswith("sqlite:"):
            raise DefinitionError(f"context {name}: the URL {context.url!r} must begin with 'sqlite:'")
        file = context.file(name).lower()
        other = next((other for other, each in self.contexts.items() if each.file(other).lower() == file), None)
        if other is not None:
            raise DefinitionError(f"contexts {other} and {name} are both in {context.file(name)}; each needs its own")
        self.contexts[name] = context

    def manager(self, cls: _M) -> _M:
        """Register a process manager; used as a decorator.

        Raises:
            DefinitionError: one sentence about what is wrong with it.
        """
        handlers = definition_of(cls, self.contexts)
        if cls.name.lower() in map(str.lower, self.managers):  # on some disks names that differ in case are one file
            raise DefinitionError(f"app {self.name} has two managers called {cls.name}")
        self.managers[cls.name] = Manager(cls, handlers)
        return cls

    def aggregate(self, context: str) -> Callable[[_A], _A]:
        """Register the aggregate that decides on the commands sent to a context; used as a decorator.

        Raises:
            DefinitionError: the context is unknown or has one already, or the function's arguments are wrong.
        """
        if not isinstance(context, str):
            raise DefinitionError("an aggregate needs its context: @app.aggregate(context)")

        def register(function: _A) -> _A:
            here = f"aggregate {getattr(function, '__name__', function)!s}"
            if context not in self.contexts:
                known = ", ".join(self.contexts)
                raise DefinitionError(f"{here} belongs to the unknown context {context!r}: known are {known}")
            if context in self.aggregates:
                raise DefinitionError(f"context {context} has two aggregates")
            if inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function):
                raise DefinitionError(f"{here} is async; aggregates are synchronous and pure")
            try:
                inspect.signature(function).bind(None, None)
            except TypeError:
                raise DefinitionError(f"{here} must take (history, command)") from None
            self.aggregates[context] = function
            return function

        return register

    def invariant(self, function: _C) -> _C:
        """Register what must hold in every state that any crash in any order can lead to; used as a decorator.

        The function takes the world: `world.log(context)` gives the context's events so far, `world.instances(manager)`
        the manager's instances by correlation id. A failing `assert` in it is a violation, in its words.

        Raises:
            DefinitionError: it does not take one argument, is async, or its name is taken.
        """
        return self._check(function, "invariant", self.invariants)

    def eventually(self, function: _C) -> _C:
        """Register what must hold at every end, when all that there is to do is done; as `invariant`.

        Raises:
            DefinitionError: as `invariant`.
        """
        return self._check(function, "eventually", self.eventualities)

    def sometimes(self, function: _C) -> _C:
        """Register what must be true (returned) in some state at least, so that a pass is not an empty one.

        Raises:
            DefinitionError: as `invariant`.
        """
        return self._check(function, "sometimes", self.possibilities)

    def _check(self, function: _C, what: str, known: dict[str, Check]) -> _C:
        if not callable(function) or isinstance(function, type):
            raise DefinitionError(f"@app.{what} marks a function that takes (world), not {function!r}")
        name = getattr(function, "__name__", repr(function))
        here = f"{what} {name}"
        if inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function):
            raise DefinitionError(f"{here} is async; it must be synchronous and pure")
        if inspect.isgeneratorfunction(function):
            raise DefinitionError(f"{here} has a yield, so nothing in it would be checked")
        try:
            inspect.signature(function).bind(None)
        except TypeError:
            raise DefinitionError(f"{here} must take (world)") from None
        if name in self.invariants or name in self.eventualities or name in self.possibilities:
            raise DefinitionError(f"app {self.name} has two checks called {name}")
        known[name] = function
        return function
