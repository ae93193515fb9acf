"""A letter of thanks is sent when both payment and delivery were heard of, in whichever order."""

from pmtui import App, Append, ProcessManager, handles

app = App("source-order", contexts=["payments", "shipping", "letters"])


@app.manager
class Letters(ProcessManager):
    correlate = "order_id"

    @handles("payments", "PaymentTaken", starts=True)
    def paid(self, event, state):
        state["paid"] = True
        return self.thank(event, state)

    @handles("shipping", "Delivered", starts=True)
    def delivered(self, event, state):
        state["delivered"] = True
        return self.thank(event, state)

    def thank(self, event, state):
        if state.get("paid") and state.get("delivered"):
            yield Append("letters", event.data["order_id"], "ThanksSent")
