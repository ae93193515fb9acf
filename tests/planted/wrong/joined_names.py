"""Customer and order are joined without anything in between, so two orders are taken for one and one is not sent."""

from pmtui import App, Append, ProcessManager, handles

app = App("joined-names", contexts=["orders", "shipping"])


@app.manager
class Shipment(ProcessManager):
    def correlate(self, event):
        return event.data["customer"] + event.data["order"]

    @handles("orders", "OrderPlaced", starts=True)
    def ship(self, event, state):
        if not state.get("sent"):
            state["sent"] = True
            yield Append("shipping", event.data["customer"], "ParcelSent", {"order": event.data["order"]})


@app.eventually
def every_order_is_sent(world):
    assert len(world.log("shipping")) == len(world.log("orders")), "an order was not sent"
