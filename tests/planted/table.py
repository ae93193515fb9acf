"""The planted bugs: small wrong managers, each with a right twin of the same name, and how each must be found.

A wrong app's docstring begins with the story that it must be found by. What users of pmtui cannot write, because the
runtime forbids it, is modelled as near as they can:

- A high-water receiver that two senders share, or two sources: pmtui's has a mark for each sender and source, so
  `shared_mark` has an aggregate that protects itself, with one mark for all.
- A receipt key that is too broad: pmtui's has the action's number in it, so `broad_key` has an aggregate that
  recognises repeats by their event.
- A parked event that a high-water receiver swallows: pmtui parks nothing, so `swallowed` puts an event off by a timer.
- State that is saved apart from the cursor: `own_store` keeps a set in place of a table of its own.
- A timer that fires twice: pmtui's come due in a commit of their own and never twice, but they are handled again after
  a crash like any event (`timer_twice`), or nobody takes them back (`timer_race`).
- The pinned order taken away: no handler can; the table has a hook that makes the runtime forget it.
- A lower position that becomes visible late, a log that was made anew, two workers at once: positions are given out
  inside the writing transaction, logs have an identity, and contexts know the newest worker. Nothing a handler does
  can bring them back; `own_cursor` is the nearest, a manager that counts positions by itself.
"""

import ast
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from pmtui.handling import acting, runner
from pmtui.model.app import App
from pmtui.storage.cloudevent import written
from pmtui.storage.log import Row
from pmtui.workers.appfile import load

HERE = Path(__file__).parent


class Happened(NamedTuple):
    """One event of a case's logs; `second` is counted from noon."""

    context: str
    position: int
    type: str
    data: dict[str, Any]
    second: int


class Planted(NamedTuple):
    """One bug.

    Attributes:
        name: of its file, in `wrong` and in `right`.
        events: what its logs have; every event is a stream of its own.
        kinds: how an exploration may name what is wrong.
        says: words that the sentence about it must have.
        exit: 1 where it does not hold, 3 where it is not deterministic.
        order_independent: whether it must come to one end whatever the order of the sources.
        hook: makes the wrong app wrong, where it is not so by itself.
        outlives: whether something in the app's module stands for a store that outlives a worker.
    """

    name: str
    events: tuple[Happened, ...]
    kinds: tuple[str, ...]
    says: tuple[str, ...]
    exit: int
    order_independent: bool = False
    hook: Callable[[pytest.MonkeyPatch], None] | None = None
    outlives: bool = False

    def file(self, side: str) -> Path:
        """`wrong` or `right`."""
        return HERE / side / f"{self.name}.py"

    def story(self, side: str) -> str:
        """The first line of the file's docstring."""
        return (ast.get_docstring(ast.parse(self.file(side).read_text())) or "").partition("\n")[0]

    def app(self, side: str) -> App:
        """The app, from its file anew."""
        return load(str(self.file(side))).app

    def logs(self, app: App) -> dict[str, list[Row]]:
        """Its logs, with an empty one for every other context of the app."""
        return {context: [] for context in app.contexts} | self.rows()

    def rows(self) -> dict[str, list[Row]]:
        """Its logs, by context."""
        logs: dict[str, list[Row]] = {}
        for context, position, type_, data, second in self.events:
            moment = f"2026-03-02T{12 + second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}Z"
            name = f"{context}-{position}"
            logs.setdefault(context, []).append(Row(position, name, name, 1, type_, json.dumps(data), "{}", moment))
        return logs

    def write(self, folder: Path) -> None:
        """Its logs as files of events in a data folder."""
        folder.mkdir(parents=True, exist_ok=True)
        for context, rows in self.rows().items():
            lines = [json.dumps(written(row, context)) for row in rows]
            (folder / f"{context}.jsonl").write_text("\n".join(lines) + "\n")


def without_pins(patch: pytest.MonkeyPatch) -> None:
    """Let no starting worker look for an interrupted turn, and no context remember one."""

    async def nothing(*_: object) -> None:
        return None

    patch.setattr(runner, "interrupted", lambda *_: None)
    patch.setattr(acting.Target, "_claim", nothing)


def placed(position: int, order: str, second: int, **data: Any) -> Happened:
    return Happened("orders", position, "OrderPlaced", {"order_id": order, **data}, second)


def paid(position: int, order: str, second: int) -> Happened:
    return Happened("payments", position, "PaymentTaken", {"order_id": order}, second)


