"""A shop's files as workers leave them, made without workers: the runner is driven here and left where it stands."""

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pmtui.handling.clock import VirtualClock
from pmtui.handling.drive import run
from pmtui.handling.runner import Runner
from pmtui.model.app import App, Receiver
from pmtui.storage.folder import DataFolder
from pmtui.storage.sqlite.log import SqliteLog
from pmtui.view.reader import Reader
from pmtui.workers.appfile import load
from pmtui.workers.stores import Stores
from tests.placing import place

SHOP = """
from datetime import timedelta

from pmtui import App, Append, Complete, NewEvent, ProcessManager, Schedule, Send, handles

app = App("shop", contexts=["orders", "payments", "shipping"])


@app.manager
class Fulfilment(ProcessManager):
    correlate = "order_id"
    delivery = "act-then-save"

    @handles("orders", "OrderPlaced", starts=True)
    def place(self, event, state):
        order = event.data["order_id"]
        yield Send("payments", f"payment-{order}", "TakePayment", {"order_id": order})
        yield Append("shipping", f"shipment-{order}", "ShipmentRequested", {"order_id": order})
        yield Schedule("PaymentOverdue", after=timedelta(minutes=30))

    @handles("orders", "OrderChanged")
    def change(self, event, state):
        yield Send("payments", f"payment-{event.data['order_id']}", "TakePayment", {})

    @handles("timers", "PaymentOverdue")
    def overdue(self, event, state):
        yield Complete()


@app.aggregate("payments")
def payment(history, command):
    if not history:
        yield NewEvent("PaymentTaken", command.data)
"""


@dataclass
class Files:
    """The data folder of a shop."""

    folder: Path
    save_first: bool = False
    naive: bool = True
    receivers: dict[str, Receiver] = field(default_factory=dict)

    def __post_init__(self) -> None:
        text = SHOP.replace("act-then-save", "save-then-act") if self.save_first else SHOP
        if self.naive:
            text = text.replace("    if not history:\n        yield", "    yield")
        (self.folder / "shop.py").write_text(text)
        self.app: App = load(str(self.folder / "shop.py")).app
        self.data = DataFolder(self.folder / "data")
        self.data.path.mkdir(exist_ok=True)
        self._open: list[Reader] = []

    @property
    def manager(self) -> Any:
        return self.app.managers["fulfilment"]

    def reader(self) -> Reader:
        self._open.append(Reader(self.app, self.data))
        return self._open[-1]

    def close(self) -> None:
        for reader in self._open:
            reader.close()

    def append(self, *types: str, context: str = "orders", **data: Any) -> None:
        """Append events, one a second, each of an order of its own unless told otherwise."""
        place(self.data.path / f"{context}.db", [(type_, data) for type_ in types])

    def execute(self, sql: str, context: str = "orders", values: tuple[Any, ...] = ()) -> None:
        log = SqliteLog.open(context, self.data.path / f"{context}.db", create=True)
        try:
            with log.database.transaction() as connection:
                connection.execute(sql, values)
        finally:
            log.close()

    def work(
        self,
        turns: int,
        stop: str = "",
        *,
        limit: int = 1,
        receivers: Mapping[str, Receiver] | None = None,
        end: str = "",
    ) -> None:
        """Handle so many turns; of the last one only up to the point that ends so, as if killed there.

        `end` is what it says when it ends by itself.
        """
        with ExitStack() as opened:
            stores = Stores(self.app, "fulfilment", self.data)
            opened.callback(stores.close)
            runner = Runner(
                self.app,
                self.manager,
                logs=stores.logs,
                ledger=stores.ledger,
                clock=VirtualClock(),
                receivers=dict.fromkeys(self.app.contexts, "exact") | dict(receivers or {}),
            )
            run(runner.start(4711, "2026-01-02T12:00:00Z"))

            async def go() -> None:
                for number in range(1, turns + 1):
                    turn = runner.take(limit)
                    async for point in turn:
                        if number == turns and stop and str(point).endswith(stop):
                            await turn.aclose()
                            return

            run(go())
            if end:
                run(stores.ledger.note(runner.state.epoch, end, "why" if end == "failed" else "", "later", clean=True))
