"""Payments answer a repeat with no event, so after a crash the manager goes on."""

from pmtui import App, Context, NewEvent, ProcessManager, Send, handles

app = App("stuck", contexts={"orders": "", "payments": Context(receiver="none")})


@app.manager
class Payment(ProcessManager):
    correlate = "order_id"

    @handles("orders", "OrderPlaced", starts=True)
    def charge(self, event, state):
        order = event.data["order_id"]
        yield Send("payments", f"payment-{order}", "TakePayment", {"order_id": order})


@app.aggregate("payments")
def payment(history, command):
    """Keeps no receipts; protects itself against repeats."""
    if history:
        return []
    return [NewEvent("PaymentTaken", command.data)]
