"""Payments keep receipts and letters do not, so a crash after the letter was sent sends that once more."""

from pmtui import App, Append, Context, ProcessManager, handles

app = App("half-receipts", contexts={"orders": "", "payments": Context(), "letters": Context(receiver="none")})


@app.manager
class Payment(ProcessManager):
    correlate = "order_id"

    @handles("orders", "OrderPlaced", starts=True)
    def charge(self, event, state):
        order = event.data["order_id"]
        yield Append("payments", f"payment-{order}", "PaymentTaken", {"order_id": order})
        yield Append("letters", f"customer-{order}", "ReceiptSent", {"order_id": order})
