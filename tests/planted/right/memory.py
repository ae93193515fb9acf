"""The address is remembered in the state, so a restart changes nothing."""

from pmtui import App, Append, ProcessManager, handles

app = App("memory", contexts=["orders", "payments", "shipping"])


@app.manager
class Shipment(ProcessManager):
    correlate = "order_id"

    @handles("orders", "OrderPlaced", starts=True)
    def remember(self, event, state):
        state["address"] = event.data["address"]

    @handles("payments", "PaymentTaken")
    def ship(self, event, state):
        order = event.data["order_id"]
        yield Append("shipping", f"parcel-{order}", "ParcelSent", {"to": state.get("address", "unknown")})
