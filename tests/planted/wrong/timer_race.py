"""An order that was paid is given up all the same when its time is over: the timer looks at nothing."""

from datetime import timedelta

from pmtui import App, Append, ProcessManager, Schedule, handles

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

    @handles("timers", "TimeIsOver")
    def give_up(self, event, state):
        yield Append("shipping", event.data["order_id"], "GivenUp")


@app.invariant
def no_order_is_both_sent_and_given_up(world):
    ends = {}
    for event in world.log("shipping"):
        assert ends.setdefault(event.stream, event.type) == event.type, f"{event.stream} is sent and given up"
