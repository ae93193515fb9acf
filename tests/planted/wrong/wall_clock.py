"""The bill is dated by the clock on the wall, so it is another bill when its event is delivered again."""

from datetime import UTC, datetime

from pmtui import App, Append, ProcessManager, handles

app = App("wall-clock", contexts=["orders", "bills"])


@app.manager
class Billing(ProcessManager):
    correlate = "order_id"

    @handles("orders", "OrderPlaced", starts=True)
    def bill(self, event, state):
        order = event.data["order_id"]
        yield Append("bills", f"bill-{order}", "BillSent", {"order_id": order, "at": datetime.now(UTC).isoformat()})
