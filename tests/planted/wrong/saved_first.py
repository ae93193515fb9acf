"""The cursor is saved before the letter is sent, so a crash in between loses a letter that nobody reads here."""

from pmtui import App, Append, ProcessManager, handles

app = App("saved-first", contexts=["orders", "letters"])


@app.manager
class Letters(ProcessManager):
    correlate = "order_id"
    delivery = "save-then-act"

    @handles("orders", "OrderPlaced", starts=True)
    def thank(self, event, state):
        order = event.data["order_id"]
        yield Append("letters", f"customer-{order}", "ThanksSent", {"order_id": order})
