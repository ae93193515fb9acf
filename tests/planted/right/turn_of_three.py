"""An account is closed in the context that has its payments, so whoever sees it closed sees the payments as well."""

from pmtui import App, Append, ProcessManager, handles

app = App("turn-of-three", contexts=["orders", "accounts", "payments"])


@app.manager
class Accounts(ProcessManager):
    correlate = "order_id"

    @handles("orders", "OrderPlaced", starts=True)
    def opened(self, event, state):
        yield Append("accounts", event.data["order_id"], "Opened")

    @handles("orders", "OrderPaid")
    def paid(self, event, state):
        yield Append("payments", event.data["order_id"], "Paid")

    @handles("orders", "OrderClosed")
    def closed(self, event, state):
        yield Append("payments", event.data["order_id"], "Closed")


@app.invariant
def a_closed_account_is_paid(world):
    paid = {event.stream for event in world.log("payments") if event.type == "Paid"}
    for event in world.log("payments"):
        assert event.type != "Closed" or event.stream in paid, f"{event.stream} is closed, but its payment is lost"
