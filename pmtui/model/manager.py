"""Process managers: classes whose handlers turn events into actions."""

import dataclasses
import inspect
import re
from collections.abc import Callable, Iterable
from typing import Any, ClassVar, Literal, TypeVar, get_args

import msgspec

from pmtui.model.actions import Action
from pmtui.model.errors import DefinitionError

Delivery = Literal["act-then-save", "save-then-act"]
TIMERS = "timers"
"""The name of the source that a manager's own timers are read from; no context may have it."""

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
"""Names of apps, contexts and managers: they stand in file names, points and ids, so no separator may be in one."""

_MARK = "__pmtui_handles__"
_F = TypeVar("_F", bound=Callable[..., Iterable[Action] | None])


class Handles(msgspec.Struct, frozen=True):
    """One handler of a manager: the method `method` handles events of `type` from `context`."""

    context: str
    type: str
    starts: bool
    method: str
    file: str
    line: int


def handles(context: str, type: str, *, starts: bool = False) -> Callable[[_F], _F]:
    """Mark a method as the handler of one event type of one context.

    Args:
        context: the context's name, or `timers` for a timer of this manager.
        type: the event's type.
        starts: whether such an event begins an instance that is not there yet.

    The method takes `(self, event, state)` and yields actions or returns an iterable of them; it is synchronous and
    depends on nothing but its arguments. Several marks on one method are several handlers.
    """

    def mark(function: _F) -> _F:
        marks = getattr(function, _MARK, ())
        setattr(function, _MARK, ((context, type, starts), *marks))  # decorators run from the bottom
        return function

    return mark


class ProcessManager:
    """The base of every process manager; see the README for a whole one.

    Attributes:
        name: how the manager is called; its class name in kebab case unless it says otherwise.
        correlate: the key of `event.data` that names the instance, or a method `(self, event) -> str | None`.
        delivery: `act-then-save` (at least once) or `save-then-act` (at most once).
        State: a dataclass whose fields all have defaults, or nothing, for a dict.
    """

    name: ClassVar[str] = ""
    correlate: ClassVar[Any] = None
    delivery: ClassVar[Delivery] = "act-then-save"
    State: ClassVar[type] = dict


def kebab(name: str) -> str:
    """`OrderFulfilment` as `order-fulfilment`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "-", name).lower()


def definition_of(cls: type[ProcessManager], contexts: Iterable[str]) -> dict[tuple[str, str], Handles]:
    """Check a manager's class and return its handlers by (context, event type).

    Raises:
        DefinitionError: one sentence that says what is wrong with which class or method.
    """
    where = f"process manager {getattr(cls, '__name__', cls)}"
    _check_class(cls, where)
    _check_state(cls, where)
    _check_correlate(cls, where)
    known = {*contexts, TIMERS}
    table: dict[tuple[str, str], Handles] = {}
    for attribute, function in inspect.getmembers(cls, inspect.isfunction):
        for context, type_, starts in getattr(function, _MARK, ()):
            here = f"{where}.{attribute}"
            if not (isinstance(context, str) and isinstance(type_, str) and type_):
                raise DefinitionError(f"{here} must be marked with two names, @handles(context, type)")
            if context not in known:
                raise DefinitionError(f"{here} handles {type_} from the unknown context {context!r}: {_names(known)}")
            other = table.get((context, type_))
            if other is not None:
                raise DefinitionError(f"{here} and {other.method} both handle {type_} from {context}")
            _check_handler(function, here)
            if starts and context == TIMERS:
                raise DefinitionError(f"{here} cannot start an instance: a timer belongs to one that is there")
            if starts and cls.correlate is None:
                raise DefinitionError(f"{here} starts an instance, but {cls.__name__} has no correlate to name it by")
            code = function.__code__
            table[context, type_] = Handles(
                context, type_, starts, attribute, code.co_filename, _line_of(function, code.co_firstlineno)
            )
    if not table:
        raise DefinitionError(f"{where} handles nothing: mark its methods with @handles(context, type)")
    if not any(handler.starts for handler in table.values()):
        raise DefinitionError(f"{where} never starts an instance: mark one handler with starts=True")
    return table


def _check_class(cls: type[ProcessManager], where: str) -> None:
    if not (isinstance(cls, type) and issubclass(cls, ProcessManager)):
        raise DefinitionError(f"{where} is not a subclass of ProcessManager")
    if not vars(cls).get("name"):  # its own: a manager that another one extends has given that one's name away
        cls.name = kebab(cls.__name__)
    if not isinstance(cls.name, str) or not NAME.fullmatch(cls.name):
        raise DefinitionError(f"{where}: the name {cls.name!r} may only have letters, digits, '.', '_' and '-'")
    if cls.delivery not in get_args(Delivery):
        raise DefinitionError(f"{where}: delivery is {cls.delivery!r}, not one of {', '.join(get_args(Delivery))}")


def _names(known: Iterable[str]) -> str:
    return "known are " + ", ".join(sorted(known))


def _line_of(function: Callable[..., Any], first: int) -> int:
    """The line of the `def`, below its decorators."""
    try:
        lines, start = inspect.getsourcelines(function)
    except (OSError, TypeError):
        return first
    return next((start + i for i, line in enumerate(lines) if line.lstrip().startswith("def ")), first)


def _check_handler(function: Callable[..., Any], here: str) -> None:
    if inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function):
        raise DefinitionError(f"{here} is async; handlers are synchronous and pure")
    try:
        inspect.signature(function).bind(None, None, None)
    except TypeError:
        raise DefinitionError(f"{here} must take (self, event, state)") from None


def _check_correlate(cls: type[ProcessManager], where: str) -> None:
    correlate: Any = cls.correlate
    if correlate is None or (isinstance(correlate, str) and correlate):
        return
    if not callable(correlate) or inspect.iscoroutinefunction(correlate):
        raise DefinitionError(f"{where}: correlate must be a key of event.data or a method (self, event)")
    try:
        inspect.signature(correlate).bind(None, None)
    except TypeError:
        raise DefinitionError(f"{where}: the method correlate must take (self, event)") from None


def _check_state(cls: type[ProcessManager], where: str) -> None:
    state: Any = cls.State
    if state is dict:
        return
    if not (isinstance(state, type) and dataclasses.is_dataclass(state)):
        raise DefinitionError(f"{where}: State must be a dataclass, or left out for a dict")
    try:
        state()
    except Exception:
        raise DefinitionError(f"{where}: every field of State needs a default, for a new instance") from None
