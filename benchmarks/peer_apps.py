"""The same job for the peer `eventsourcing`: a process application that asks for shipments of every order."""

from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from eventsourcing.application import AggregateNotFoundError
from eventsourcing.domain import Aggregate, event
from eventsourcing.system import ProcessApplication


class Order(Aggregate):
    """What is there before anybody follows."""

    @event("Opened")
    def __init__(self, number: str) -> None:
        self.number = number

    @event("Placed")
    def place(self, number: str, lines: list[dict[str, Any]]) -> None:
        """Once more for the same order, as in our logs."""


class Shipment(Aggregate):
    """What an order leads to: one stream an order, as ours."""

    @event("Opened")
    def __init__(self, order: str) -> None:
        self.order = order

    @staticmethod
    def create_id(order: str) -> UUID:
        """Found again by the order's number."""
        return uuid5(NAMESPACE_URL, order)

    @event("Requested")
    def request(self, order: str, lines: list[dict[str, Any]]) -> None:
        """One action."""


class Orders(ProcessApplication[Any]):
    """The source."""

    def policy(self, domain_event: Any, processing_event: Any) -> None:
        """Follows nobody."""


class Shipments(ProcessApplication[Any]):
    """The process manager."""

    def policy(self, domain_event: Any, processing_event: Any) -> None:
        """One new event, committed with the tracking record; an aggregate's version is known by reading it."""
        if isinstance(domain_event, Order.Placed):
            try:
                shipment = self.repository.get(Shipment.create_id(domain_event.number))
            except AggregateNotFoundError:
                shipment = Shipment(domain_event.number)
            shipment.request(domain_event.number, domain_event.lines)
            processing_event.collect_events(shipment)
