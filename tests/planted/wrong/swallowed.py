"""A booking that was put off comes after one with a higher number and is swallowed as a repeat."""

from datetime import timedelta

from pmtui import App, Context, NewEvent, ProcessManager, Schedule, Send, handles

app = App("swallowed", contexts={"orders": "", "accounts": Context(receiver="none")})


@app.manager
class Bookkeeping(ProcessManager):
    correlate = "order_id"

    @handles("orders", "OrderPlaced", starts=True)
    def book(self, event, state):
        if event.data["clear"]:
            yield Send("accounts", "takings", "Book", {"number": event.position})
        else:
            yield Schedule("TryAgain", after=timedelta(minutes=5), data={"number": event.position})

    @handles("timers", "TryAgain")
    def try_again(self, event, state):
        yield Send("accounts", "takings", "Book", {"number": event.data["number"]})


@app.aggregate("accounts")
def account(history, command):
    """Keeps no receipts; protects itself against repeats."""
    number = command.data["number"]
    if all(event.data["number"] < number for event in history):
        yield NewEvent("Booked", {"number": number})


@app.eventually
def every_order_is_booked(world):
    booked = sorted(event.data["number"] for event in world.log("accounts"))
    assert booked == [event.position for event in world.log("orders")], f"only {booked} are booked"
