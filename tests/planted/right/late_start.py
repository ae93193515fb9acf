"""Order and payment may come in any order: either begins the process."""

from pmtui import App, Append, ProcessManager, handles

app = App("late-start", contexts=["orders", "payments", "shipping"])


@app.manager
class Shipment(ProcessManager):
    correlate = "order_id"

    @handles("orders", "OrderPlaced", starts=True)
    def placed(self, event, state):
        state["placed"] = True
        return self.ship(event, state)

    @handles("payments", "PaymentTaken", starts=True)
    def paid(self, event, state):
        state["paid"] = True
        return self.ship(event, state)

    def ship(self, event, state):
        if state.get("placed") and state.get("paid"):
            yield Append("shipping", event.data["order_id"], "ParcelSent")
