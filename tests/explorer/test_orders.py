"""All orders of sources, timers, arrivals and managers; turns of several sizes; the user's own checks."""

from dataclasses import dataclass
from datetime import timedelta

import pytest

from pmtui import Append, Cancel, Complete, NewEvent, ProcessManager, Schedule, Send, handles
from pmtui.explorer import Bounds, explore, outside, replay
from pmtui.model.errors import DefinitionError
from tests.explorer.kit import app_of, at, events, explored, found

TWO = {"a": events("a", ("Began", "1", 1)), "b": events("b", ("Went", "1", 2))}


class Hearing(ProcessManager):
    """Hears two sources."""

    correlate = "id"

    @handles("a", "Began", starts=True)
    @handles("b", "Went", starts=True)
    def heard(self, event, state):
        yield from self.says(event, state)


class Last(Hearing):
    """What it says depends on which source came first."""

    name = "last"

    def says(self, event, state):
        state.setdefault("seen", []).append(event.type)
        yield Append("x", f"x-{event.data['id']}", "Saw", {"seen": list(state["seen"])})


class Both(Hearing):
    """It says the same once both are there."""

    name = "both"

    def says(self, event, state):
        state[event.type] = True
        if len(state) == 2:
            yield Append("x", f"x-{event.data['id']}", "Complete", {})


class Fragile(ProcessManager):
    """Fails when `b` comes before `a`."""

    name = "fragile"
    correlate = "id"

    @handles("a", "Began", starts=True)
    def began(self, event, state):
        state["order"] = 1

    @handles("b", "Went", starts=True)
    def went(self, event, state):
        yield Append("x", "x", "Did", {"order": state["order"]})


def test_ends_that_differ_by_the_order_of_the_sources_are_found_if_asked_for():
    assert found(explored(app_of(Last), TWO)) == "holds"
    violation = explored(app_of(Last), TWO, order_independent=True).violation
    assert violation.kind == "order"
    assert violation.sentence == "x-1 in x ends otherwise in another order of the sources"
    assert found(explored(app_of(Both), TWO, order_independent=True)) == "holds"


def test_a_handler_that_fails_in_one_order_only_is_found_in_all_orders():
    assert found(explored(app_of(Fragile), TWO, orders="oldest")) == "holds"
    violation = explored(app_of(Fragile), TWO).violation
    assert violation.kind == "stuck"
    assert violation.sentence == "b@1: KeyError: 'order'"
    assert replay(app_of(Fragile), TWO, violation.steps).violation == violation


def test_random_orders_find_it_too_given_enough_of_them():
    assert found(explored(app_of(Fragile), TWO, orders=20)) == "stuck"
    verdict = explored(app_of(Both), TWO, orders=20)
    assert (verdict.verdict, verdict.orders) == ("holds", "20 orders")


class Trips(ProcessManager):
    """It remembers the order of all it saw, and fails where `b` comes first right after the thirtieth of `a`."""

    name = "trips"
    correlate = "id"

    @handles("a", "Began", starts=True)
    @handles("b", "Went", starts=True)
    def seen(self, event, state):
        seen = state["seen"] = state.get("seen", "") + event.context
        if seen == "a" * 30 + "b":
            raise ValueError("thirty")


MANY = {
    "a": events("a", *(("Began", "1", 2 * n) for n in range(60))),
    "b": events("b", *(("Went", "1", 2 * n + 1) for n in range(60))),
}


def test_a_fault_that_takes_one_switch_is_found_where_the_whole_does_not_close():
    verdict = explored(app_of(Trips), MANY, bounds=Bounds(states=3_000))
    assert verdict.violation.sentence == "b@1: ValueError: thirty"
    assert replay(app_of(Trips), MANY, verdict.violation.steps).violation == verdict.violation


def test_what_does_not_close_is_incomplete_and_all_that_was_looked_at_counts():
    verdict = explored(app_of(Last), MANY, bounds=Bounds(states=1_000))
    assert (verdict.verdict, verdict.why) == ("incomplete", "1,000 states")
    assert 800 < verdict.states <= 1_100


class Reminds(ProcessManager):
    name = "reminds"
    correlate = "id"

    @dataclass
    class State:
        went: bool = False

    @handles("a", "Began", starts=True)
    def began(self, event, state):
        yield Schedule("Late", after=timedelta(hours=1))

    @handles("b", "Went")
    def went(self, event, state):
        state.went = True

    @handles("timers", "Late")
    def late(self, event, state):
        if not state.went:
            yield Append("x", "x", "Reminded", {})
        yield Append("x", "x", "Ended", {})


