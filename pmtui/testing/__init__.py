"""Tests of one process manager, as given / when / then.

    from datetime import timedelta

    from pmtui import Append, Schedule, Send
    from pmtui.testing import event, scenario
    from shop import Fulfilment, app

    PLACED = event("orders", "OrderPlaced", order_id="order-1", amount=10)

    def test_an_order_is_charged_and_watched():
        (
            scenario(app, Fulfilment)
            .when(PLACED)
            .then(
                Send("payments", "payment-order-1", "TakePayment", {"order_id": "order-1", "amount": 10}),
                Schedule("PaymentOverdue", after=timedelta(minutes=30)),
            )
        )

    def test_a_customer_who_has_paid_is_not_reminded():
        (
            scenario(app, Fulfilment)
            .given(PLACED, event("payments", "PaymentTaken", order_id="order-1"))
            .when_time_passes(timedelta(minutes=31))
            .then_nothing()
            .then_state(paid=True)
        )

A scenario tells one manager what happens in the contexts around it, one event after another, and looks at what it asks
for and remembers. What may be relied on:

- Events are handled as in production, on logs and a ledger in memory: an event without a handler, without an instance
  or for a completed one is ignored; what cannot be done is refused; a handler that raises fails with `EventFailed`,
  which names the event and the line.
- A new worker handles each event, so what a manager keeps anywhere but in its state is gone at the next one.
- The manager hears only what the test tells it. Its actions are accepted and lead to nothing: aggregates do not decide,
  and what it appends to a context that it also reads does not come back to it. Tell it with `given` or `when`.
- Time stands still until `when_time_passes` moves it, or an event that is told to happen later.
- A scenario never changes. Every `given` and `when` gives a new one, so several tests may go on from the same.

`then` fails with an `AssertionError` that shows the difference line by line, expected (`-`) and found (`+`). Nothing
here needs pytest.
"""

from pmtui.handling.errors import EventFailed
from pmtui.testing.scenario import Scenario, scenario
from pmtui.testing.told import Told, event

__all__ = ["EventFailed", "Scenario", "Told", "event", "scenario"]
