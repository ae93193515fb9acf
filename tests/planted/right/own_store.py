"""What was handled is noted in the state, which is saved with the cursor."""

from pmtui import App, Append, ProcessManager, handles

app = App("own-store", contexts=["orders", "payments"])


@app.manager
class Payment(ProcessManager):
    correlate = "order_id"

    @handles("orders", "OrderPlaced", starts=True)
    def charge(self, event, state):
        order = event.data["order_id"]
        if state.get("paid"):
            return
        state["paid"] = True
        yield Append("payments", f"payment-{order}", "PaymentTaken", {"order_id": order})
