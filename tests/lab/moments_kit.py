"""A lab without a screen and without processes: runners driven here, which remember their moments as workers do."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from sqlite3 import connect
from typing import Any

from pmtui.handling.clock import VirtualClock
from pmtui.handling.drive import run
from pmtui.handling.runner import Runner
from pmtui.lab.rewinding import rewind
from pmtui.lab.scratch import unseen
from pmtui.model.app import App, Receiver
from pmtui.storage.folder import DataFolder
from pmtui.storage.sqlite.marks import marks_of
from pmtui.storage.sqlite.moments import Moment, Moments
from pmtui.workers.appfile import load
from pmtui.workers.stores import Stores
from tests.placing import place

BUSY = """
from dataclasses import dataclass, field
from datetime import timedelta

from pmtui import App, Append, Cancel, Complete, NewEvent, ProcessManager, Schedule, Send, handles

app = App("busy", contexts=["orders", "payments", "shipping", "notes"])


@app.manager
class First(ProcessManager):
    correlate = "order_id"
    delivery = "act-then-save"

    @dataclass
    class State:
        seen: list = field(default_factory=list)

    @handles("orders", "OrderPlaced", starts=True)
    def place(self, event, state):
        order, do = event.data["order_id"], event.data["do"]
        state.seen.append(event.position)
        for letter in do:
            if letter == "p":
                yield Send("payments", f"payment-{order}", "TakePayment", {"order_id": order, "do": "n"})
            if letter == "s":
                yield Append("shipping", f"shipment-{order}", "Requested", {"order_id": order})
            if letter == "t":
                yield Schedule("Overdue", after=timedelta(seconds=2))
            if letter == "u":
                yield Schedule("Later", after=timedelta(minutes=5))
            if letter == "c":
                yield Cancel("Overdue")
            if letter == "!":
                yield Complete()

    @handles("payments", "PaymentTaken")
    def paid(self, event, state):
        state.seen.append(-event.position)
        yield Append("shipping", f"shipment-{event.data['order_id']}", "Paid", {})

    @handles("timers", "Overdue")
    def overdue(self, event, state):
        yield Append("notes", "overdue", "Noted", {"order_id": event.data["order_id"]})

    @handles("timers", "Later")
    def later(self, event, state):
        yield Schedule("Overdue", after=timedelta(seconds=1))


@app.manager
class Second(ProcessManager):
    correlate = "order_id"
    delivery = "DELIVERY"

    @handles("payments", "PaymentTaken")
    def late(self, event, state):
        state["n"] = state.get("n", 0) + 1
        yield Append("notes", f"note-{event.data['order_id']}", "Noted", {"n": state["n"]})
        yield Append("shipping", f"note-{event.data['order_id']}", "Noted", {})

    @handles("orders", "OrderPlaced", starts=True)
    def begin(self, event, state):
        state["n"] = 10


@app.aggregate("payments")
def payment(history, command):
    if len(history) < 2:
        yield NewEvent("PaymentTaken", command.data)
