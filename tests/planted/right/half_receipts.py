"""Payments and letters keep receipts, so a crash after either changes nothing."""

from pmtui import App, Append, Context, ProcessManager, handles

app = App("half-receipts", contexts={"orders": "", "payments": Context(), "letters": Context()})


@app.manager
class Payment(ProcessManager):
    correlate = "order_id"

    @handles("orders", "OrderPlaced", starts=True)
    def charge(self, event, state):
        order = event.data["order_id"]
        yield Append("payments", f"payment-{order}", "PaymentTaken", {"order_id": order})
        yield Append("letters", f"customer-{order}", "ReceiptSent", {"order_id": order})
