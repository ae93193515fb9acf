"""A small shop, as an example of process managers.

Four contexts each keep a log of what happened in them:

    orders          what customers do: they place orders and cancel them. These events come from outside, from the
                    shop's web site; a morning of them lies in data/orders.jsonl
    payments        money taken, declined and given back
    shipping        parcels on their way, and items that the warehouse is out of
    notifications   letters to customers

Two process managers work between them. `Fulfilment` takes an order from the checkout to the doorstep; `Refunds` gives
money back where an order came to nothing. They never call one another: each reads events, remembers a little, and
acts by appending events or by sending a command to the aggregate of another context.

Whatever else happens outside, you can tell them yourself, with `a` in the lab or with `pmtui append`:

    payment-order-4    PaymentTaken        {"order_id": "order-4", "amount": 340}    the bank transfer has arrived
    shipment-order-1   ShipmentDelivered   {"order_id": "order-1"}                   the parcel is there
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from pmtui import Action, App, Append, Command, Complete, Event, NewEvent, ProcessManager, Schedule, Send, handles

app = App("shop", contexts=["orders", "payments", "shipping", "notifications"])

CARD_LIMIT = 1000
"""What a card may be charged at once."""

SOLD_OUT = {"grandfather clock"}
"""What the warehouse has no more of, whatever the web site says."""


@app.manager
class Fulfilment(ProcessManager):
    """Takes payment for an order, ships it, tells the customer."""

    correlate = "order_id"

    @dataclass
    class State:
        """What is remembered about one order."""

        item: str = ""
        paid: bool = False
        shipped: bool = False

    @handles("orders", "OrderPlaced", starts=True)
    def take_payment(self, event: Event, state: State) -> Iterator[Action]:
        order = event.data["order_id"]
        state.item = event.data["item"]
        bill = {"order_id": order, "amount": event.data["amount"], "pays_by": event.data["pays_by"]}
        yield Send("payments", f"payment-{order}", "TakePayment", bill)
        yield Schedule("PaymentOverdue", after=timedelta(minutes=30))

    @handles("payments", "PaymentTaken")
    def ship(self, event: Event, state: State) -> Iterator[Action]:
        order = event.data["order_id"]
        state.paid = True
        state.shipped = True
        yield Send("shipping", f"shipment-{order}", "RequestShipment", {"order_id": order, "item": state.item})

    @handles("payments", "PaymentDeclined")
    def say_declined(self, event: Event, _state: State) -> Iterator[Action]:
        order = event.data["order_id"]
        letter = {"order_id": order, "reason": event.data["reason"]}
        yield Append("notifications", f"customer-{order}", "DeclineNoticeSent", letter)
        yield Complete()

    @handles("timers", "PaymentOverdue")
    def remind(self, event: Event, state: State) -> Iterator[Action]:
        if not state.paid:
            order = event.data["order_id"]
            yield Append("notifications", f"customer-{order}", "ReminderSent", {"order_id": order})

    @handles("shipping", "OutOfStock")
    def apologise(self, event: Event, state: State) -> Iterator[Action]:
        order = event.data["order_id"]
        yield Append("notifications", f"customer-{order}", "ApologySent", {"order_id": order, "item": state.item})
        yield Complete()

    @handles("orders", "OrderCancelled")
    def cancel(self, event: Event, state: State) -> Iterator[Action]:
        order = event.data["order_id"]
        if state.shipped:
            yield Send("shipping", f"shipment-{order}", "StopShipment", {"order_id": order})
        yield Complete()

    @handles("shipping", "ShipmentDelivered")
    def thank(self, event: Event, _state: State) -> Iterator[Action]:
        order = event.data["order_id"]
        yield Append("notifications", f"customer-{order}", "ThanksSent", {"order_id": order})
        yield Complete()


@app.manager
class Refunds(ProcessManager):
    """Gives money back that was taken for an order which came to nothing.

    Two contexts are two logs, so nobody knows which is read first: that the money was taken, or that it must go back.
    Either one begins the process, and whichever comes second asks for the refund.
    """

    correlate = "order_id"

    @dataclass
    class State:
        """What is remembered about one order."""

        amount: int = 0
        reason: str = ""

    @handles("payments", "PaymentTaken", starts=True)
    def taken(self, event: Event, state: State) -> Iterator[Action]:
        state.amount = event.data["amount"]
        yield from self.refund(event, state)

    @handles("orders", "OrderCancelled", starts=True)
    def cancelled(self, event: Event, state: State) -> Iterator[Action]:
        state.reason = "cancelled"
        yield from self.refund(event, state)

    @handles("shipping", "OutOfStock", starts=True)
    def out_of_stock(self, event: Event, state: State) -> Iterator[Action]:
        state.reason = "out of stock"
        yield from self.refund(event, state)

    @handles("payments", "PaymentRefunded")
    def tell(self, event: Event, _state: State) -> Iterator[Action]:
        order = event.data["order_id"]
        letter = {"order_id": order, "amount": event.data["amount"]}
        yield Append("notifications", f"customer-{order}", "RefundNoticeSent", letter)
        yield Complete()

    def refund(self, event: Event, state: State) -> Iterator[Action]:
        if state.amount and state.reason:
            order = event.data["order_id"]
            money = {"order_id": order, "amount": state.amount, "reason": state.reason}
            yield Send("payments", f"payment-{order}", "RefundPayment", money)


@app.aggregate("payments")
def payment(history: Sequence[Event], command: Command) -> Iterator[NewEvent]:
    """One order's payment.

    Taking money is naive on purpose: asked twice it takes it twice, and only the receipt protects it. Giving it back
    looks at what has happened so far, and is safe by itself.
    """
    order, amount = command.data["order_id"], command.data["amount"]
    if command.type == "RefundPayment":
        if not any(event.type == "PaymentRefunded" for event in history):
            yield NewEvent("PaymentRefunded", {"order_id": order, "amount": amount})
    elif command.data["pays_by"] == "bank transfer":
        return  # nothing to decide yet: the bank will say when the money is there
    elif command.data["pays_by"] == "expired card":
        yield NewEvent("PaymentDeclined", {"order_id": order, "reason": "the card has expired"})
    elif amount > CARD_LIMIT:
        yield NewEvent("PaymentDeclined", {"order_id": order, "reason": f"over the limit of {CARD_LIMIT}"})
    else:
        yield NewEvent("PaymentTaken", {"order_id": order, "amount": amount})


@app.aggregate("shipping")
def shipment(history: Sequence[Event], command: Command) -> Iterator[NewEvent]:
    """One order's parcel."""
    order = command.data["order_id"]
    if command.type == "StopShipment":
        if history and history[-1].type == "ShipmentRequested":
            yield NewEvent("ShipmentStopped", {"order_id": order})
    elif command.data["item"] in SOLD_OUT:
        yield NewEvent("OutOfStock", {"order_id": order, "item": command.data["item"]})
    else:
        yield NewEvent("ShipmentRequested", {"order_id": order, "item": command.data["item"]})
