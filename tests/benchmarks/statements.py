"""Every statement that the package gives to SQLite, and how SQLite would carry it out."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

GROWING = ("events", "receipts", "journal", "instances", "pending", "repeats")
"""The tables that grow with the events handled."""
_SCAN = re.compile(r"\bSCAN (\w+)")
_NAMED = re.compile(r"\b(?:FROM|JOIN)\s+(\w+)(?:\s+(?:AS\s+)?(\w+))?", re.IGNORECASE)
_PLANNED = ("SELECT", "WITH", "UPDATE", "DELETE")


class Statements:
    """What was issued, by file. Statements are kept as SQLite ran them, values and all."""

    def __init__(self) -> None:
        self.issued: set[tuple[Path, str]] = set()

    @contextmanager
    def collected(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        """Listen to every connection that is opened in the block."""
        connect = sqlite3.connect

        def listened(database: Any, *args: Any, **kwargs: Any) -> sqlite3.Connection:
            connection = connect(database, *args, **kwargs)
            path = connection.execute("PRAGMA database_list").fetchone()[2]
            if path:
                connection.set_trace_callback(lambda sql: self.issued.add((Path(path), sql)))
            return connection

        with monkeypatch.context() as patch:
            patch.setattr(sqlite3, "connect", listened)
            yield

    def full_scans(self) -> set[str]:
        """The statements that read all of a table that grows, without a LIMIT to end it."""
        found: set[str] = set()
        for path, sql in self.issued:
            if not sql.lstrip().upper().startswith(_PLANNED) and " SELECT " not in sql.upper():
                continue
            with closing(sqlite3.connect(path)) as connection:
                plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}")]
            names = {alias: table for table, alias in _NAMED.findall(sql) if alias}
            scanned = {names.get(name, name) for step in plan for name in _SCAN.findall(step)}
            if scanned.intersection(GROWING) and not _ends(sql, plan):
                found.add(f"{' '.join(sql.split())[:300]}  ->  {'; '.join(plan)}")
        return found


def _ends(sql: str, plan: list[str]) -> bool:
    """Whether a scan stops at a LIMIT, because nothing has to be sorted first."""
    return "LIMIT" in sql.upper() and not any("TEMP B-TREE FOR ORDER BY" in step for step in plan)
