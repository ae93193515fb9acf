"""Which warehouse sends an order follows from the order itself."""

from pmtui import App, Append, ProcessManager, handles

app = App("other-warehouse", contexts=["orders", "east", "west"])


@app.manager
class Shipment(ProcessManager):
    correlate = "order_id"

    @handles("orders", "OrderPlaced", starts=True)
    def ship(self, event, state):
        warehouse = "east" if event.position % 2 else "west"
        yield Append(warehouse, event.data["order_id"], "ParcelSent")