class Cancels(Reminds):
    name = "cancels"

    @handles("b", "Went")
    def went(self, event, state):
        yield Cancel("Late")


def test_a_timer_may_fire_before_an_event_that_came_earlier():
    app = app_of(Reminds)

    @app.invariant
    def never_reminded(world):
        assert not [event for event in world.log("x") if event.type == "Reminded"], "reminded of what had come"

    assert found(explored(app, TWO, orders="oldest")) == "holds"
    violation = explored(app, TWO).violation
    assert (violation.kind, violation.sentence) == ("invariant", "never_reminded: reminded of what had come")
    assert violation.at.startswith(__file__)


@pytest.mark.parametrize("receiver", ["exact", "high-water"])
@pytest.mark.parametrize("manager", [Reminds, Cancels])
def test_timers_are_neither_lost_nor_doubled(manager, receiver):
    verdict = explored(app_of(manager), TWO, receiver)
    assert verdict.verdict == "holds"
    assert verdict.unreached == ()


def test_a_timer_that_sets_itself_again_is_no_pass():
    class Again(Reminds):
        name = "again"

        @handles("timers", "Late")
        def late(self, event, state):
            yield Schedule("Late", after=timedelta(hours=1))

    assert explored(app_of(Again), TWO, bounds=Bounds(states=500)).verdict == "incomplete"


class Talks(ProcessManager):
    """Sends to `y`, and listens to what happens there."""

    name = "talks"
    correlate = "id"

    @handles("a", "Began", starts=True)
    def began(self, event, state):
        yield Send("y", f"y-{event.data['id']}", "Do", {"id": event.data["id"]})

    @handles("y", "Done")
    @handles("y", "Stopped")
    def done(self, event, state):
        yield Append("x", "x", f"Heard{event.type}", {})


def does(history, command):
    if not any(event.type == "Stopped" for event in history):
        yield NewEvent("Done", command.data)


def test_an_event_from_outside_arrives_before_and_after_what_the_manager_does_in_the_same_log():
    app = app_of(Talks, aggregate=does)
    logs = {"a": events("a", ("Began", "1")), "y": events("y", ("Stopped", "1"))}
    seen = set()

    @app.eventually
    def collects(world):
        seen.add(tuple(event.type for event in world.log("y")))

    assert explored(app, logs).verdict == "holds"
    assert seen == {("Stopped",), ("Done", "Stopped")}


def test_events_that_the_managers_caused_are_not_from_outside():
    app = app_of(Talks, aggregate=does)
    theirs = '{"app":"kit","manager":"talks","source":"a","position":1,"ordinal":0,"correlation":"1"}'
    mine, other = events("y", ("Done", "1"), ("Stopped", "1"))
    kept = outside(app, [mine._replace(metadata=theirs), other])
    assert kept == [other._replace(version=1)]


class Counts(ProcessManager):
    name = "counts"
    correlate = "id"

    @handles("a", "Began", starts=True)
    def began(self, event, state):
        yield Append("b", f"b-{event.data['id']}", "Went", {"id": event.data["id"]})


class Fed(ProcessManager):
    name = "fed"
    correlate = "id"

    @handles("b", "Went", starts=True)
    def went(self, event, state):
        yield Append("x", "x", "Did", {})
        yield Complete()


def test_managers_that_feed_one_another_are_explored_together():
    logs = {"a": events("a", ("Began", "1"))}
    assert found(explored(app_of(Counts, Fed), logs)) == "holds"
    violation = explored(app_of(Counts, Fed), logs, receiver="none").violation
    assert violation.kind == "doubled"
    app = app_of(Counts, Fed)

    violation = explore(app, logs, receivers={"x": "none"}).violation
    assert violation.sentence.startswith("x@1 Did of b@1 is doubled")
    assert violation.manager == "fed"


class Pairs(ProcessManager):
    """Every event goes to one of two contexts, by turns."""

    name = "pairs"
    correlate = "id"

    @handles("a", "Began", starts=True)
    def began(self, event, state):
        yield Append("x", f"x-{event.position}", "Did", {})

    @handles("a", "Went", starts=True)
    def went(self, event, state):
        yield Append("b", f"b-{event.position}", "Did", {})


