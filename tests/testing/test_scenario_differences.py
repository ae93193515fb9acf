"""What a person sees when an expectation fails, or is written wrongly."""

from datetime import datetime, timedelta

import pytest

from pmtui import Append, Schedule, Send
from pmtui.model.errors import InputError
from pmtui.testing import event, scenario

from .scenario_kit import MINUTES_30, PAID, PLACED, TAKE, WATCH, shop


@pytest.fixture(scope="module")
def new():
    return scenario(shop())


def message(check, *arguments, **named) -> str:
    with pytest.raises(AssertionError) as failed:
        check(*arguments, **named)
    return str(failed.value)


def test_another_value_is_shown_within_its_action(new):
    wrong = Send("payments", "payment-order-1", "TakePayment", {"order_id": "order-1", "amount": 11})
    assert message(new.when(PLACED).then, wrong, WATCH).splitlines() == [
        "fulfilment asked for something else after orders@1 OrderPlaced (- expected, + found)",
        "  Send('payments', 'payment-order-1', 'TakePayment', {",
        "-     'amount': 11,",
        "?                ^",
        "+     'amount': 10,",
        "?                ^",
        "      'order_id': 'order-1',",
        "  })",
        "  Schedule('PaymentOverdue', after=timedelta(seconds=1800))",
    ]


def test_a_missing_and_a_surplus_action_are_shown(new):
    letter = Append("letters", "customer-order-1", "Thanks")
    assert message(new.when(PLACED).then, TAKE, letter).splitlines()[-2:] == [
        "- Append('letters', 'customer-order-1', 'Thanks')",
        "+ Schedule('PaymentOverdue', after=timedelta(seconds=1800))",
    ]
    assert "+ Schedule('PaymentOverdue'" in message(new.when(PLACED).then, TAKE)


def test_nothing_was_expected(new):
    lines = message(new.given(PLACED).when_time_passes(MINUTES_30).then_nothing).splitlines()
    assert lines == [
        "fulfilment asked for something else after timers@1 PaymentOverdue (- expected, + found)",
        "- nothing",
        "+ Append('letters', 'customer-order-1', 'ReminderSent', {",
        "+     'order_id': 'order-1',",
        "+ })",
    ]


def test_every_kind_of_action_is_written_as_in_python(new):
    at = datetime.fromisoformat("2026-01-01T10:00:00+00:00")
    expected = [Schedule("Due", at=at, data={"n": 1}), Append("letters", "a", "Noted", {"deep": {"list": [1, 2]}})]
    lines = message(new.when(PAID).then, *expected).splitlines()
    assert "- Schedule('Due', at=datetime(2026, 1, 1, 10, 0, tzinfo=datetime.timezone.utc), {" in lines
    assert "-     'deep': {'list': [1, 2]}," in lines


@pytest.mark.parametrize(
    ("told", "why"),
    [
        (PAID, "nothing: no event has started order-1, so it was ignored"),
        (event("payments", "PaymentTaken"), "nothing: the event names no instance and was ignored"),
        (
            event("payments", "PaymentTakn", order_id="order-1"),
            "nothing: fulfilment does not handle it; of that context it handles PaymentTaken",
        ),
        (event("letters", "Read"), "nothing: fulfilment does not handle it; it handles nothing of that context"),
        (
            event("orders", "Looked", order_id="order-0"),
            "nothing: its handler asked for none",
        ),
        (
            event("orders", "OrderPlaced", order_id="done", amount=1),
            "nothing: done is completed, so it was ignored",
        ),
    ],
)
def test_why_nothing_was_asked_for(new, told, why):
    before = new.given(
        event("orders", "OrderPlaced", order_id="order-0", amount=1),
        event("orders", "OrderPlaced", order_id="done", amount=1),
        event("orders", "OrderClosed", order_id="done"),
    )
    text = message(before.when(told).then, TAKE)
    assert f"+ {why}" in text.splitlines()


def test_that_no_timer_came_due_is_said(new):
    text = message(new.given(PLACED).when_time_passes(timedelta(minutes=29)).then, TAKE)
    assert "+ nothing: no timer came due" in text.splitlines()


def test_another_state_is_shown_field_by_field(new):
    assert message(new.when(PLACED).then_state, paid=True, amounts=[10]).splitlines() == [
        "fulfilment remembers something else of order-1 after orders@1 OrderPlaced (- expected, + found)",
        "  amounts = [10]",
        "- paid = True",
        "+ paid = False",
    ]


