"""A manager whose handlers are listened to: what they ask for is noted as they ask for it."""

import copy
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import msgspec

from pmtui.model.actions import Action
from pmtui.model.app import Manager


def recorded(manager: Manager, asked: list[Action]) -> Manager:
    """The same manager; every action that its handlers ask for, and that is accepted, is added to `asked` as well."""
    methods = frozenset(handler.method for handler in manager.handlers.values())

    def between(_cls: type) -> _Between:
        return _Between(manager.cls(), methods, asked)

    return msgspec.structs.replace(manager, cls=type(manager.cls.__name__, (manager.cls,), {"__new__": between}))


class _Between:
    """Stands between handling and the user's object, which itself knows nothing of it: a handler that calls another
    one asks for its actions once."""

    def __init__(self, manager: Any, handlers: frozenset[str], asked: list[Action]) -> None:
        self._manager = manager
        self._handlers = handlers
        self._asked = asked

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._manager, name)
        return self._noting(found) if name in self._handlers else found

    def _noting(self, handler: Callable[..., Any]) -> Callable[..., Any]:
        def noting(event: Any, state: Any) -> Any:
            actions = handler(event, state)
            return self._noted(actions) if isinstance(actions, Iterable) else actions

        return noting

    def _noted(self, actions: Iterable[Action]) -> Iterator[Action]:
        for action in actions:
            yield action
            self._asked.append(copy.deepcopy(action))  # its data is the handler's own, which may change it afterwards
