"""Deposits and withdrawals have a high-water mark each, so the one never hides the other."""

from pmtui import App, Context, NewEvent, ProcessManager, Send, handles

app = App("shared-mark", contexts={"deposits": "", "withdrawals": "", "accounts": Context(receiver="none")})


@app.manager
class Bookkeeping(ProcessManager):
    correlate = "account"

    @handles("deposits", "Deposited", starts=True)
    @handles("withdrawals", "Withdrawn", starts=True)
    def book(self, event, state):
        booking = {"sender": event.context, "number": event.position, "amount": event.data["amount"]}
        yield Send("accounts", event.data["account"], "Book", booking)


@app.aggregate("accounts")
def account(history, command):
    """Keeps no receipts; protects itself against repeats."""
    mark = max((e.data["number"] for e in history if e.data["sender"] == command.data["sender"]), default=0)
    if command.data["number"] > mark:
        yield NewEvent("Booked", command.data)


@app.eventually
def everything_is_booked(world):
    booked = len(world.log("accounts"))
    assert booked == len(world.log("deposits")) + len(world.log("withdrawals")), f"only {booked} are booked"
