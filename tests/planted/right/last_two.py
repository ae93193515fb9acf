"""Payments recognise a repeat among all that they have, however many lie in between."""

from pmtui import App, Context, NewEvent, ProcessManager, Send, handles

app = App("last-two", contexts={"orders": "", "payments": Context(receiver="none")})


@app.manager
class Payment(ProcessManager):
    correlate = "order_id"

    @handles("orders", "OrderPlaced", starts=True)
    def charge(self, event, state):
        yield Send("payments", "card", "TakePayment", {"order_id": event.data["order_id"]})


@app.aggregate("payments")
def payment(history, command):
    """Keeps no receipts; protects itself against repeats."""
    if all(event.data != command.data for event in history):
        yield NewEvent("PaymentTaken", command.data)