"""
OWNER = {"epoch", "pid", "state", "reason", "since", "clean"}
Dump = dict[str, dict[str, list[tuple[Any, ...]]]]


@dataclass
class Desk:
    """An app's managers in a folder, each with a runner, and everything that the tables said after each moment."""

    folder: Path
    delivery: str = "act-then-save"
    receiver: Receiver = "none"
    dumps: dict[int, Dump] = field(default_factory=dict)

    def __post_init__(self) -> None:
        file = self.folder / "busy.py"
        file.write_text(BUSY.replace("DELIVERY", self.delivery))
        self.app: App = load(str(file)).app
        self.data = DataFolder(self.folder / "data", plain=True)
        self.files = self.data.logs(self.app)
        self.path = self.folder / "moments.db"
        self.runners: dict[str, Runner] = {}
        self.stores: dict[str, Stores] = {}
        self.clocks: dict[str, VirtualClock] = {}
        self.receivers: dict[str, Receiver] = dict.fromkeys(self.app.contexts, self.receiver)

    def orders(self, *do: str) -> None:
        placed = [("OrderPlaced", {"order_id": f"order-{i % 4}", "do": word}) for i, word in enumerate(do, 1)]
        place(self.files["orders"], placed)

    def begin(self) -> None:
        """Start all managers, and remember the beginning."""
        for name in self.app.managers:
            self.start(name)
        with closing(Moments.open(self.path)) as moments:
            if not moments.newest():
                logs, ledgers = self._marks()
                moments.add(Moment(logs=logs, ledgers=ledgers))
                self.dumps[1] = self.dump()

    def _marks(self) -> Any:
        stores = next(iter(self.stores.values()))
        return marks_of(
            {name: log.database.connection for name, log in stores.logs.items()},
            {name: each.ledger.database.connection for name, each in self.stores.items()},
        )

    def start(self, name: str) -> None:
        if name in self.stores:
            self.stores[name].close()
        stores = self.stores[name] = Stores(self.app, name, self.data, moments=self.path)
        clock = self.clocks[name] = VirtualClock()
        self.runners[name] = Runner(
            self.app,
            self.app.managers[name],
            logs=stores.logs,
            ledger=stores.ledger,
            clock=clock,
            receivers=self.receivers,
            scavenges=False,
        )
        run(self.runners[name].start(1, "2026-01-02T12:00:00Z"))

    def turn(self, name: str, limit: int = 1, *, crash_after: int | None = None, advance: bool = False) -> int:
        """Take a turn, or as many points of it, and crash there; the newest moment after it."""
        runner, memory = self.runners[name], self.stores[name].memory
        assert memory is not None
        # As in the lab: time that nothing was handled at yet is the worker's own, and a restart forgets it.
        if advance and runner.next_due is not None and run(runner.upcoming()) is None:
            self.clocks[name].reached(runner.next_due)
        crashed = crash_after == 0

        async def go() -> None:
            nonlocal crashed
            count = 0
            points = runner.take(limit)
            async for _ in points:
                count += 1
                assert runner.turn is not None
                memory.reached(runner.turn, calm=True)
                self._remembered()
                if count == crash_after:
                    crashed = True
                    await points.aclose()
                    return

        if not crashed:
            run(go())
        if crashed:
            self.start(name)
        return self.newest()

    def append(self, context: str, order: str) -> None:
        place(self.files[context], [("OrderPlaced", {"order_id": order, "do": "ps"})])

    def newest(self) -> int:
        with closing(Moments.open(self.path)) as moments:
            return moments.newest()

    def _remembered(self) -> None:
        newest = self.newest()
        if newest not in self.dumps:
            self.dumps[newest] = self.dump()

    def dump(self, *, epochs: bool = True, acted: bool = True) -> Dump:
        """All tables of all files, but for epochs or the ledgers' counts of actions where they are not asked for."""
        hidden = OWNER if acted else OWNER | {"performed", "suppressed"}
        found: Dump = {}
        ledgers = [self.data.ledger(self.app.name, name) for name in self.app.managers]
        for path in [*self.files.values(), *ledgers]:
            with closing(connect(path)) as connection:
                connection.row_factory = None
                tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
                found[path.name] = {
                    table: sorted(_rows(connection, table, epochs, hidden), key=repr) for table in tables
                }
        return found

    def rewind(self, id_: int) -> None:
        """Everybody ends, and the files go back."""
        self.close()
        with closing(Moments.open(self.path)) as moments:
            moment = moments.at(id_)
            assert moment is not None
            rewind(self.app, self.data, moments, moment, unseen)
        self.dumps = {key: dump for key, dump in self.dumps.items() if key <= id_}

    def close(self) -> None:
        for stores in self.stores.values():
            stores.close()
        self.stores.clear()


def _rows(connection: Any, table: str, epochs: bool, of_ledger: set[str]) -> Iterator[tuple[Any, ...]]:
    cursor = connection.execute(f"SELECT * FROM {table}")
    names = [column[0] for column in cursor.description]
    hidden = of_ledger if table == "ledger" else {"epoch"} if table == "pins" and not epochs else set()
    for row in cursor:
        yield tuple(value for name, value in zip(names, row, strict=True) if name not in hidden)
