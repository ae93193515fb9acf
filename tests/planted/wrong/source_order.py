"""Whether a letter of thanks or a bill is sent depends on whether the payment or the delivery is heard of first."""

from pmtui import App, Append, ProcessManager, handles

app = App("source-order", contexts=["payments", "shipping", "letters"])


@app.manager
class Letters(ProcessManager):
    correlate = "order_id"

    @handles("payments", "PaymentTaken", starts=True)
    def paid(self, event, state):
        state["paid"] = True
        return ()

    @handles("shipping", "Delivered", starts=True)
    def delivered(self, event, state):
        state["delivered"] = True
        if state.get("paid"):
            return self.thank(event, state)
        return [Append("letters", event.data["order_id"], "BillSent")]

    def thank(self, event, state):
        if state.get("paid") and state.get("delivered"):
            yield Append("letters", event.data["order_id"], "ThanksSent")
