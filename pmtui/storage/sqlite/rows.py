"""Rows to and from SQLite, many in a statement."""

import sqlite3
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import chain
from typing import Any

_CHUNKS = (50, 10, 1)
"""Rows a statement. More are slower: what is bound for them no longer fits into the processor's nearer caches."""


def insert_many(connection: sqlite3.Connection | sqlite3.Cursor, into: str, rows: Sequence[Sequence[Any]]) -> None:
    """Insert rows with few statements of many rows, which is faster than one statement a row.

    Args:
        connection: with a transaction open; or a cursor of it, which is spared if it is kept.
        into: the statement up to and without VALUES.
        rows: all of one width.
    """
    if not rows:
        return
    if len(rows) == 1:
        # SQLite's binding takes a named tuple apart through Python, value by value; a plain one it does not.
        connection.execute(_insert(into, len(rows[0]), 1), tuple(rows[0]))
        return
    start = 0
    while start < len(rows):
        size = next(chunk for chunk in _CHUNKS if chunk <= len(rows) - start)
        some = rows[start : start + size] if size < len(rows) else rows
        connection.execute(_insert(into, len(rows[0]), size), list(chain.from_iterable(some)))
        start += size


@cache
def _insert(into: str, width: int, rows: int) -> str:
    one = "(" + ",".join("?" * width) + ")"
    return f"{into} VALUES {','.join([one] * rows)}"


def placeholders(values: Iterable[Any]) -> str:
    """`?,?,?` for an IN list."""
    return ",".join("?" for _ in values)
