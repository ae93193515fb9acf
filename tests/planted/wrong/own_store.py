"""What was handled is noted in a store of its own before it is acted on, so a crash in between loses the action."""

from pmtui import App, Append, ProcessManager, handles

app = App("own-store", contexts=["orders", "payments"])

HANDLED = set()
"""Stands for a table of the handler's own."""


@app.manager
class Payment(ProcessManager):
    correlate = "order_id"

    @handles("orders", "OrderPlaced", starts=True)
    def charge(self, event, state):
        order = event.data["order_id"]
        if (order, event.position) in HANDLED:
            return
        HANDLED.add((order, event.position))
        yield Append("payments", f"payment-{order}", "PaymentTaken", {"order_id": order})
