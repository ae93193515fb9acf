"""The one thread that a process works its databases from, through aiosqlite."""

import sqlite3
from collections.abc import Callable
from typing import Any, TypeVar, cast

import aiosqlite

_T = TypeVar("_T")


class _CallableConnection(sqlite3.Connection):
    """A connection whose `execute` also takes a function: aiosqlite's public way to run one in its thread."""

    def execute(self, sql: Any, parameters: Any = (), /) -> Any:
        return sql() if callable(sql) else super().execute(sql, parameters)


class DatabaseThread:
    """Runs functions one after the other in aiosqlite's thread, so that no statement ever blocks the event loop.

    A whole phase, or a whole turn, is one function: each crossing costs 50 to 60 µs.
    """

    def __init__(self, carrier: aiosqlite.Connection) -> None:
        self._carrier = carrier

    @classmethod
    async def start(cls) -> "DatabaseThread":
        """Start the thread."""
        return cls(await aiosqlite.connect(":memory:", factory=_CallableConnection))

    async def run(self, function: Callable[[], _T]) -> _T:
        """What the function returns or raises. If the caller is cancelled, the function still runs to its end."""
        box: list[_T] = []
        await self._carrier.execute(cast(str, lambda: box.append(function())))
        return box[0]

    async def stop(self) -> None:
        """End the thread after what is under way."""
        await self._carrier.close()
