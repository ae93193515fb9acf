"""Wrong apps and managers fail when they are defined, with one sentence each."""

import functools
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pmtui import App, Append, Complete, Context, NewEvent, ProcessManager, Schedule, handles
from pmtui.model.errors import DefinitionError
from pmtui.model.manager import kebab


@pytest.fixture
def app():
    return App("shop", contexts=["orders", "payments"])


def manager(class_name="Fulfilment", /, **attributes):
    """A class like one that a user writes, good unless the attributes make it bad."""
    good = {"correlate": "order_id", "start": start}
    kept = {key: value for key, value in (good | attributes).items() if value is not ...}
    return type(class_name, (ProcessManager,), kept)


@handles("orders", "OrderPlaced", starts=True)
def start(self, event, state):
    yield Complete()


def handler(context="orders", type="OrderPaid", **marks):
    @handles(context, type, **marks)
    def handle(self, event, state):
        return []

    return handle


def refused(app, cls) -> str:
    with pytest.raises(DefinitionError) as caught:
        app.manager(cls)
    sentence = str(caught.value)
    assert "\n" not in sentence
    assert not app.managers
    return sentence


# What is right


def test_a_whole_manager(app):
    @app.manager
    class Fulfilment(ProcessManager):
        correlate = "order_id"

        @dataclass
        class State:
            paid: bool = False
            lines: list[str] = field(default_factory=list)

        @handles("payments", "PaymentTaken")
        def paid(self, event, state):
            yield Append("orders", "o", "T")

        @handles("orders", "OrderPlaced", starts=True)
        def begin(self, event, state):
            return [Complete()]

        @handles("timers", "Overdue")
        def a_timer(self, event, state):
            return None

    found = app.managers["fulfilment"]
    assert found.cls is Fulfilment
    assert found.name == "fulfilment"
    assert found.sources == ("payments", "orders", "timers"), "in the order in which the class names them"
    assert found.types("orders") == {"OrderPlaced"}
    assert found.types("shipping") == frozenset()
    begin = found.handlers["orders", "OrderPlaced"]
    assert (begin.starts, begin.method, begin.file) == (True, "begin", __file__)
    assert "def begin(self" in Path(__file__).read_text().splitlines()[begin.line - 1]


def test_one_method_may_handle_several_events_and_names_its_sources_from_the_top(app):
    @app.manager
    class Both(ProcessManager):
        correlate = "id"

        @handles("payments", "A", starts=True)
        @handles("orders", "B")
        def both(self, event, state): ...

    assert app.managers["both"].sources == ("payments", "orders")
    assert {handler.method for handler in app.managers["both"].handlers.values()} == {"both"}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Fulfilment", "fulfilment"),
        ("OrderFulfilment", "order-fulfilment"),
        ("HTTPServer", "http-server"),
        ("OrderV2Manager", "order-v2-manager"),
        ("already", "already"),
        ("ABC", "abc"),
    ],
)
def test_kebab(name, expected):
    assert kebab(name) == expected


def test_a_name_of_ones_own(app):
    app.manager(manager("Fulfilment", name="my.name_2"))
    assert list(app.managers) == ["my.name_2"]


def test_a_manager_that_extends_another_has_a_name_of_its_own(app):
    one = app.manager(manager("One"))
    app.manager(type("Two", (one,), {}))
    assert list(app.managers) == ["one", "two"]


def test_correlate_may_be_a_method(app):
    app.manager(manager(correlate=lambda self, event: "x"))


# What is wrong with a manager

