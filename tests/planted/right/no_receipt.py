"""Payments keep receipts, so a crash after the payment was taken changes nothing."""

from pmtui import App, Context, NewEvent, ProcessManager, Send, handles

app = App("no-receipt", contexts={"orders": "", "payments": Context(receiver="exact")})


@app.manager
class Payment(ProcessManager):
    correlate = "order_id"

    @handles("orders", "OrderPlaced", starts=True)
    def charge(self, event, state):
        order = event.data["order_id"]
        yield Send("payments", f"payment-{order}", "TakePayment", {"order_id": order, "amount": event.data["amount"]})


@app.aggregate("payments")
def payment(history, command):
    yield NewEvent("PaymentTaken", command.data)
