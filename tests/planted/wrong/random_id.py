"""Every payment gets a random id, so the handler asks for another payment when its event is delivered again."""

import uuid

from pmtui import App, Append, ProcessManager, handles

app = App("random-id", contexts=["orders", "payments"])


@app.manager
class Payment(ProcessManager):
    correlate = "order_id"

    @handles("orders", "OrderPlaced", starts=True)
    def charge(self, event, state):
        payment = str(uuid.uuid4())
        yield Append("payments", "payments", "PaymentTaken", {"payment_id": payment})
