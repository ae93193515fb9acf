"""At which points of real turns a breakpoint is hit; the logs are in memory."""

import json
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmtui import App, Append, NewEvent, ProcessManager, Schedule, Send, handles
from pmtui.handling.clock import VirtualClock
from pmtui.handling.drive import run
from pmtui.handling.runner import Runner
from pmtui.model.app import Receiver
from pmtui.storage.log import Draft
from pmtui.storage.memory.ledger import MemoryLedger
from pmtui.storage.memory.log import MemoryLog
from pmtui.workers.breakpoints.breakpoint import Breakpoint
from pmtui.workers.breakpoints.condition import Compared
from pmtui.workers.breakpoints.grammar import Vocabulary, read
from pmtui.workers.breakpoints.matching import Matcher

app = App("shop", contexts=["orders", "payments", "shipping"])


@app.manager
class Fulfilment(ProcessManager):
    correlate = "order_id"

    @dataclass
    class State:
        paid: bool = False
        total: int = 0

    @handles("orders", "OrderPlaced", starts=True)
    def place(self, event: Any, state: Any) -> Any:
        state.total += event.data.get("amount", 0)
        yield Send("payments", "p", "TakePayment", {})
        yield Append("shipping", "s", "ShipmentRequested", {})

    @handles("orders", "OrderPaid", starts=True)
    def paid(self, event: Any, state: Any) -> Any:
        state.paid = True
        return ()

    @handles("timers", "Late")
    def late(self, event: Any, state: Any) -> Any:
        return [Schedule("Late", after=None, at=event.recorded_at)]


@app.aggregate("payments")
def payment(history: Any, command: Any) -> Any:
    yield NewEvent("PaymentTaken", {})


PLACED, PAID = ("OrderPlaced", {"amount": 30}), ("OrderPaid", {})


def _text(number: int, data: Any) -> str:
    return data if isinstance(data, str) else json.dumps({"order_id": f"order-{number}", **data})


class World:
    """Orders, and a runner over them that can crash."""

    def __init__(self, *orders: tuple[str, Any], receiver: Receiver = "exact") -> None:
        self.logs = {name: MemoryLog(name) for name in app.contexts}
        self.ledger = MemoryLedger("shop", "fulfilment")
        self.receivers: dict[str, Receiver] = dict.fromkeys(app.contexts, receiver)
        drafts = [
            Draft(
                str(i),
                f"order-{i}",
                1,
                type_,
                _text(i, data),
                "{}",
                f"2026-01-0{i}T00:00:00Z",
            )
            for i, (type_, data) in enumerate(orders, 1)
        ]

        async def place() -> None:
            async with self.logs["orders"].transaction() as transaction:
                await transaction.append(drafts)

        run(place())

    def runner(self) -> Runner:
        runner = Runner(
            app,
            app.managers["fulfilment"],
            logs=self.logs,
            ledger=self.ledger,
            clock=VirtualClock(),
            receivers=self.receivers,
        )
        run(runner.start(1, "2026-01-01T00:00:00Z"))
        return runner

    def stops(self, *typed: str, limit: int = 1, matcher: Matcher | None = None, crash: str = "") -> list[str]:
        """The points at which these are hit until all is dry, or until a crash there."""
        matcher = matcher or Matcher({})
        vocabulary = Vocabulary.of(app)
        matcher.set(tuple(read(text, number, vocabulary) for number, text in enumerate(typed, 1)), None)
        runner, found = self.runner(), []
        while True:
            turn, point = runner.take(limit), None
            while (point := _next(turn)) is not None:
                assert runner.turn is not None
                hit = matcher.hit(runner.turn)
                if hit is not None:
                    found.append(str(point).removeprefix("fulfilment:"))
                if str(point) == crash:
                    return found
            if runner.turn is None or not runner.turn.picked:
                return found


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_scalar(value: Any) -> bool:
    return not isinstance(value, list | dict)


def _next(turn: Any) -> Any:
    try:
        return run(anext(turn))
    except StopAsyncIteration:
        return None


@pytest.mark.parametrize(
    ("typed", "stops"),
    [
        ("orders", ["orders@1:read", "orders@2:read"]),
        ("shipping", []),
        ("fulfilment", ["orders@1:read", "orders@2:read"]),
        ("manager refunds", []),
        ("OrderPaid", ["orders@2:read"]),
        ("orders@2", ["orders@2:read"]),
        ("orders@2:decided", ["orders@2:decided"]),
        ("orders:saved", ["orders@1:saved", "orders@2:saved"]),
        (":acted", ["orders@1:acted:0"]),
        (":acted:1", ["orders@1:acted:1"]),
        ("fulfilment:orders@1:acted:1", ["orders@1:acted:1"]),
        ("instance order-2", ["orders@2:decided"]),
        ("action ShipmentRequested", ["orders@1:decided"]),
        ("action ShipmentRequested and :acted", ["orders@1:acted:1"]),
        ("action TakePayment and :saved", ["orders@1:saved"]),
        ("data.amount > 20", ["orders@1:read"]),
        ("data.amount >= 20 and data.amount < 30", []),
        ("data.amount == null", ["orders@2:read"]),
        ("data.order_id contains r-2", ["orders@2:read"]),
        ("data.order_id.x == 1", []),
        ("state.paid == true", ["orders@2:decided"]),
        ("state.paid == 1", []),
        ("state.total != 0", ["orders@1:decided"]),
        ("not OrderPaid", ["orders@1:read"]),
        ("not state.paid == true", ["orders@1:decided"]),
        ("not action TakePayment", ["orders@1:acted:1", "orders@2:decided"]),
        ("doubled", []),
        ("not doubled", ["orders@1:acted:0"]),
        ("orders from hit 2", ["orders@2:read"]),
        ("OrderPlaced and data.amount > 20 and :saved", ["orders@1:saved"]),
    ],
)
def test_it_is_hit_at_the_first_point_where_all_is_known_to_hold(typed: str, stops: list[str]) -> None:
    assert World(PLACED, PAID).stops(typed) == stops


