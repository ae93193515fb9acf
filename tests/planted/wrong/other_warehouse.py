"""Orders go to the warehouses in turn, so a repeated order goes to another warehouse and is sent by both."""

import itertools

from pmtui import App, Append, ProcessManager, handles

app = App("other-warehouse", contexts=["orders", "east", "west"])

WAREHOUSES = itertools.cycle(["east", "west"])


@app.manager
class Shipment(ProcessManager):
    correlate = "order_id"

    @handles("orders", "OrderPlaced", starts=True)
    def ship(self, event, state):
        warehouse = next(WAREHOUSES)
        yield Append(warehouse, event.data["order_id"], "ParcelSent")
