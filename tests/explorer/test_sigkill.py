"""Real workers killed by SIGKILL, compared with what handling in memory comes to."""

from pathlib import Path

import pytest

from pmtui.explorer.merged import kills_of, merged
from pmtui.explorer.rehearsal import Kill, Rehearsal
from pmtui.explorer.sigkill import sigkill
from pmtui.explorer.verdict import Step
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
    assert killed.violation is None
    assert killed.points > len(tried) == 3  # some stories have several crashes


def test_the_sample_is_of_stories_that_lead_to_a_state_met_before_always_the_same_ones(tmp_path):
    app = app_file(tmp_path, "'here'").app
    receivers = dict.fromkeys(app.contexts, "exact")
    stories = merged(app, LOGS, receivers, 50)
    assert stories == merged(app, LOGS, receivers, 50)
    crashes = [[kill for kill in story if not kill.point.endswith(":saved")] for story in stories]
    assert max(map(len, crashes)) > 1
    assert {kill.manager for story in stories for kill in story} == {"charging", "thanking"}
    assert any(kill.waits for story in stories for kill in story)
    assert all(Rehearsal(app, LOGS, receivers, story).killed for story in stories)
    ends = [Rehearsal(app, LOGS, receivers, story).end() for story in stories]
    assert all(end.instances == ends[0].instances for end in ends)


def test_turns_that_one_manager_takes_undisturbed_need_one_worker():
    def step(what, manager, point, *, fires=False):
        return Step(what, manager, ("a",), point, fires)

    steps = [
        step("handled", "m", "m:a@1:saved"),
        step("crash", "m", "m:a@2:acted:0"),
        step("handled", "m", "m:a@2:saved"),
        step("handled", "m", "m:a@3:saved"),
        step("handled", "n", "n:x@1:saved"),
        step("handled", "m", "m:timers@1:saved", fires=True),
    ]
    assert kills_of(steps) == (
        Kill("m", "m:a@2:acted:0"),
        Kill("m", "m:a@3:saved"),
        Kill("n", "n:x@1:saved"),
        Kill("m", "m:timers@1:saved", waits=True),
    )


@pytest.mark.parametrize("receiver", ["none", "exact"])
def test_a_crash_in_memory_doubles_what_it_would_double(tmp_path, receiver):
    found = app_file(tmp_path, "'here'")
    receivers = dict.fromkeys(found.app.contexts, receiver)
    crashed = Rehearsal(found.app, LOGS, receivers, (Kill("charging", "charging:orders@4:acted:0"),))
    assert crashed.killed
    taken = crashed.end().streams["payments", "payment-order-2"]
    assert len(taken) == (2 if receiver == "none" else 1)


def test_a_worker_that_does_otherwise_than_memory_is_a_violation_of_its_own(tmp_path):
    found = app_file(tmp_path, "'workers' in sys.argv[0]")
    killed = sigkill(found, LOGS, {}, 1)
    assert killed.violation is not None
    assert killed.violation.kind == "sigkill"
    assert "comes to another end than handling in memory: payment-order-1 in payments" in killed.violation.sentence
