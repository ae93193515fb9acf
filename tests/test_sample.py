"""The bundled shop: the stories that its logs tell, and what the lab's opening relies on."""

import contextlib
import json

import pytest

from pmtui.handling.clock import VirtualClock
from pmtui.handling.drive import run
from pmtui.handling.runner import Runner
from pmtui.model import instant
from pmtui.storage.cloudevents import import_events
from pmtui.storage.folder import DataFolder, sample_folder
from pmtui.storage.ledger import actions_of
from pmtui.storage.memory.ledger import MemoryLedger
from pmtui.storage.sqlite.log import SqliteLog
from pmtui.workers.appfile import load

MIDDAY = instant.microseconds(instant.parse("2026-03-02T12:00:00Z"))


class Shop:
    """The shop with its logs in a scratch folder, every manager run in the time of the events."""

    def __init__(self, folder, opened, receiver):
        sample = sample_folder()
        self.app = load(str(sample / "shop.py")).app
        self.logs = {}
        self.runners = {}
        self.clocks = {}
        self.ledgers = {}
        for name in self.app.contexts:
            log = SqliteLog.open(name, folder / f"{name}.db", create=True)
            opened.callback(log.close)
            events = DataFolder(sample / "data").events_file(name)
            if events is not None:
                import_events(log, events)
            self.logs[name] = log
        for name, manager in self.app.managers.items():
            self.ledgers[name] = MemoryLedger(self.app.name, name)
            self.clocks[name] = VirtualClock()
            self.runners[name] = Runner(
                self.app,
                manager,
                logs=self.logs,
                ledger=self.ledgers[name],
                clock=self.clocks[name],
                receivers=dict.fromkeys(self.logs, receiver),
            )
            run(self.runners[name].start(1, "2026-03-02T09:00:00Z"))

    def turn(self, manager):
        """One event of a manager; whether there was one."""

        async def take():
            return [str(point) async for point in self.runners[manager].take(1)]

        return run(take())

    def finish(self):
        """Until nothing is left, taking turns."""
        while [points for name in self.runners if (points := self.turn(name))]:
            pass

    def pass_time(self):
        """On to noon, so that every timer comes due."""
        for clock in self.clocks.values():
            clock.reached(MIDDAY)
        self.finish()

    def rows(self, context):
        return run(self.logs[context].page(0, 1000))

    def story(self, number):
        """What became of one order: event types by context, without `orders`."""
        found = {}
        for context in ("payments", "shipping", "notifications"):
            types = [r.type for r in self.rows(context) if json.loads(r.data)["order_id"] == f"order-{number}"]
            if types:
                found[context] = types
        return found


@pytest.fixture
def shop(tmp_path):
    with contextlib.ExitStack() as opened:
        yield Shop(tmp_path, opened, "exact")


@pytest.fixture
def receiptless(tmp_path):
    with contextlib.ExitStack() as opened:
        yield Shop(tmp_path, opened, "none")


def test_the_first_event_is_an_order_whose_handling_takes_one_action_on_a_log(shop):
    points = shop.turn("fulfilment")
    assert points == [f"fulfilment:orders@1:{phase}" for phase in ("read", "decided", "acted:0", "saved")]
    (row,) = shop.ledgers["fulfilment"].state.journal
    assert [(each.kind, each.context) for each in actions_of(row.actions) if each.context] == [("send", "payments")]
    assert [row.type for row in shop.rows("payments")] == ["PaymentTaken"]


def test_a_crash_after_the_first_action_takes_the_money_twice_without_receipts(receiptless, tmp_path):
    async def killed():
        turn = receiptless.runners["fulfilment"].take(1)
        async for point in turn:
            if point.phase == "acted":
                await turn.aclose()
                return

    run(killed())
    run(receiptless.runners["fulfilment"].start(2, "2026-03-02T09:00:00Z"))
    receiptless.turn("fulfilment")
    assert [(row.position, row.type) for row in receiptless.rows("payments")] == [
        (1, "PaymentTaken"),
        (2, "PaymentTaken"),
    ]


def test_the_orders_have_gaps_and_only_they_come_from_outside(shop):
    assert [row.position for row in shop.rows("orders")][:7] == [1, 2, 3, 6, 7, 8, 10]
    assert len({json.loads(row.data)["order_id"] for row in shop.rows("orders")}) >= 7
    assert all(not shop.rows(context) for context in ("payments", "shipping", "notifications"))


STORIES = {
    "paid and shipped": (1, {"payments": ["PaymentTaken"], "shipping": ["ShipmentRequested"]}),
    "over the card's limit": (2, {"payments": ["PaymentDeclined"], "notifications": ["DeclineNoticeSent"]}),
    "cancelled after payment": (
        3,
        {
            "payments": ["PaymentTaken", "PaymentRefunded"],
            "shipping": ["ShipmentRequested", "ShipmentStopped"],
            "notifications": ["RefundNoticeSent"],
        },
    ),
    "overdue": (4, {"notifications": ["ReminderSent"]}),
    "out of stock": (
        5,
        {
            "payments": ["PaymentTaken", "PaymentRefunded"],
            "shipping": ["OutOfStock"],
            "notifications": ["ApologySent", "RefundNoticeSent"],
        },
    ),
    "an expired card": (7, {"payments": ["PaymentDeclined"], "notifications": ["DeclineNoticeSent"]}),
    "overdue, then cancelled": (8, {"notifications": ["ReminderSent"]}),
}


@pytest.mark.parametrize(("number", "story"), STORIES.values(), ids=STORIES)
def test_each_order_has_its_story(shop, number, story):
    shop.finish()
    shop.pass_time()
    assert shop.story(number) == story


def test_timers_fire_among_the_orders(shop):
    shop.finish()
    handled = [row.source for row in shop.ledgers["fulfilment"].state.journal]
    assert "timers" in handled[: -1 - handled[::-1].index("orders")]


def test_the_order_of_the_managers_makes_no_difference_to_any_order(tmp_path):
    ends = []
    for first in ("fulfilment", "refunds"):
        (tmp_path / first).mkdir()
        with contextlib.ExitStack() as opened:
            shop = Shop(tmp_path / first, opened, "exact")
            while shop.turn(first):
                pass
            shop.finish()
            shop.pass_time()
            ends.append([shop.story(number) for number in range(1, 11)])
    assert ends[0] == ends[1]


def test_a_transfer_that_arrives_after_all_is_shipped_and_a_delivery_ends_the_process(shop):
    shop.finish()
    shop.pass_time()

    async def outside(context, stream, type_, data):
        from pmtui.storage.log import Draft  # noqa: PLC0415

        async with shop.logs[context].transaction() as transaction:
            version = (await transaction.versions([stream])).get(stream, 0) + 1
            draft = Draft("outside", stream, version, type_, json.dumps(data), "{}", "2026-03-02T13:00:00Z")
            await transaction.append([draft])

    run(outside("payments", "payment-order-4", "PaymentTaken", {"order_id": "order-4", "amount": 340}))
    shop.finish()
    assert shop.story(4)["shipping"] == ["ShipmentRequested"]
    run(outside("shipping", "shipment-order-4", "ShipmentDelivered", {"order_id": "order-4"}))
    shop.finish()
    assert shop.story(4)["notifications"] == ["ReminderSent", "ThanksSent"]
    (instance,) = run(shop.ledgers["fulfilment"].instances(["order-4"])).values()
    assert instance.status == "completed"
