"""Driving what never waits for an event loop."""

from collections.abc import Coroutine
from typing import Any, TypeVar

_T = TypeVar("_T")


def run(coroutine: Coroutine[Any, Any, _T]) -> _T:
    """Run a coroutine of handling or storage to its end, here and now, in any thread.

    Raises:
        RuntimeError: it waited for an event loop, which handling and its storage must not.
    """
    try:
        coroutine.send(None)
    except StopIteration as end:
        result: _T = end.value
        return result
    coroutine.close()
    raise RuntimeError("handling waited for something other than its storage")
