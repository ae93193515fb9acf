"""The items of an order are gone through in an order of their own."""

from pmtui import App, Append, ProcessManager, handles

app = App("set-order", contexts=["orders", "shipping"])


@app.manager
class Shipment(ProcessManager):
    correlate = "order_id"

    @handles("orders", "OrderPlaced", starts=True)
    def ship(self, event, state):
        for item in sorted(set(event.data["items"])):
            yield Append("shipping", event.data["order_id"], "ItemSent", {"item": item})
