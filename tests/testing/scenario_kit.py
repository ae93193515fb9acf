"""A small shop for scenarios: every kind of action, timers, a state, and handlers that fail."""

from dataclasses import dataclass, field
from datetime import timedelta

from pmtui import App, Append, Cancel, Complete, NewEvent, ProcessManager, Schedule, Send, handles
from pmtui.testing import event

MINUTES_30 = timedelta(minutes=30)
PLACED = event("orders", "OrderPlaced", order_id="order-1", amount=10)
PAID = event("payments", "PaymentTaken", order_id="order-1")
TAKE = Send("payments", "payment-order-1", "TakePayment", {"order_id": "order-1", "amount": 10})
WATCH = Schedule("PaymentOverdue", after=MINUTES_30)
REMIND = Append("letters", "customer-order-1", "ReminderSent", {"order_id": "order-1"})


def shop() -> App:
    app = App("shop", contexts=["orders", "payments", "letters"])

    @app.manager
    class Fulfilment(ProcessManager):
        correlate = "order_id"

        def __init__(self):
            self.remembered = []

        @dataclass
        class State:
            paid: bool = False
            amounts: list[int] = field(default_factory=list)
            remembered: int = 0

        @handles("orders", "OrderPlaced", starts=True)
        def take_payment(self, event, state):
            state.amounts.append(event.data["amount"])
            order = event.data["order_id"]
            data = {"order_id": order, "amount": event.data["amount"]}
            yield Send("payments", f"payment-{order}", "TakePayment", data)
            data["amount"] = 0  # what was asked for has been asked for
            yield Schedule("PaymentOverdue", after=MINUTES_30)

        @handles("payments", "PaymentTaken")
        def paid(self, event, state):
            state.paid = True
            yield Cancel("PaymentOverdue")

        @handles("timers", "PaymentOverdue")
        def remind(self, event, state):
            order = event.data["order_id"]
            yield Append("letters", f"customer-{order}", "ReminderSent", {"order_id": order})

        @handles("orders", "OrderClosed")
        def close(self, event, state):
            return [Complete()]

        @handles("orders", "ClosedAfterAll")
        def close_too(self, event, state):
            yield from self.close(event, state)

        @handles("orders", "Looked")
        def look(self, event, state):
            self.remembered.append(event.position)
            state.remembered = len(self.remembered)

        @handles("orders", "Raises")
        def raises(self, event, state):
            yield Cancel("PaymentOverdue")
            raise LookupError("no such price")

        @handles("orders", "Returns")
        def returns(self, event, state):
            return 7

        @handles("orders", "Yields")
        def yields(self, event, state):
            yield "TakePayment"

        @handles("orders", "Wrong")
        def wrong(self, event, state):
            yield Append("nowhere", "stream", "Noted")

        @handles("orders", "Where")
        def where(self, event, state):
            data = {"stream": event.stream, "version": event.version, "at": event.recorded_at.isoformat()}
            yield Append("letters", "a", "Told", data)

    @app.aggregate("payments")
    def payment(history, command):
        yield NewEvent("PaymentTaken", command.data)

    return app
