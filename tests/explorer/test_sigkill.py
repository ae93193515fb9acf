"""Real workers killed by SIGKILL, compared with what handling in memory comes to."""

from pathlib import Path

import pytest

from pmtui.explorer.rehearsal import Rehearsal
from pmtui.explorer.sigkill import sigkill
from pmtui.workers.appfile import AppFile, load

from .story_kit import placed

SHOP = """
import sys
from datetime import timedelta

from pmtui import App, Append, NewEvent, ProcessManager, Schedule, Send, handles

app = App("shop", contexts={"orders": "sqlite:/nowhere/orders.db", "payments": "", "letters": ""})


@app.manager
class Charging(ProcessManager):
    correlate = "order_id"

    @handles("orders", "OrderPlaced", starts=True)
    def charge(self, event, state):
        order = event.data["order_id"]
        yield Send("payments", f"payment-{order}", "TakePayment", {"order_id": order, "where": WHERE})
        yield Schedule("Overdue", after=timedelta(minutes=1))

    @handles("timers", "Overdue")
    def remind(self, event, state):
        yield Append("letters", event.data["order_id"], "Reminder", {})


@app.manager
class Thanking(ProcessManager):
    correlate = "order_id"

    @handles("payments", "PaymentTaken", starts=True)
    def thank(self, event, state):
        state["thanked"] = True
        yield Append("letters", event.data["order_id"], "Thanks", {})


@app.aggregate("payments")
def payment(history, command):
    yield NewEvent("PaymentTaken", command.data)
"""


def app_file(tmp_path: Path, where: str) -> AppFile:
    (tmp_path / "shop.py").write_text(SHOP.replace("WHERE", where))
    return load(str(tmp_path / "shop.py"))


LOGS = {"orders": [placed(1, "order-1"), placed(4, "order-2")]}


def test_real_workers_killed_come_to_the_same_end_with_timers_and_managers_that_feed_one_another(tmp_path):
    found = app_file(tmp_path, "'here'")
    rehearsed = Rehearsal(found.app, LOGS, dict.fromkeys(found.app.contexts, "exact"))
    assert {drain.manager for drain in rehearsed.drains} == {"charging", "thanking"}
    tried: list[str] = []
    killed = sigkill(found, LOGS, {}, 3, lambda point, done: tried.append(point))
    assert (killed.points, killed.violation) == (3, None)
    assert len(set(tried)) == 3
    assert set(tried) <= set(rehearsed.points)


@pytest.mark.parametrize("receiver", ["none", "exact"])
def test_a_crash_in_memory_doubles_what_it_would_double(tmp_path, receiver):
    found = app_file(tmp_path, "'here'")
    receivers = dict.fromkeys(found.app.contexts, receiver)
    crashed = Rehearsal(found.app, LOGS, receivers, "charging:orders@4:acted:0")
    assert crashed.crashed
    taken = crashed.end().streams["payments", "payment-order-2"]
    assert len(taken) == (2 if receiver == "none" else 1)


def test_a_worker_that_does_otherwise_than_memory_is_a_violation_of_its_own(tmp_path):
    found = app_file(tmp_path, "'workers' in sys.argv[0]")
    killed = sigkill(found, LOGS, {}, 1)
    assert killed.violation is not None
    assert killed.violation.kind == "sigkill"
    assert "comes to another end than handling in memory: payment-order-1 in payments" in killed.violation.sentence