def test_the_first_doubled_action_is_hit_where_it_is_doubled() -> None:
    world = World(PLACED, PAID, receiver="none")
    assert world.stops("doubled", crash="fulfilment:orders@1:acted:0") == []
    assert world.stops("doubled") == ["orders@1:acted:0"]
    assert World(PLACED).stops("doubled", crash="fulfilment:orders@1:acted:0") == []


def test_an_event_that_is_handled_again_is_hit_again() -> None:
    world, matcher = World(PLACED), Matcher({})
    assert world.stops("orders@1", matcher=matcher, crash="fulfilment:orders@1:decided") == ["orders@1:read"]
    again = Matcher(matcher.hits)
    assert world.stops("orders@1 from hit 2", matcher=again) == ["orders@1:read"]
    assert again.hits == {1: 2}


def test_a_repeated_larger_turn_is_hit_once_for_any_of_its_events() -> None:
    world = World(PLACED, PLACED, PLACED)
    assert world.stops("orders@2", limit=500, crash="fulfilment:orders@3:acted:payments") == ["orders@3:read"]
    matcher = Matcher({})
    assert world.stops("orders@2:saved", "OrderPlaced:saved from hit 2", matcher=matcher) == ["orders@3:saved"]
    assert matcher.hits == {1: 1, 2: 1}
    assert World(PLACED, PLACED).stops("fulfilment:orders@2:acted:shipping", limit=500) == ["orders@2:acted:shipping"]


def test_one_that_is_set_in_the_middle_of_a_turn_is_not_hit_by_what_is_passed() -> None:
    runner, matcher = World(PLACED, PLACED).runner(), Matcher({})
    turn = runner.take()
    assert str(_next(turn)) == "fulfilment:orders@1:read"
    matcher.set((read("type OrderPlaced", 1), read("type OrderPlaced:saved", 2)), runner.turn)
    hits = []
    while _next(turn) is not None:
        assert runner.turn is not None
        hits.append(matcher.hit(runner.turn))
    assert [None if hit is None else hit.breakpoint.number for hit in hits] == [None, None, None, 2]
    turn = runner.take()
    _next(turn)
    assert runner.turn is not None
    hit = matcher.hit(runner.turn)
    assert hit is not None
    assert (hit.breakpoint.number, hit.time) == (1, 1)


def test_of_several_a_crash_comes_before_a_pause() -> None:
    runner, matcher = World(PLACED).runner(), Matcher({})
    matcher.set((read("type OrderPlaced", 1), read("orders@1 then crash", 2)), None)
    _next(runner.take())
    assert runner.turn is not None
    hit = matcher.hit(runner.turn)
    assert hit is not None
    assert hit.breakpoint.number == 2
    assert matcher.hits == {1: 1, 2: 1}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)
OPERATORS = ["==", "!=", "<", "<=", ">", ">=", "contains"]


@given(st.dictionaries(st.sampled_from(["a", "b"]), JSON), st.sampled_from(OPERATORS), JSON.filter(_is_scalar))
def test_a_comparison_with_data_of_any_kind_is_like_that_of_json(data: Any, operator: str, value: Any) -> None:
    got = data.get("a")
    same = json.dumps(got) == json.dumps(value) or (_is_number(got) and _is_number(value) and got == value)
    if operator in ("==", "!="):
        expected = same == (operator == "==")
    elif operator == "contains":
        if isinstance(got, list):
            expected = any(_hits({"a": each}, "==", value) for each in got)
        else:
            expected = isinstance(value, str) and isinstance(got, str | dict) and value in got
    else:
        ordered = (_is_number(got) and _is_number(value)) or (isinstance(got, str) and isinstance(value, str))
        expected = ordered and eval(f"got {operator} value")
    assert _hits(data, operator, value) == expected


@pytest.mark.parametrize("data", ["[1, 2]", "{", "3", "", "null", "[" * 5000, '"a"'])
def test_data_that_is_no_object_has_no_fields(data: str) -> None:
    for operator in ("<", ">=", "contains"):
        assert not _hits(data, operator, 1)
    assert _hits(data, "==", None)


def _hits(data: Any, operator: str, value: Any) -> bool:
    """Whether the first event, with this data or text, is hit as it is read."""
    text = data if isinstance(data, str) else json.dumps(data)
    runner, matcher = World(("OrderPlaced", text)).runner(), Matcher({})
    matcher.set((Breakpoint(1, (Compared("data", ("a",), operator, value),)),), None)  # type: ignore[arg-type]
    _next(runner.take())
    assert runner.turn is not None
    return matcher.hit(runner.turn) is not None
