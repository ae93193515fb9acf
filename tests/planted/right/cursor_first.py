"""The payment is taken before the cursor is saved, so a crash in between repeats it and the receipt stops that."""

from pmtui import App, NewEvent, ProcessManager, Send, handles

app = App("cursor-first", contexts=["orders", "payments"])


@app.manager
class Payment(ProcessManager):
    correlate = "order_id"
    delivery = "act-then-save"

    @handles("orders", "OrderPlaced", starts=True)
    def charge(self, event, state):
        order = event.data["order_id"]
        yield Send("payments", f"payment-{order}", "TakePayment", {"order_id": order})


@app.aggregate("payments")
def payment(history, command):
    yield NewEvent("PaymentTaken", command.data)
