"""The items of an order are gone through in the order of a set, which is another one in every process."""

from pmtui import App, Append, ProcessManager, handles

app = App("set-order", contexts=["orders", "shipping"])


@app.manager
class Shipment(ProcessManager):
    correlate = "order_id"

    @handles("orders", "OrderPlaced", starts=True)
    def ship(self, event, state):
        for item in set(event.data["items"]):
            yield Append("shipping", event.data["order_id"], "ItemSent", {"item": item})
