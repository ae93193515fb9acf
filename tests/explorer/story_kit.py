"""Apps with something wrong, and stories found on them."""

import json
from collections.abc import Mapping, Sequence

from pmtui import App, Append, Complete, NewEvent, ProcessManager, Send, handles
from pmtui.explorer import Bounds, explore
from pmtui.explorer.story import Story, story_of
from pmtui.storage.log import Row

LIMIT = 1000


def row(context: str, position: int, type_: str, second: int = 0, **data: object) -> Row:
    moment = f"2026-03-02T12:{second // 60:02d}:{second % 60:02d}Z"
    name = f"{context}-{position}"
    return Row(position, name, f"stream-{position}", 1, type_, json.dumps(data), "{}", moment)


def placed(position: int, order: str, **data: object) -> Row:
    return row("orders", position, "OrderPlaced", position, order_id=order, **data)


def shop(delivery: str = "act-then-save") -> App:
    """Two managers; the first one charges an order, and sends a letter for a large one."""
    app = App("shop", contexts=["orders", "payments", "letters"])
    declared = delivery

    @app.manager
    class Charging(ProcessManager):
        correlate = "order_id"
        delivery = declared  # type: ignore[assignment]

        @handles("orders", "OrderPlaced", starts=True)
        def charge(self, event, state):
            data = event.data
            if data.get("amount", 0) > LIMIT or delivery != "act-then-save":
                yield Append("letters", f"customer-{data['order_id']}", "Thanks", {"to": data.get("name", "")})
            yield Send("payments", f"payment-{data['order_id']}", "TakePayment", {"order_id": data["order_id"]})

    @app.manager
    class Closing(ProcessManager):
        correlate = "order_id"

        @handles("payments", "PaymentTaken", starts=True)
        def close(self, event, state):
            yield Complete()

    @app.aggregate("payments")
    def payment(history, command):
        yield NewEvent("PaymentTaken", command.data)

    return app


def found(app: App, logs: Mapping[str, Sequence[Row]], receiver: str = "none", **more) -> Story:
    """The story that an exploration of these logs finds."""
    receivers = dict.fromkeys(app.contexts, receiver)
    verdict = explore(app, logs, receivers=receivers, bounds=Bounds(seconds=20), **more)
    assert verdict.violation is not None
    return story_of(app, verdict.violation, logs, receivers=receivers, **more)
