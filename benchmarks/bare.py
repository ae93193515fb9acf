"""A bare process that handles one event: asyncio, aiosqlite and json, nothing of pmtui. FOLDER is its only argument."""

import asyncio
import json
import sys

import aiosqlite

LOG = """
CREATE TABLE events(position INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT, stream TEXT, version INTEGER, type TEXT,
    data TEXT, metadata TEXT, recorded_at TEXT);
CREATE UNIQUE INDEX by_stream ON events(stream, version);
"""
LEDGER = """
CREATE TABLE ledger(cursors TEXT);
INSERT INTO ledger VALUES ('{}');
"""


async def main(folder: str) -> None:
    """Handle the first event of orders.db, then wait."""
    source, log, ledger = [await aiosqlite.connect(f"{folder}/{name}.db") for name in ("orders", "target", "ledger")]
    for connection, schema in ((source, ""), (log, LOG), (ledger, LEDGER)):
        await connection.execute("PRAGMA journal_mode = WAL")
        await connection.execute("PRAGMA synchronous = FULL")
        await connection.executescript(schema)
    async with source.execute("SELECT position, data, recorded_at FROM events ORDER BY position LIMIT 1") as found:
        ((position, text, recorded_at),) = await found.fetchall()
    data = json.loads(text)
    new = json.dumps({"order": data["order"], "lines": data["lines"]})
    await log.execute(
        "INSERT INTO events(id, stream, version, type, data, metadata, recorded_at) VALUES (?, ?, 1, ?, ?, '{}', ?)",
        (f"bare/{position}", f"shipment-{data['order']}", "ShipmentRequested", new, recorded_at),
    )
    await log.commit()
    await ledger.execute("UPDATE ledger SET cursors = json_object('orders', json_object('position', ?))", (position,))
    await ledger.commit()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
