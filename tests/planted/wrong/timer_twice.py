"""A crash after the reminder was sent makes its timer come twice, and it is sent again: letters keep no receipts."""

from datetime import timedelta

from pmtui import App, Append, Context, ProcessManager, Schedule, handles

app = App("timer-twice", contexts={"orders": "", "letters": Context(receiver="none")})


@app.manager
class Reminders(ProcessManager):
    correlate = "order_id"

    @handles("orders", "OrderPlaced", starts=True)
    def watch(self, event, state):
        yield Schedule("PaymentOverdue", after=timedelta(minutes=30))

    @handles("timers", "PaymentOverdue")
    def remind(self, event, state):
        order = event.data["order_id"]
        yield Append("letters", f"customer-{order}", "ReminderSent", {"order_id": order})
