"""The address is remembered in the worker's memory, so after a restart the parcel goes nowhere."""

from pmtui import App, Append, ProcessManager, handles

app = App("memory", contexts=["orders", "payments", "shipping"])


@app.manager
class Shipment(ProcessManager):
    correlate = "order_id"

    def __init__(self):
        self.remembered = {}

    @handles("orders", "OrderPlaced", starts=True)
    def remember(self, event, state):
        self.remembered["address"] = event.data["address"]

    @handles("payments", "PaymentTaken")
    def ship(self, event, state):
        order = event.data["order_id"]
        yield Append("shipping", f"parcel-{order}", "ParcelSent", {"to": self.remembered.get("address", "unknown")})