TWO = (placed(1, "order-1", 0, amount=10), placed(3, "order-2", 60, amount=20))

PLANTED = (
    Planted("no_receipt", TWO, ("doubled",), ("TakePayment", "orders@1"), 1),
    Planted("half_receipts", TWO, ("doubled",), ("ReceiptSent", "orders@1"), 1),
    Planted("timer_twice", TWO, ("doubled",), ("ReminderSent", "timers@1"), 1),
    Planted("cursor_first", TWO, ("lost",), ("TakePayment", "orders@1"), 1),
    Planted("saved_first", TWO, ("lost",), ("ThanksSent", "orders@1"), 1),
    Planted("own_store", TWO, ("warm",), ("orders@1",), 1, outlives=True),
    Planted("random_id", TWO, ("nondeterministic",), ("orders@1",), 3),
    Planted("wall_clock", TWO, ("nondeterministic",), ("orders@1",), 3),
    Planted("numbered", TWO, ("warm",), ("orders@",), 1),
    Planted("other_warehouse", TWO, ("warm",), ("orders@",), 1),
    Planted(
        "set_order",
        (placed(1, "order-1", 0, items=["hat", "scarf", "gloves", "coat", "boots", "belt", "umbrella"]),),
        ("nondeterministic",),
        ("orders@1",),
        3,
    ),
    Planted(
        "memory",
        (placed(1, "order-1", 0, address="Elm Road 1"), paid(1, "order-1", 60)),
        ("warm",),
        ("payments@1",),
        1,
    ),
    Planted("stuck", TWO, ("stuck",), ("orders@1", "this order is paid already"), 1),
    Planted("last_two", tuple(placed(n, f"order-{n}", n) for n in range(1, 5)), ("doubled",), ("TakePayment",), 1),
    Planted(
        "turn_of_three",
        tuple(
            Happened("orders", n, type_, {"order_id": "order-1"}, n)
            for n, type_ in enumerate(("OrderPlaced", "OrderPaid", "OrderClosed"), 1)
        ),
        ("invariant",),
        ("order-1 is closed, but its payment is lost",),
        1,
    ),
    Planted(
        "shared_mark",
        tuple(
            Happened(context, n, type_, {"account": "savings", "amount": n}, n)
            for n, (context, type_) in enumerate(
                (("deposits", "Deposited"), ("withdrawals", "Withdrawn"), ("deposits", "Deposited")), 1
            )
        ),
        ("eventually",),
        ("are booked",),
        1,
    ),
    Planted(
        "own_cursor",
        tuple(Happened(context, n, "Asked", {"customer": "anna"}, n) for n, context in enumerate(("web", "phone"), 1)),
        ("eventually",),
        ("a question was not answered",),
        1,
    ),
    Planted("broad_key", TWO, ("eventually",), ("booked are ['price', 'price']",), 1),
    Planted(
        "joined_names",
        tuple(
            Happened("orders", n, "OrderPlaced", {"customer": customer, "order": order}, n)
            for n, (customer, order) in enumerate((("ab", "c"), ("a", "bc")), 1)
        ),
        ("eventually",),
        ("an order was not sent",),
        1,
    ),
    Planted(
        "swallowed",
        (placed(1, "order-1", 0, clear=False), placed(2, "order-2", 60, clear=True)),
        ("eventually",),
        ("only [2] are booked",),
        1,
    ),
    Planted(
        "source_order",
        (paid(1, "order-1", 0), Happened("shipping", 1, "Delivered", {"order_id": "order-1"}, 60)),
        ("order",),
        ("order",),
        1,
        order_independent=True,
    ),
    Planted(
        "late_start",
        (placed(1, "order-1", 0), paid(1, "order-1", 60)),
        ("order",),
        ("order",),
        1,
        order_independent=True,
    ),
    Planted(
        "revived",
        (Happened("orders", 1, "OrderCancelled", {"order_id": "order-1"}, 0), paid(1, "order-1", 60)),
        ("invariant",),
        ("order-1 was stopped and sent",),
        1,
    ),
    Planted(
        "timer_race",
        (placed(1, "order-1", 0), paid(1, "order-1", 60)),
        ("invariant",),
        ("order-1 is sent and given up",),
        1,
    ),
    Planted(
        "pin_taken_away",
        (Happened("orders", 1, "OrderChanged", {"order_id": "order-1"}, 60), paid(1, "order-1", 0)),
        ("redelivery",),
        ("asks for something else than before it was interrupted",),
        1,
        hook=without_pins,
    ),
)
