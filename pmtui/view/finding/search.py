"""One slice of a search, in the database thread: a bounded number of rows, up or down from a place."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from pmtui.model.app import App
from pmtui.storage.sqlite.database import Database
from pmtui.view.finding.query import Field, Query
from pmtui.view.reader import Reader

Direction = Literal["up", "down"]


@dataclass(frozen=True, slots=True)
class Found:
    """What one slice found.

    Attributes:
        places: positions of a log, or ids of a journal, ascending.
        reached: the last place that was looked at; the next slice goes on from there.
        newest: the highest place that was looked at, 0 for none.
        looked: how many rows were looked at.
        ended: whether there is nothing more that way, for now.
    """

    places: tuple[int, ...]
    reached: int
    newest: int
    looked: int
    ended: bool


def search_log(reader: Reader, context: str, query: Query, place: int, direction: Direction, rows: int) -> Found:
    """Look through up to `rows` events of a log, above a position or below it.

    Raises:
        StorageError: the log cannot be read.
    """
    log = reader.log(context)
    if log is None:
        return Found((), place, 0, 0, ended=True)
    keys = _keys(reader.app)
    told = ["CASE WHEN json_valid(metadata) THEN json_extract(metadata, '$.correlation') END"]
    told += ["CASE WHEN json_valid(data) THEN json_extract(data, ?) END"] * len(keys)
    fields: dict[Field, tuple[str, list[str]]] = {
        "type": ("type", []),
        "stream": ("stream", []),
        "data": ("data", []),
        "correlation": (f"coalesce({', '.join(told)}, stream)", keys),
    }
    return _slice(log.database, "events", "position", _condition(query, fields), place, direction, rows)


def search_journal(reader: Reader, manager: str, query: Query, place: int, direction: Direction, rows: int) -> Found:
    """Look through up to `rows` handled events of a manager's journal, above an id or below it; their data is what
    was asked for because of them.

    Raises:
        StorageError: the ledger cannot be read.
    """
    ledger = reader.ledger(manager)
    if ledger is None:
        return Found((), place, 0, 0, ended=True)
    fields: dict[Field, tuple[str, list[str]]] = {
        "type": ("type", []),
        "stream": ("stream", []),
        "data": ("actions", []),
        "correlation": ("correlation", []),
    }
    return _slice(ledger.database, "journal", "id", _condition(query, fields), place, direction, rows)


def _keys(app: App) -> list[str]:
    """JSON paths of the fields that name instances."""
    names = {manager.cls.correlate for manager in app.managers.values() if isinstance(manager.cls.correlate, str)}
    return [f'$."{name}"' for name in sorted(names) if '"' not in name and "\\" not in name]


def _condition(query: Query, fields: dict[Field, tuple[str, list[str]]]) -> tuple[str, list[str]]:
    """The query as SQL, and what its placeholders stand for."""
    parts: list[str] = []
    values: list[str] = []
    for term in query.terms:
        wanted: Iterable[Field] = ("type", "stream", "data", "correlation") if term.field == "any" else (term.field,)
        likes: list[str] = []
        for field in wanted:
            sql, own = fields[field]
            for text in _written(term.text) if field == "data" else (term.text,):
                likes.append(f"coalesce({sql}, '') LIKE ? ESCAPE '\\'")
                values += [*own, _pattern(text)]
        parts.append(f"{'NOT ' * term.inverse}({' OR '.join(likes)})")
    return " AND ".join(parts) or "1", values


def _written(text: str) -> list[str]:
    """How a text can stand in JSON: as it is, or escaped by whoever wrote it."""
    return list(dict.fromkeys([text, json.dumps(text, ensure_ascii=False)[1:-1], json.dumps(text)[1:-1]]))


def _pattern(text: str) -> str:
    return "%" + "".join("\\" + character if character in "%_\\" else character for character in text) + "%"


def _slice(
    database: Database,
    table: str,
    key: str,
    condition: tuple[str, list[str]],
    place: int,
    direction: Direction,
    rows: int,
) -> Found:
    sign, order = (">", "ASC") if direction == "up" else ("<", "DESC")
    where, values = condition
    with database.explained():
        connection = database.connection
        within = f"SELECT {key} FROM {table} WHERE {key} {sign} ? ORDER BY {key} {order} LIMIT ?"
        looked, low, high = connection.execute(
            f"SELECT count(*), min({key}), max({key}) FROM ({within})", (place, rows)
        ).fetchone()
        if not looked:
            return Found((), place, 0, 0, ended=True)
        found = connection.execute(
            f"SELECT {key} FROM {table} WHERE {key} BETWEEN ? AND ? AND {where} ORDER BY {key}", (low, high, *values)
        ).fetchall()
    reached = high if direction == "up" else low
    return Found(tuple(row[0] for row in found), reached, high, looked, ended=looked < rows)
