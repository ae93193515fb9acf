"""With the pinned order in place, an older event of another log waits until the interrupted one is done.

Handlers cannot take the pin away; this app is right, and the table's hook makes the runtime forget the pin.
"""

from pmtui import App, Append, ProcessManager, handles

app = App("pin-taken-away", contexts=["orders", "payments", "letters"])


@app.manager
class Letters(ProcessManager):
    correlate = "order_id"

    @handles("orders", "OrderChanged", starts=True)
    @handles("payments", "PaymentTaken", starts=True)
    def tell(self, event, state):
        state["told"] = state.get("told", 0) + 1
        letter = {"number": state["told"], "about": event.type}
        yield Append("letters", event.data["order_id"], "LetterSent", letter)