def test_what_only_a_turn_of_three_events_shows_is_found():
    app = app_of(Pairs)
    logs = {"a": events("a", ("Began", "1"), ("Went", "1"), ("Began", "1"))}

    @app.invariant
    def in_step(world):
        assert len(world.log("x")) <= len(world.log("b")) + 1, "x is two ahead of b"

    assert found(explored(app, logs, orders="oldest")) == "holds"
    violation = explored(app, logs).violation
    assert violation.sentence == "in_step: x is two ahead of b"
    assert len(violation.steps[-1].sources) == 3


def test_what_no_story_reached_and_what_saw_no_data_is_listed():
    app = app_of(Talks, aggregate=lambda history, command: ())

    @app.invariant
    def nothing_odd(world):
        assert all(event.type != "Odd" for event in world.log("x"))

    @app.sometimes
    def something_done(world):
        return world.log("y")

    @app.sometimes
    def something_begun(world):
        return world.instances("talks")

    verdict = explored(app)
    assert verdict.verdict == "holds"
    assert verdict.unreached == ("talks.done",)
    assert verdict.blind == ("nothing_odd", "something_done")


def test_what_must_hold_at_the_end_is_checked_at_every_end():
    app = app_of(Both)

    @app.eventually
    def all_complete(world):
        for name, instance in world.instances("both").items():
            assert instance.state == {"Began": True, "Went": True}, f"{name} waits for ever"

    assert found(explored(app, TWO)) == "holds"
    violation = explored(app, {"a": TWO["a"]}).violation
    assert (violation.kind, violation.sentence) == ("eventually", "all_complete: 1 waits for ever")


def test_a_failing_assert_without_words_is_told_by_its_line():
    app = app_of(Both)

    @app.invariant
    def nothing(world):
        assert not world.log("x")

    assert explored(app, TWO).violation.sentence == 'nothing: not world.log("x")'


@pytest.mark.parametrize(
    "function",
    [None, int, lambda: None, lambda a, b: None],
)
def test_a_check_that_cannot_be_called_is_refused_at_once(function):
    app = app_of(Both)
    for mark in (app.invariant, app.eventually, app.sometimes):
        with pytest.raises(DefinitionError):
            mark(function)


def test_two_checks_of_one_name_or_one_that_never_runs_are_refused():
    app = app_of(Both)

    @app.invariant
    def same(world): ...

    with pytest.raises(DefinitionError, match="two checks called same"):
        app.eventually(same)

    async def later(world): ...

    def yields(world):
        yield

    for function in (later, yields):
        with pytest.raises(DefinitionError):
            app.invariant(function)


def test_times_that_go_back_in_a_log_are_explored_too():
    logs = {"a": events("a", ("Began", "1", 5), ("Began", "2", 1)), "b": events("b", ("Went", "1", 3))}
    assert at(5) > at(1)
    assert found(explored(app_of(Both), logs)) == "holds"
    assert found(explored(app_of(Fragile), logs)) == "stuck"


class Reads(ProcessManager):
    """Goes by a position, which depends on what else was appended first."""

    name = "reads"
    correlate = "id"

    @handles("b", "Went", starts=True)
    def went(self, event, state):
        if event.position == 2:
            raise ValueError("at position 2")


class Feeds(ProcessManager):
    name = "feeds"
    correlate = "id"

    @handles("a", "Began", starts=True)
    def began(self, event, state):
        yield Append("b", f"b-{event.data['id']}", "Went", {"id": event.data["id"]})

    @handles("y", "Done", starts=True)
    def done(self, event, state):
        yield Append("b", "other", "Other", {"id": event.data["id"]})


def test_a_handler_that_looks_at_positions_is_shown_every_position():
    logs = {"a": events("a", ("Began", "1")), "y": events("y", ("Done", "1"))}
    assert explored(app_of(Feeds, Reads), logs).violation.sentence == "b@2: ValueError: at position 2"


class Numbers(Feeds):
    """Looks at positions, and at nothing that comes of it."""

    name = "feeds"

    @handles("b", "Went", starts=True)
    def went(self, event, state):
        state["seen"] = True
        yield Append("x", "x", "Did", {"positive": event.position > 0})


class Positive(Feeds):
    name = "feeds"

    @handles("b", "Went", starts=True)
    def went(self, event, state):
        state["seen"] = True
        yield Append("x", "x", "Did", {"positive": True})


def test_positions_that_no_handler_looks_at_make_no_states():
    logs = {"a": events("a", ("Began", "1")), "y": events("y", ("Done", "1"))}
    looking, other = (explored(app_of(manager), logs) for manager in (Numbers, Positive))
    assert (looking.verdict, other.verdict) == ("holds", "holds")
    assert other.states < looking.states
