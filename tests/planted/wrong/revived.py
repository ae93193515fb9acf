"""A cancelled process only forgets its state, so a late payment begins it anew and sends what was stopped."""

from pmtui import App, Append, ProcessManager, handles

app = App("revived", contexts=["orders", "payments", "shipping"])


@app.manager
class Shipment(ProcessManager):
    correlate = "order_id"

    @handles("orders", "OrderCancelled", starts=True)
    def stop(self, event, state):
        yield Append("shipping", event.data["order_id"], "ShipmentStopped")
        state.clear()

    @handles("payments", "PaymentTaken", starts=True)
    def ship(self, event, state):
        state["paid"] = True
        yield Append("shipping", event.data["order_id"], "ShipmentRequested")


@app.invariant
def nothing_is_sent_after_it_was_stopped(world):
    stopped = set()
    for event in world.log("shipping"):
        if event.type == "ShipmentStopped":
            stopped.add(event.stream)
        assert event.type != "ShipmentRequested" or event.stream not in stopped, f"{event.stream} was stopped and sent"
