"""Letters keep receipts, so a timer that comes again after a crash sends nothing."""

from datetime import timedelta

from pmtui import App, Append, Context, ProcessManager, Schedule, handles

app = App("timer-twice", contexts={"orders": "", "letters": Context()})


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
