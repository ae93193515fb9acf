"""Every payment gets its id from the event, so the handler asks for the same payment whenever it is asked."""

from pmtui import App, Append, ProcessManager, handles

app = App("random-id", contexts=["orders", "payments"])


@app.manager
class Payment(ProcessManager):
    correlate = "order_id"

    @handles("orders", "OrderPlaced", starts=True)
    def charge(self, event, state):
        payment = f"payment-{event.id}"
        yield Append("payments", "payments", "PaymentTaken", {"payment_id": payment})
