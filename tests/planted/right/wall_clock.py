"""The bill is dated by its event, so it is the same bill whenever it is asked for."""

from pmtui import App, Append, ProcessManager, handles

app = App("wall-clock", contexts=["orders", "bills"])


@app.manager
class Billing(ProcessManager):
    correlate = "order_id"

    @handles("orders", "OrderPlaced", starts=True)
    def bill(self, event, state):
        order = event.data["order_id"]
        yield Append("bills", f"bill-{order}", "BillSent", {"order_id": order, "at": event.recorded_at.isoformat()})
