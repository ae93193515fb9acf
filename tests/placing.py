"""Logs with events from outside in them, for kits that need a shop in which something has happened."""

import json
from collections.abc import Sequence
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from pmtui.handling.drive import run
from pmtui.storage.log import Draft
from pmtui.storage.sqlite.log import SqliteLog

TEN = datetime(2026, 1, 2, 10)


def place(log: Path, events: Sequence[tuple[str, dict[str, Any]]], *, minute: int = 0) -> None:
    """Append an event for each (type, data) to a file, which is made if need be.

    They come a second apart, and each is of an order and a stream of its own unless its data name another `order_id`.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    context = log.stem

    def draft(n: int, type_: str, data: dict[str, Any]) -> Draft:
        at = TEN + timedelta(minutes=minute, seconds=n)
        name = f"{context}-{n}"
        return Draft(name, name, 1, type_, json.dumps({"order_id": f"order-{n}"} | data), "{}", f"{at.isoformat()}Z")

    async def append(log: SqliteLog) -> None:
        async with log.transaction() as transaction:
            await transaction.append([draft(n, *event) for n, event in enumerate(events, transaction.head + 1)])

    with closing(SqliteLog.open(context, log, create=True)) as opened:
        run(append(opened))