WRONG = {
    "an unknown context": (
        manager(h=handler("shiping")),
        "Fulfilment.h handles OrderPaid from the unknown context 'shiping': known are orders, payments, timers",
    ),
    "two handlers for one event": (
        manager(h=handler("orders", "OrderPlaced")),
        "Fulfilment.start and h both handle OrderPlaced from orders",
    ),
    "one event marked twice on one method": (
        manager(h=handles("orders", "X")(handler("orders", "X"))),
        "both handle X",
    ),
    "too few arguments": (
        manager(h=handles("orders", "X")(lambda self, event: [])),
        "Fulfilment.h must take (self, event, state)",
    ),
    "too many arguments": (
        manager(h=handles("orders", "X")(lambda self, event, state, more: [])),
        "must take (self, event, state)",
    ),
    "only by keyword": (
        manager(h=handles("orders", "X")(lambda self, *, event, state: [])),
        "must take (self, event, state)",
    ),
    "a start that no correlate names": (
        manager(correlate=...),
        "Fulfilment.start starts an instance, but Fulfilment has no correlate to name it by",
    ),
    "a start by a timer": (manager(h=handler("timers", "T", starts=True)), "cannot start an instance"),
    "no start": (manager(start=handler()), "never starts an instance"),
    "no handler": (manager(start=...), "handles nothing"),
    "a name with a separator": (manager("A", name="a/b"), "the name 'a/b' may only have letters"),
    "a name with a colon": (manager("A", name="a:b"), "may only have letters"),
    "a name that is no text": (manager("A", name=5), "may only have letters"),
    "a name that leads out of its folder": (manager("A", name=".."), "may only have letters"),
    "a class name that gives none": (manager("Größe"), "may only have letters"),
    "a bad delivery": (
        manager(delivery="exactly-once"),
        "delivery is 'exactly-once', not one of act-then-save, save-then-act",
    ),
    "a state that is no dataclass": (manager(State=list), "State must be a dataclass, or left out for a dict"),
    "a correlate that is nothing": (manager(correlate=""), "correlate must be a key of event.data or a method"),
    "a correlate that is a number": (manager(correlate=3), "correlate must be a key of event.data or a method"),
    "a correlate with wrong arguments": (manager(correlate=lambda self: "x"), "correlate must take (self, event)"),
    "an event type that is no text": (manager(h=handler("orders", Append)), "two names, @handles(context, type)"),
    "an event type that is empty": (manager(h=handler("orders", "")), "two names"),
    "a context that is no text": (manager(h=handler(["orders"], "X")), "two names"),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_wrong_manager_is_refused_in_one_sentence(app, what):
    cls, sentence = WRONG[what]
    assert sentence in refused(app, cls)


def test_an_async_handler_is_refused(app):
    @handles("orders", "X")
    async def one(self, event, state): ...

    @handles("orders", "X")
    async def other(self, event, state):
        yield Complete()

    for function in (one, other):
        assert "h is async; handlers are synchronous and pure" in refused(app, manager(h=function))


def test_an_async_correlate_is_refused(app):
    async def correlate(self, event): ...

    assert "correlate must be a key" in refused(app, manager(correlate=correlate))


def test_a_state_without_defaults_is_refused(app):
    @dataclass
    class State:
        paid: bool

    assert "every field of State needs a default" in refused(app, manager(State=State))


def test_a_state_whose_making_fails_is_refused(app):
    @dataclass
    class State:
        paid: bool = False

        def __post_init__(self):
            raise KeyError("paid")

    assert "every field of State needs a default" in refused(app, manager(State=State))


def test_a_class_that_is_no_process_manager_is_refused(app):
    class Fulfilment: ...

    assert refused(app, Fulfilment) == "process manager Fulfilment is not a subclass of ProcessManager"
    assert "is not a subclass" in refused(app, start)


def test_two_managers_of_one_name_are_refused(app):
    app.manager(manager())
    for name in ("fulfilment", "Fulfilment"):
        with pytest.raises(DefinitionError, match="two managers called"):
            app.manager(manager("Other", name=name))


def test_a_manager_keeps_its_handlers_through_a_decorator_that_wraps(app):
    def logged(function):
        @functools.wraps(function)
        def wrapper(*arguments):
            return function(*arguments)

        return wrapper

    app.manager(manager(h=logged(handler())))
    assert ("orders", "OrderPaid") in app.managers["fulfilment"].handlers


# What is wrong with an app


@pytest.mark.parametrize(
    ("contexts", "sentence"),
    [
        (["orders", "timers"], "no context may be called 'timers'"),
        (["orders", "orders"], "declared twice"),
        (["orders", "Orders"], "differs from another only in case"),
        (["or/ders"], "may only have letters"),
        (["../orders"], "may only have letters"),
        (["orders\n"], "may only have letters"),
        ([""], "may only have letters"),
        (["7"], "needs a letter"),
        ([7], "may only have letters"),
        ([], "has no contexts"),
        ("orders", "not one string"),
        ({"orders": "postgres://here"}, "must begin with 'sqlite:'"),
        ({"orders": Context("postgres://here")}, "must begin with 'sqlite:'"),
        ({"orders": Context(receiver="twice")}, "receiver 'twice' is not one of exact, high-water, none"),
        ({"orders": 5}, "needs a URL or a Context"),
        ({"orders": "sqlite:x.db", "payments": "sqlite:./x.db"}, "contexts orders and payments are both in x.db"),
        ({"orders": Context(), "payments": "sqlite:orders.db"}, "both in orders.db; each needs its own"),
    ],
)
def test_wrong_contexts_are_refused(contexts, sentence):
    with pytest.raises(DefinitionError) as caught:
        App("shop", contexts)
    assert sentence in str(caught.value)


@pytest.mark.parametrize("name", ["", "a/b", "a b", "-a", None, "a:b"])
def test_a_wrong_app_name_is_refused(name):
    with pytest.raises(DefinitionError, match="the app's name"):
        App(name, ["orders"])


def test_contexts_may_have_places_and_receivers():
    app = App("shop", {"orders": "sqlite:elsewhere.db", "payments": Context(receiver="high-water")})
    assert app.contexts == {"orders": Context("sqlite:elsewhere.db"), "payments": Context("", "high-water")}
    assert App("shop", ["orders"]).contexts == {"orders": Context("", "exact")}


# What is wrong with an aggregate


def test_an_aggregate_is_registered_and_stays_a_function(app):
    @app.aggregate("payments")
    def payment(history, command):
        yield NewEvent("PaymentTaken", command.data)

    assert app.aggregates == {"payments": payment}


def test_a_second_aggregate_of_a_context_is_refused(app):
    app.aggregate("payments")(lambda history, command: [])
    with pytest.raises(DefinitionError, match="context payments has two aggregates"):
        app.aggregate("payments")(lambda history, command: [])


def test_an_aggregate_of_an_unknown_context_is_refused(app):
    with pytest.raises(DefinitionError, match="unknown context 'payment': known are orders, payments"):
        app.aggregate("payment")(lambda history, command: [])
    with pytest.raises(DefinitionError, match="unknown context 'timers'"):
        app.aggregate("timers")(lambda history, command: [])


def test_an_aggregate_with_wrong_arguments_is_refused(app):
    for wrong in (lambda command: [], lambda history, command, more: [], "payment"):
        with pytest.raises(DefinitionError, match=r"must take \(history, command\)"):
            app.aggregate("payments")(wrong)


def test_an_async_aggregate_is_refused(app):
    async def payment(history, command): ...

    with pytest.raises(DefinitionError, match="aggregate payment is async"):
        app.aggregate("payments")(payment)


def test_an_aggregate_without_its_context_is_not_swallowed(app):
    with pytest.raises(DefinitionError, match=r"needs its context: @app\.aggregate\(context\)"):

        @app.aggregate
        def payment(history, command): ...


# Actions


def test_a_schedule_takes_either_after_or_at():
    Schedule("T", after=timedelta(0))
    Schedule("T", at=datetime(2026, 1, 1, tzinfo=UTC))
    for wrong in ({}, {"after": timedelta(1), "at": datetime(2026, 1, 1, tzinfo=UTC)}):
        with pytest.raises(ValueError, match="either after=… or at=…"):
            Schedule("T", **wrong)
    with pytest.raises(ValueError, match="time zone"):
        Schedule("T", at=datetime(2026, 1, 1))
