"""A market with twelve contexts and eight process managers: an app that does not fit on one screen.

`python -m tests.examples.market DIR` writes the events that come from outside, as files for the lab to import.
"""

import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pmtui import App, Append, Complete, ProcessManager, Schedule, handles

CONTEXTS = [
    "orders",
    "payments",
    "fraud",
    "stock",
    "picking",
    "packing",
    "shipping",
    "customs",
    "invoices",
    "returns",
    "refunds",
    "notifications",
]
app = App("market", contexts=CONTEXTS)
STEPS = [
    ("fraud-check", "payments", "PaymentTaken", "fraud", "PaymentCleared"),
    ("reservation", "fraud", "PaymentCleared", "stock", "StockReserved"),
    ("picking", "stock", "StockReserved", "picking", "OrderPicked"),
    ("packing", "picking", "OrderPicked", "packing", "OrderPacked"),
    ("dispatch", "packing", "OrderPacked", "shipping", "ShipmentSent"),
    ("billing", "shipping", "ShipmentSent", "invoices", "InvoiceSent"),
]


@app.manager
class Checkout(ProcessManager):
    """Takes the payment, and forgets an order after three days."""

    correlate = "order_id"

    @handles("orders", "OrderPlaced", starts=True)
    def take_payment(self, event, state):
        order = event.data["order_id"]
        yield Append("payments", f"payment-{order}", "PaymentTaken", {"order_id": order})
        yield Schedule("OrderForgotten", after=timedelta(days=3))

    @handles("timers", "OrderForgotten")
    def forget(self, event, state):
        yield Complete()


def step(name, source, type, target, action):
    """A manager that answers each event of one type with an event in another context."""

    class Step(ProcessManager):
        correlate = "order_id"

        @handles(source, type, starts=True)
        def act(self, event, state):
            order = event.data["order_id"]
            yield Append(target, f"{target}-{order}", action, {"order_id": order})

    Step.name = name
    app.manager(Step)


for each in STEPS:
    step(*each)


@app.manager
class Returning(ProcessManager):
    """Pays back what comes back, and tells the customer."""

    correlate = "order_id"

    @handles("returns", "ParcelReturned", starts=True)
    def refund(self, event, state):
        order = event.data["order_id"]
        yield Append("refunds", f"refund-{order}", "RefundPaid", {"order_id": order})
        yield Append("notifications", f"customer-{order}", "RefundTold", {"order_id": order})


def write_events(folder: Path, orders: int = 60) -> None:
    """Write `orders.jsonl` and `returns.jsonl`: so many orders, of which every fifth comes back."""
    folder.mkdir(parents=True, exist_ok=True)
    start = datetime(2014, 11, 21, 9, tzinfo=UTC)
    placed = [("OrderPlaced", n, start + timedelta(minutes=n)) for n in range(1, orders + 1)]
    back = [("ParcelReturned", n, start + timedelta(hours=2, minutes=n)) for n in range(5, orders + 1, 5)]
    for context, events in (("orders", placed), ("returns", back)):
        lines = (
            json.dumps(
                {
                    "specversion": "1.0",
                    "id": f"{context}-{number}",
                    "source": context,
                    "type": type,
                    "subject": f"order-{number}",
                    "time": time.isoformat(),
                    "data": {"order_id": f"order-{number}"},
                }
            )
            for type, number, time in events
        )
        (folder / f"{context}.jsonl").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    write_events(Path(sys.argv[1]))
