"""What crashes do to actions: each wrong manager is found, its right twin passes."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from pmtui import Append, Complete, NewEvent, ProcessManager, Send, handles
from pmtui.explorer import Bounds, replay
from pmtui.handling import runner as handling_runner
from pmtui.handling.acting import _Received
from tests.explorer.kit import app_of, events, explored, found


class Acts(ProcessManager):
    name = "acts"
    correlate = "id"

    @dataclass
    class State:
        n: int = 0

    @handles("a", "Began", starts=True)
    def began(self, event, state):
        state.n += 1
        yield Append("x", f"x-{event.data['id']}", "Did", {"n": state.n})


class ActsTwice(ProcessManager):
    name = "acts-twice"
    correlate = "id"

    @handles("a", "Began", starts=True)
    def began(self, event, state):
        yield Append("x", f"x-{event.data['id']}", "Did", {})
        yield Append("x", f"x-{event.data['id']}", "DidMore", {})
        yield Append("b", f"b-{event.data['id']}", "DidElsewhere", {})


class Asks(ProcessManager):
    name = "asks"
    correlate = "id"

    @handles("a", "Began", starts=True)
    def began(self, event, state):
        yield Send("y", f"y-{event.data['id']}", "Do", {})


def naive(history, command):
    yield NewEvent("Did", {})


def idempotent(history, command):
    if not history:
        yield NewEvent("Did", {})


def test_two_hundred_events_in_one_order_have_401_states_and_2801_edges():
    logs = {"a": events("a", *(("Began", str(n % 20)) for n in range(200)))}
    verdict = explored(app_of(Acts), logs, orders="oldest")
    assert (verdict.verdict, verdict.states, verdict.edges) == ("holds", 401, 2801)
    assert verdict.orders == "the oldest first"


@pytest.mark.parametrize("orders", ["oldest", "all", 5])
def test_without_receipts_a_crash_after_acting_doubles_the_action(orders):
    verdict = explored(app_of(Acts), receiver="none", orders=orders)
    assert verdict.verdict == "violated"
    violation = verdict.violation
    assert violation.kind == "doubled"
    assert violation.sentence == ("x@1 Did of a@1 is doubled when the worker is killed after acting and before saving")
    assert len(violation.story) <= 4
    file, _, line = violation.at.rpartition(":")
    assert file == __file__
    assert "def began" in Path(file).read_text().splitlines()[int(line) - 1]


@pytest.mark.parametrize("receiver", ["exact", "high-water"])
@pytest.mark.parametrize("manager", [Acts, ActsTwice])
def test_with_receipts_no_crash_doubles_or_loses_anything(receiver, manager):
    assert explored(app_of(manager), receiver=receiver).verdict == "holds"


def test_an_action_in_the_middle_of_an_event_is_doubled_too():
    violation = explored(app_of(ActsTwice), receiver="none").violation
    assert "after action 1 of 3 and before action 2" in violation.sentence


def test_without_receipts_an_aggregate_that_looks_at_its_history_is_safe():
    assert found(explored(app_of(Asks, aggregate=naive), receiver="none")) == "doubled"
    assert found(explored(app_of(Asks, aggregate=idempotent), receiver="none")) == "holds"


def test_saving_before_acting_loses_the_action():
    class SavesFirst(Acts):
        name = "saves-first"
        delivery = "save-then-act"

    violation = explored(app_of(SavesFirst)).violation
    assert violation.kind == "lost"
    assert violation.sentence == "Did of a@1 is lost when the worker is killed after saving and before acting"


def test_saving_first_with_nothing_to_do_holds():
    class Silent(ProcessManager):
        name = "silent"
        delivery = "save-then-act"
        correlate = "id"

        @handles("a", "Began", starts=True)
        def began(self, event, state):
            yield Complete()

    assert explored(app_of(Silent)).verdict == "holds"


def test_a_receipt_that_is_too_broad_loses_the_second_action(monkeypatch):
    right = _Received.done

    def too_broad(self, act, receiver):
        if any(position == act.position for position, _ in self.receipts):
            return next(iter(self.receipts.values()))
        return right(self, act, receiver)

    monkeypatch.setattr(_Received, "done", too_broad)
    assert found(explored(app_of(ActsTwice))) == "lost"
    assert found(explored(app_of(Acts))) == "holds"


def test_a_pinned_order_taken_away_is_found(monkeypatch):
    class Two(ProcessManager):
        name = "two"
        correlate = "id"
        State = dict

        @handles("a", "Began", starts=True)
        @handles("b", "Went", starts=True)
        def seen(self, event, state):
            state["n"] = state.get("n", 0) + 1
            yield Append("x", f"x-{event.data['id']}", "Saw", {"n": state["n"], "what": event.type})

    logs = {"a": events("a", ("Began", "1")), "b": events("b", ("Went", "1"))}
    assert found(explored(app_of(Two), logs)) == "holds"

    monkeypatch.setattr(handling_runner, "interrupted", lambda *_: None)
    assert explored(app_of(Two), logs).verdict == "violated"


def test_a_violation_can_be_taken_again_step_by_step():
    app = app_of(ActsTwice)
    logs = {"a": events("a", ("Began", "1"), ("Began", "2"))}
    none = dict.fromkeys(app.contexts, "none")
    violation = explored(app, logs, receiver="none").violation
    logs = {"a": [row for row in logs["a"] if row.position in violation.events["a"]]}
    assert replay(app, logs, violation.steps, receivers=none).violation == violation
    mended = replay(app, logs, violation.steps)
    assert mended.violation is None


def test_a_bound_that_is_reached_is_never_a_pass():
    logs = {"a": events("a", *(("Began", "1") for _ in range(600)))}
    verdict = explored(app_of(Acts), logs, orders="oldest", bounds=Bounds(states=300))
    assert verdict.verdict == "incomplete"
    assert "states" in verdict.why
    verdict = explored(app_of(Acts), logs, orders="oldest", bounds=Bounds(seconds=0))
    assert (verdict.verdict, verdict.why) == ("incomplete", "0 seconds")


def test_whoever_watches_hears_how_far_it_has_come():
    heard = []
    logs = {"a": events("a", *(("Began", "1") for _ in range(600)))}
    explored(app_of(Acts), logs, orders="oldest", watch=heard.append)
    assert heard and heard[-1].states > 0 and heard[-1].edges > heard[-1].states
