"""What a scenario lets a manager live through, and what it accepts."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pmtui import App, Append, Cancel, Complete, ProcessManager, handles
from pmtui.model.errors import InputError
from pmtui.storage.folder import sample_folder
from pmtui.testing import EventFailed, event, scenario
from pmtui.workers.appfile import load

from .scenario_kit import MINUTES_30, PAID, PLACED, REMIND, TAKE, WATCH, shop

SECOND = timedelta(seconds=1)


@pytest.fixture(scope="module")
def new():
    return scenario(shop())


def test_what_an_event_leads_to(new):
    new.when(PLACED).then(TAKE, WATCH)
    assert new.when(PLACED).actions == (TAKE, WATCH)


def test_the_order_of_actions_counts(new):
    with pytest.raises(AssertionError):
        new.when(PLACED).then(WATCH, TAKE)


def test_events_that_are_given_have_happened(new):
    new.given(PLACED).when(PAID).then(Cancel("PaymentOverdue")).then_state(paid=True)


def test_what_given_events_lead_to_is_not_looked_at(new):
    with pytest.raises(InputError, match=r"use when\(…\)"):
        new.given(PLACED).then(TAKE, WATCH)


def test_actions_that_are_returned_are_as_good_as_yielded_ones(new):
    new.given(PLACED).when(event("orders", "OrderClosed", order_id="order-1")).then(Complete())


def test_a_handler_that_calls_another_one_asks_once(new):
    new.given(PLACED).when(event("orders", "ClosedAfterAll", order_id="order-1")).then(Complete())


@pytest.mark.parametrize(
    "told",
    [
        PAID,  # nothing has started the instance
        event("payments", "PaymentDeclined", order_id="order-1"),  # no handler
        event("letters", "LetterRead", order_id="order-1"),  # not even a source
        event("payments", "PaymentTaken", amount=10),  # names no instance
    ],
)
def test_what_the_manager_does_not_care_for_leads_to_nothing(new, told):
    new.when(told).then_nothing()


def test_a_completed_instance_ignores_everything(new):
    closed = new.given(PLACED, event("orders", "OrderClosed", order_id="order-1"))
    closed.when(PLACED).then_nothing()
    closed.when_time_passes(timedelta(days=1)).then_nothing()


def test_timers_come_when_time_passes(new):
    placed = new.given(PLACED)
    placed.when_time_passes(MINUTES_30 - SECOND).then_nothing()
    placed.when_time_passes(MINUTES_30).then(REMIND)


def test_time_that_passed_has_passed(new):
    later = new.given(PLACED).when_time_passes(MINUTES_30 - SECOND)
    later.when_time_passes(SECOND).then(REMIND).when_time_passes(timedelta(days=1)).then_nothing()
    later.when(PLACED).then(TAKE, WATCH).when_time_passes(SECOND).then_nothing()


def test_a_cancelled_timer_does_not_come(new):
    new.given(PLACED, PAID).when_time_passes(timedelta(days=1)).then_nothing()


def test_timers_come_before_an_event_told_to_happen_later(new):
    later = event("orders", "OrderPlaced", order_id="order-1", amount=10, at=datetime(2026, 1, 1, 1, tzinfo=UTC))
    new.given(PLACED).when(later).then(REMIND, TAKE, WATCH)


def test_several_timers_come_in_their_order():
    start = datetime(2026, 1, 1, tzinfo=UTC)
    new = scenario(shop(), starts_at=start)
    second = event("orders", "OrderPlaced", order_id="order-2", amount=5, at=start + SECOND)
    reminded = new.given(PLACED, second).when_time_passes(MINUTES_30)
    reminded.then(REMIND, Append("letters", "customer-order-2", "ReminderSent", {"order_id": "order-2"}))


def test_the_time_that_a_scenario_begins_at_is_that_of_its_events():
    new = scenario(shop(), starts_at=datetime(2030, 5, 6, 7, tzinfo=UTC)).given(PLACED).when_time_passes(SECOND)
    asked = new.when(event("orders", "Where", order_id="order-1")).actions
    assert asked[0].data["at"] == "2030-05-06T07:00:01+00:00"


def test_an_event_is_in_the_stream_that_is_told_and_counted_there(new):
    told = event("orders", "Where", order_id="order-1", stream="order-1")
    (asked,) = new.given(PLACED, told).when(told).actions
    assert (asked.data["stream"], asked.data["version"]) == ("order-1", 2)


def test_the_data_of_an_event_may_be_given_as_a_dict():
    told = event("orders", "Moved", {"at": "home", "stream": "river"}, at=datetime(2026, 1, 1, tzinfo=UTC), to=1)
    assert told.data == {"at": "home", "stream": "river", "to": 1}
    assert told.stream == "orders"


def test_actions_lead_to_nothing_so_that_only_what_is_told_is_heard(new):
    """The aggregate would decide on a PaymentTaken, which the manager handles."""
    new.given(PLACED).when_time_passes(SECOND).then_nothing()
    new.when(PLACED).then_state(paid=False)


def test_an_append_to_a_context_that_is_read_does_not_come_back():
    app = App("echo", contexts=["a"])

    @app.manager
    class Echo(ProcessManager):
        correlate = "id"

        @handles("a", "Called", starts=True)
        def call(self, event, state):
            yield Append("a", "a-1", "Called", {"id": event.data["id"]})

    new = scenario(app)
    for _ in range(3):
        new = new.when(event("a", "Called", id="1")).then(Append("a", "a-1", "Called", {"id": "1"}))


def test_aggregates_are_not_asked_so_that_none_can_refuse():
    app = shop()

    def refuses(history, command):
        raise RuntimeError("no")

    app.aggregates["payments"] = refuses
    scenario(app).when(PLACED).then(TAKE, WATCH)


def test_what_is_kept_outside_the_state_is_gone_at_the_next_event(new):
    looked = event("orders", "Looked", order_id="order-1")
    new.given(PLACED, looked, looked).when(looked).then_state(remembered=1)


def test_several_tests_may_go_on_from_the_same_scenario(new):
    placed = new.given(PLACED)
    placed.when(PAID).then_state(paid=True)
    placed.when(PLACED).then_state(paid=False, amounts=[10, 10])
    new.when(PAID).then_nothing()


def test_the_whole_state_is_given_as_it_is_declared_or_as_a_dict(new):
    app = shop()
    (manager,) = app.managers.values()
    placed = scenario(app).when(PLACED)
    placed.then_state(manager.cls.State(amounts=[10]))
    placed.then_state({"paid": False, "amounts": [10], "remembered": 0})
    with pytest.raises(AssertionError):
        placed.then_state({"amounts": [10]})


def test_the_state_of_another_instance(new):
    two = new.given(PLACED).when(event("orders", "OrderPlaced", order_id="order-2", amount=5))
    two.then_state(amounts=[5]).then_state(of="order-1", amounts=[10])


def test_the_state_after_timers_of_several_instances_must_be_named(new):
    two = new.given(PLACED, event("orders", "OrderPlaced", order_id="order-2", amount=5)).when_time_passes(MINUTES_30)
    with pytest.raises(InputError, match=r"about order-1, order-2: say which instance is meant, then_state\(of=…\)"):
        two.then_state(paid=False)
    two.then_state(of="order-2", paid=False)


def test_a_state_that_is_a_dict():
    app = App("dicts", contexts=["a"])

    @app.manager
    class Keeper(ProcessManager):
        correlate = "id"

        @handles("a", "Came", starts=True)
        def came(self, event, state):
            state["n"] = state.get("n", 0) + 1

    came = event("a", "Came", id="1")
    scenario(app).given(came).when(came).then_nothing().then_state({"n": 2}).then_state(n=2)


def test_more_events_than_one_page_of_a_log(new):
    appended = scenario(shop())
    for n in range(3):
        appended = appended.given(*(event("orders", "OrderPlaced", order_id=f"{n}-{m}", amount=m) for m in range(200)))
    appended.given(PLACED).when(PAID).then(Cancel("PaymentOverdue"))


@pytest.mark.parametrize("by_name", [True, False])
def test_the_manager_is_named_by_its_class_or_its_name(by_name):
    app = load(str(sample_folder() / "shop.py")).app
    for manager in app.managers.values():
        scenario(app, manager.name if by_name else manager.cls).when(event("orders", "Unheard")).then_nothing()


def test_the_bundled_shop_takes_a_payment():
    app = load(str(sample_folder() / "shop.py")).app
    placed = event("orders", "OrderPlaced", order_id="o", item="lamp", amount=10, pays_by="card")
    asked = scenario(app, "fulfilment").when(placed).then_state(item="lamp").actions
    assert [type(action).__name__ for action in asked] == ["Send", "Schedule"]


def test_a_handler_that_raises_fails_and_names_event_and_line(new):
    with pytest.raises(EventFailed, match="orders@2: LookupError: no such price") as failed:
        new.given(PLACED).when(event("orders", "Raises", order_id="order-1"))
    (note,) = failed.value.__notes__
    path, _, line = note.removeprefix("at ").rpartition(":")
    assert "no such price" in Path(path).read_text().splitlines()[int(line) - 1]


@pytest.mark.parametrize(
    ("type_", "sentence", "there"),
    [
        ("Returns", "orders@2: returns returned int, not actions", "def returns"),
        ("Yields", "orders@2: yields yielded str, which is not an action", "def yields"),
        ("Wrong", "orders@2: Noted goes to the unknown context 'nowhere'", "def wrong"),
    ],
)
def test_what_cannot_be_done_is_refused_as_in_production(new, type_, sentence, there):
    with pytest.raises(EventFailed) as failed:
        new.given(PLACED).when(event("orders", type_, order_id="order-1"))
    assert str(failed.value) == sentence
    path, _, line = failed.value.__notes__[0].removeprefix("at ").rpartition(":")
    assert there in Path(path).read_text().splitlines()[int(line) - 1]


def test_it_does_not_need_pytest():
    code = (
        "import sys\nsys.modules['pytest'] = sys.modules['_pytest'] = None\n"
        "from tests.testing.scenario_kit import PLACED, TAKE, WATCH, shop\n"
        "from pmtui.testing import scenario\n"
        "scenario(shop()).when(PLACED).then(TAKE, WATCH)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
