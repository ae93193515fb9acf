"""The events from outside: all but those that an app's own managers caused."""

from collections.abc import Iterable

from pmtui.model import json
from pmtui.model.app import App
from pmtui.storage.log import Row


def outside(app: App, rows: Iterable[Row]) -> list[Row]:
    """The rows that none of the app's managers caused, with the versions that their streams have without those.

    Args:
        app: whose managers.
        rows: of one log, in order.
    """
    kept: list[Row] = []
    versions: dict[str, int] = {}
    for row in rows:
        if _caused(app, row):
            continue
        version = versions[row.stream] = versions.get(row.stream, 0) + 1
        kept.append(row._replace(version=version))
    return kept


def _caused(app: App, row: Row) -> bool:
    try:
        by = json.decode_object(row.metadata)
    except ValueError:
        return False
    return by.get("app") == app.name and by.get("manager") in app.managers