def test_a_field_that_the_state_does_not_have_is_shown_as_missing(new):
    assert message(new.when(PLACED).then_state, payed=False).splitlines()[1:] == ["- payed = False"]


def test_an_instance_that_was_never_started_has_no_state(new):
    text = message(new.when(PAID).then_state, paid=True)
    assert text == "fulfilment has no state of order-1: no event has started it"


def test_the_line_shown_is_the_tests_own(pytester):
    pytester.makepyfile(
        """
        from pmtui import Complete
        from pmtui.testing import scenario
        from tests.testing.scenario_kit import PLACED, shop

        def test_it():
            scenario(shop()).when(PLACED).then(
                Complete(),
            )
        """
    )
    shown = pytester.runpytest_subprocess("-p", "no:cacheprovider").stdout
    shown.fnmatch_lines(["*fulfilment asked for something else after orders@1 OrderPlaced*", "*- Complete()*"])
    shown.no_fnmatch_line("*scenario.py*")


def test_a_handler_that_raises_is_shown_where_it_does_and_nothing_of_ours(pytester):
    pytester.makepyfile(
        """
        from pmtui.testing import event, scenario
        from tests.testing.scenario_kit import PLACED, shop

        def test_it():
            scenario(shop()).given(PLACED).when(event("orders", "Raises", order_id="order-1"))
        """
    )
    shown = pytester.runpytest_subprocess("-p", "no:cacheprovider").stdout
    shown.fnmatch_lines(
        [
            '>*raise LookupError("no such price")',
            "*scenario_kit.py:*: LookupError",
            ">*scenario(shop()).given(PLACED).when(*",
            "*EventFailed: orders@2: LookupError: no such price",
            "*at *scenario_kit.py:*",
        ]
    )
    for ours in ("scenario.py", "world.py", "runner.py", "decide.py", "recording.py"):
        shown.no_fnmatch_line(f"*pmtui/*/{ours}*")


WRONG = [
    (lambda s: s.given(event("order", "OrderPlaced")), "OrderPlaced of the unknown context 'order': known are orders"),
    (
        lambda s: s.given(event("orders", "OrderPlacd")),
        "given OrderPlacd of orders: fulfilment does not handle it; of that context it handles ClosedAfterAll",
    ),
    (lambda s: s.when(event("timers", "PaymentOverdue")), "is a timer, which comes due by itself when time passes"),
    (lambda s: s.when("OrderPlaced"), r"told as event\(context, type, …\), not as str"),
    (lambda s: s.when_time_passes(timedelta(-1)), "it only goes on"),
    (lambda s: s.then(TAKE), r"then needs something to follow from: use when\(…\)"),
    (lambda s: s.then_state(paid=True), "then_state needs something to follow from"),
    (lambda s: s.when(PLACED).then([TAKE]), r"then takes actions, such as Append\(…\), not list"),
    (lambda s: s.when(PLACED).then_state(), "either a whole state or some of its fields"),
    (lambda s: s.when(PLACED).then_state({}, paid=True), "either a whole state or some of its fields"),
    (lambda s: s.when(PLACED).then_state(7), "the manager's State or a dict, not int"),
    (lambda s: s.when(event("letters", "Read")).then_state(paid=True), "about no instance: say which"),
    (lambda s: event("orders", "OrderPlaced", amount=float("nan")), "the data of OrderPlaced of orders cannot"),
    (lambda s: event("orders", "OrderPlaced", at=datetime(2026, 1, 1)), "needs a time with a time zone"),
    (lambda s: scenario(shop(), starts_at=datetime(2026, 1, 1)), "needs a time with a time zone"),
    (lambda s: scenario(shop(), "refunds"), "the app shop has no manager refunds: known are fulfilment"),
]


@pytest.mark.parametrize(("call", "sentence"), WRONG)
def test_what_is_written_wrongly_is_told_in_one_line(new, call, sentence):
    with pytest.raises(InputError, match=sentence) as refused:
        call(new)
    assert "\n" not in str(refused.value)


def test_an_app_with_several_managers_needs_one_named():
    app = shop()
    (manager,) = app.managers.values()
    app.managers["other"] = manager
    with pytest.raises(InputError, match=r"say which one it is about \(fulfilment, other\)"):
        scenario(app)
