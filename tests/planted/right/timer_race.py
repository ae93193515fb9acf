"""An order is either sent or given up: what comes first ends the process."""

from datetime import timedelta

from pmtui import App, Append, Complete, ProcessManager, Schedule, handles

app = App("timer-race", contexts=["orders", "payments", "shipping"])


@app.manager
class Shipment(ProcessManager):
    correlate = "order_id"

    @handles("orders", "OrderPlaced", starts=True)
    def wait(self, event, state):
        yield Schedule("TimeIsOver", after=timedelta(minutes=30))

    @handles("payments", "PaymentTaken")
    def ship(self, event, state):
        yield Append("shipping", event.data["order_id"], "ParcelSent")
        yield Complete()

    @handles("timers", "TimeIsOver")
    def give_up(self, event, state):
        yield Append("shipping", event.data["order_id"], "GivenUp")
        yield Complete()


@app.invariant
def no_order_is_both_sent_and_given_up(world):
    ends = {}
    for event in world.log("shipping"):
        assert ends.setdefault(event.stream, event.type) == event.type, f"{event.stream} is sent and given up"
