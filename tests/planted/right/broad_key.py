"""Bookings are recognised by their event and their purpose, so both bookings of one event are made."""

from pmtui import App, Context, NewEvent, ProcessManager, Send, handles

app = App("broad-key", contexts={"orders": "", "accounts": Context(receiver="none")})


@app.manager
class Bookkeeping(ProcessManager):
    correlate = "order_id"

    @handles("orders", "OrderPlaced", starts=True)
    def book(self, event, state):
        for purpose in ("price", "postage"):
            yield Send("accounts", "takings", "Book", {"cause": event.id, "purpose": purpose})


@app.aggregate("accounts")
def account(history, command):
    """Keeps no receipts; protects itself against repeats."""
    if all(e.data != command.data for e in history):
        yield NewEvent("Booked", command.data)


@app.eventually
def price_and_postage_are_booked(world):
    purposes = sorted(event.data["purpose"] for event in world.log("accounts"))
    orders = len(world.log("orders"))
    assert purposes == ["postage"] * orders + ["price"] * orders, f"booked are {purposes}"
