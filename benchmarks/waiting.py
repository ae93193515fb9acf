"""The plainest process that waits for a log's bell and handles each event with two commits.

FOLDER is its only argument. One thread that sleeps in `select`, stdlib json, and the plain loop's turn: nothing can be
left out of it.
"""

import select
import sys
from pathlib import Path

from benchmarks.loop import LEDGER, LOG, PAGE, PLAIN, connect, take_turn
from pmtui.storage.sqlite.listener import Listener
from pmtui.storage.sqlite.log import SqliteLog


def main(folder: Path) -> None:
    """Handle what is in orders.db and what is appended to it, until killed."""
    bell = SqliteLog.open("orders", folder / "orders.db").database.bell
    source = connect(folder / "orders.db")
    log, ledger = connect(folder / "target.db", LOG), connect(folder / "ledger.db", LEDGER)
    listener = Listener([bell])
    number = head = position = 0
    versions: dict[str, int] = {}
    while True:
        while rows := source.execute(PAGE, (position,)).fetchall():
            number += 1
            head = take_turn(PLAIN, log, ledger, rows, number, head, versions)
            position = rows[-1][0]
        select.select(listener.descriptors, [], [])
        listener.clear()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
