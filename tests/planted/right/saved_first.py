"""The letter is sent before the cursor is saved, so a crash in between repeats it and the receipt stops that."""

from pmtui import App, Append, ProcessManager, handles

app = App("saved-first", contexts=["orders", "letters"])


@app.manager
class Letters(ProcessManager):
    correlate = "order_id"
    delivery = "act-then-save"

    @handles("orders", "OrderPlaced", starts=True)
    def thank(self, event, state):
        order = event.data["order_id"]
        yield Append("letters", f"customer-{order}", "ThanksSent", {"order_id": order})
