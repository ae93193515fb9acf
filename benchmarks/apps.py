"""The apps that are measured; a worker loads them from this file."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from pmtui import Action, App, Append, Event, ProcessManager, Schedule, handles

simple = App("simple", contexts=["orders", "shipments"])
full = App("full", contexts=["orders", "payments", "letters"])


@simple.manager
class Shipping(ProcessManager):
    """One action an event, no state."""

    correlate = "order"

    @handles("orders", "OrderPlaced", starts=True)
    def ship(self, event: Event, state: dict[str, object]) -> Iterator[Action]:  # noqa: ARG002
        """One append."""
        order = event.data["order"]
        yield Append(
            "shipments", f"shipment-{order}", "ShipmentRequested", {"order": order, "lines": event.data["lines"]}
        )


@full.manager
class Fulfilment(ProcessManager):
    """State, a timer and two actions in two logs an event."""

    correlate = "order"

    @dataclass
    class State:
        """What it has seen."""

        events: int = 0
        total: int = 0
        customer: str = ""

    @handles("orders", "OrderPlaced", starts=True)
    def placed(self, event: Event, state: State) -> Iterator[Action]:
        """Two appends and a timer."""
        state.events += 1
        state.total += event.data["amount"]
        state.customer = event.data["customer"]
        order = event.data["order"]
        yield Append(
            "payments", f"payment-{order}", "PaymentRequested", {"order": order, "amount": event.data["amount"]}
        )
        yield Append("letters", f"customer-{order}", "LetterWritten", {"order": order, "customer": state.customer})
        yield Schedule("PaymentOverdue", after=timedelta(days=30))

    @handles("timers", "PaymentOverdue")
    def overdue(self, event: Event, state: State) -> None:  # noqa: ARG002
        """Only counts."""
        state.events += 1
