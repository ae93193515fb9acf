"""Timers: when they come due, what cancels them, in which order, and that no crash loses or doubles one."""

import json
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from pmtui import App, Append, Cancel, Complete, ProcessManager, Schedule, handles
from pmtui.handling.clock import VirtualClock, WallClock
from pmtui.handling.errors import EventFailed
from pmtui.model import instant

from .kit import LARGE, at, crash, finish, run, turn

SECOND = 1_000_000


def moment(second: int) -> int:
    return instant.microseconds(instant.parse(at(second)))


def timer_app(by="id", how="act-then-save") -> App:
    """`Began` schedules what its data says, `Stop` cancels, and every timer that is handled leaves a note."""
    app = App("kit", contexts=["a", "x"])

    class Keeper(ProcessManager):
        correlate = by
        delivery = how

        @handles("a", "Began", starts=True)
        def began(self, event, state):
            for type_, seconds in event.data.get("after", {}).items():
                yield Schedule(type_, after=timedelta(seconds=seconds), data=event.data.get("with"))
            for type_, when in event.data.get("at", {}).items():
                yield Schedule(type_, at=instant.parse(when))

        @handles("a", "Stop")
        def stop(self, event, state):
            yield Cancel(event.data.get("type", "Due"))

        @handles("a", "Ended")
        def ended(self, event, state):
            yield Complete()

        @handles("a", "Noticed")
        def noticed(self, event, state):
            yield Append("x", "x-1", "Noticed", {"id": event.data["id"]})

        @handles("timers", "Due")
        @handles("timers", "Overdue")
        def due(self, event, state):
            yield Append("x", "x-1", event.type, event.data)

        @handles("timers", "Again")
        def again(self, event, state):
            state["n"] = state.get("n", 0) + 1
            yield Append("x", "x-1", "Again", {"n": state["n"]})
            if state["n"] < 3:
                yield Schedule("Again", after=timedelta(seconds=60))

    app.manager(Keeper)
    return app


def began(id_: str, second: int, **data) -> tuple:
    return ("Began", {"id": id_, **data}, second)


def other(type_: str, id_: str, second: int, **data) -> tuple:
    return (type_, {"id": id_, **data}, second)


def noted(world) -> list[tuple[str, str]]:
    """What happened, in order, and when by the events' time."""
    return [(row.type, row.recorded_at) for row in world.rows("x")]


def all_of(world, limit=1, until=40_000) -> None:
    """Handle everything, and let time pass to the end."""
    runner = world.runner()
    finish(runner, limit)
    pass_time(runner, until)
    finish(runner, limit)


def pass_time(runner, second: int) -> None:
    runner._clock.reached(moment(second))


def test_after_counts_from_the_event_and_not_from_now(worlds, folder):
    world = worlds(timer_app(), folder)
    world.seed("a", began("1", 5, after={"Due": 60}))
    finish(world.runner())
    (timer,) = world.instance("1").timers.values()
    assert (timer.due, timer.recorded_at, timer.fired) == (moment(65), at(65), None)
    assert run(world.ledger.next_due()) == moment(65)


def test_at_is_an_instant_of_its_own(worlds, folder):
    world = worlds(timer_app(), folder)
    world.seed("a", began("1", 5, at={"Due": "2026-01-05T14:30:00+02:00"}))
    all_of(world)
    assert noted(world) == [("Due", "2026-01-05T14:30:00+02:00")]
    assert world.handled() == [("a@1", "handled"), ("timers@1", "handled")]


def test_a_timer_that_was_due_before_its_event_comes_at_once(worlds, folder):
    world = worlds(timer_app(), folder)
    world.seed("a", began("1", 500, after={"Due": -60}))
    finish(world.runner())
    assert noted(world) == [("Due", at(440))]


def test_no_timer_fires_by_itself_while_the_virtual_clock_stands_still(worlds, folder):
    world = worlds(timer_app(), folder)
    world.seed("a", began("1", 5, after={"Due": 60}))
    runner = world.runner()
    finish(runner)
    assert turn(runner) == []
    pass_time(runner, 64)
    assert turn(runner) == []
    pass_time(runner, 65)
    assert turn(runner)[0] == "timers@1:read"


def test_a_timer_fires_before_a_later_event(worlds, folder):
    world = worlds(timer_app(), folder)
    world.seed("a", began("1", 0, after={"Due": 60}), other("Noticed", "1", 59), other("Noticed", "1", 61))
    finish(world.runner())
    assert noted(world) == [("Noticed", at(59)), ("Due", at(60)), ("Noticed", at(61))]


def test_the_wall_clock_fires_what_is_past(worlds, folder):
    world = worlds(timer_app(), folder)
    tomorrow = instant.write(datetime.now(UTC) + timedelta(days=1))
    world.seed("a", began("1", 0, after={"Due": 60}, at={"Overdue": tomorrow}))
    before = datetime.now(UTC)
    runner = world.runner(clock=WallClock())
    finish(runner)
    ((type_, stamp),) = noted(world)
    assert type_ == "Due"
    assert before - timedelta(milliseconds=1) <= instant.parse(stamp) <= datetime.now(UTC)
    assert runner.next_due == instant.microseconds(instant.parse(tomorrow))


def test_timers_fire_in_the_order_of_their_due_times(worlds, folder):
    world = worlds(timer_app(), folder)
    world.seed("a", *(began(str(n), n, after={"Due": 100 - 7 * n, "Overdue": 50 + n}) for n in range(1, 9)))
    all_of(world)
    assert len(noted(world)) == 16
    times = [instant.parse(stamp) for _, stamp in noted(world)]
    assert times == sorted(times)


def test_more_timers_than_are_fired_at_once(worlds, folder):
    world = worlds(timer_app(), folder)
    world.seed("a", *(began(str(n), 0, after={"Due": 3000 - n}) for n in range(1, 1203)))
    all_of(world, LARGE)
    ids = [json.loads(row.data)["id"] for row in world.rows("x")]
    assert ids == [str(n) for n in range(1202, 0, -1)]


def test_scheduling_again_replaces(worlds, folder):
    world = worlds(timer_app(), folder)
    world.seed("a", began("1", 0, after={"Due": 60}), began("1", 10, after={"Due": 90}))
    all_of(world)
    assert noted(world) == [("Due", at(100))]


@pytest.mark.parametrize("limit", [1, LARGE])
def test_a_cancelled_timer_never_comes_and_the_others_do(worlds, folder, limit):
    world = worlds(timer_app(), folder)
    world.seed(
        "a",
        began("1", 0, after={"Due": 60, "Overdue": 70}),
        began("2", 1, after={"Due": 60}),
        other("Stop", "1", 2),
        other("Stop", "1", 3),  # none pending is no fault
    )
    all_of(world, limit)
    assert noted(world) == [("Due", at(61)), ("Overdue", at(70))]


def test_completing_cancels_all_also_those_scheduled_in_the_same_breath(worlds, folder):
    app = App("kit", contexts=["a", "x"])

    @app.manager
    class Keeper(ProcessManager):
        correlate = "id"

        @handles("a", "Began", starts=True)
        def began(self, event, state):
            yield Schedule("Due", after=timedelta(seconds=1))
            yield Complete()
            yield Schedule("Due", after=timedelta(seconds=2))

        @handles("timers", "Due")
        def due(self, event, state):
            yield Append("x", "x-1", "Due")

    world = worlds(app, folder)
    world.seed("a", began("1", 0))
    all_of(world)
    assert noted(world) == []
    assert world.instance("1").timers == {}


def test_completing_cancels_all(worlds, folder):
    world = worlds(timer_app(), folder)
    world.seed("a", began("1", 0, after={"Due": 60, "Overdue": 70}), other("Ended", "1", 5))
    all_of(world)
    assert noted(world) == []
    assert world.instance("1").timers == {}
    assert run(world.ledger.next_due()) is None


@pytest.mark.parametrize("limit", [1, LARGE])
@pytest.mark.parametrize("how", ["Stop", "Ended"])
def test_what_is_cancelled_after_it_came_due_is_ignored(worlds, folder, how, limit):
    """Both timers come due together; the event that cancels is older, so it is handled before them."""
    world = worlds(timer_app(), folder)
    world.seed("a", began("1", 0, after={"Due": 60}))
    runner = world.runner()
    finish(runner)
    world.seed("a", other(how, "1", 59))
    pass_time(runner, 100)
    finish(runner, limit)
    assert world.handled() == [("a@1", "handled"), ("a@2", "handled"), ("timers@1", "ignored")]
    assert noted(world) == []
    assert world.instance("1").timers == {}


def test_what_is_replaced_after_it_came_due_is_ignored_and_the_new_one_comes(worlds, folder):
    world = worlds(timer_app(), folder)
    world.seed("a", began("1", 0, after={"Due": 60}))
    runner = world.runner()
    finish(runner)
    world.seed("a", began("1", 59, after={"Due": 200}))
    pass_time(runner, 100)
    finish(runner)
    assert world.handled()[-1] == ("timers@1", "ignored")
    pass_time(runner, 300)
    finish(runner)
    assert noted(world) == [("Due", at(259))]


def test_where_the_new_one_came_due_as_well_only_that_one_counts(worlds, folder):
    world = worlds(timer_app(), folder)
    world.seed("a", began("1", 0, after={"Due": 60}))
    runner = world.runner()
    finish(runner)
    world.seed("a", began("1", 50, after={"Due": 5}))
    pass_time(runner, 100)
    finish(runner)
    assert world.handled()[2:] == [("timers@1", "ignored"), ("timers@2", "handled")]
    assert noted(world) == [("Due", at(55))]


def test_a_timer_may_schedule_itself_again(worlds, folder):
    world = worlds(timer_app(), folder)
    world.seed("a", began("1", 0, after={"Again": 60}))
    all_of(world)
    assert noted(world) == [("Again", at(60)), ("Again", at(120)), ("Again", at(180))]


def test_a_timer_has_the_correlation_key_and_its_own_data(worlds, folder):
    world = worlds(timer_app(), folder)
    world.seed("a", began("1", 0, after={"Due": 60}, **{"with": {"n": 5}}), began("2", 1, after={"Due": 60}))
    all_of(world)
    assert [json.loads(row.data) for row in world.rows("x")] == [{"id": "1", "n": 5}, {"id": "2"}]
    (row, _) = run(world.ledger.timers.page(0, 5))
    assert (row.stream, row.version, row.type, row.recorded_at) == ("1", 1, "Due", at(60))
    assert json.loads(row.metadata)["position"] == 1


def test_a_timer_of_a_manager_with_a_naming_method_has_no_key(worlds, folder):
    world = worlds(timer_app(by=lambda self, event: event.data["id"]), folder)
    world.seed("a", began("1", 0, after={"Due": 60}))
    all_of(world)
    assert [json.loads(row.data) for row in world.rows("x")] == [{}]
    assert [row.correlation for row in world.journal()] == ["1", "1"]


def test_a_timer_without_a_handler_is_refused(worlds, folder):
    world = worlds(timer_app(), folder)
    world.seed("a", began("1", 0, after={"Nobody": 60}))
    with pytest.raises(EventFailed, match="a@1: the timer 'Nobody' has no handler"):
        turn(world.runner())


def test_a_timer_beyond_the_calendar_is_refused(worlds, folder):
    world = worlds(timer_app(), folder)
    world.seed("a", began("1", 0, after={"Due": 60 * 60 * 24 * 365 * 9000}))
    with pytest.raises(EventFailed, match="beyond the calendar"):
        turn(world.runner())


def test_the_clock_is_the_latest_that_was_handled_and_outlives_the_worker(worlds, folder):
    world = worlds(timer_app(), folder)
    world.seed("a", began("1", 50, after={"Due": 60}))
    finish(world.runner())
    clock = VirtualClock()
    world.runner(clock=clock)
    assert clock.at == moment(50)


def story(world) -> None:
    world.seed(
        "a",
        began("1", 0, after={"Due": 60, "Overdue": 90}),
        began("2", 1, after={"Again": 30, "Due": 500}),
        other("Stop", "1", 70, type="Overdue"),
        other("Ended", "2", 400),
        other("Noticed", "1", 450),
    )


@pytest.mark.parametrize("n", range(33))
def test_a_crash_at_any_point_changes_no_timer(worlds, folder, n):
    undisturbed, world = worlds(timer_app()), worlds(timer_app(), folder)
    story(undisturbed)
    story(world)
    all_of(undisturbed)
    where = crash(world.runner(), n)
    assert (where is None) == (n >= 32)
    all_of(world)
    assert noted(world) == noted(undisturbed)
    assert [kind for kind, _ in noted(world)] == ["Again", "Due", "Again", "Again", "Noticed"]
    assert world.handled() == undisturbed.handled()
    assert all(count == 1 for count in world.applied("x").values())
    rows = run(world.ledger.timers.page(0, 100))
    assert max(Counter((row.stream, row.recorded_at, row.type) for row in rows).values()) == 1


@pytest.mark.parametrize("n", range(5))
def test_a_crash_in_a_larger_turn_of_timers_doubles_none(worlds, folder, n):
    world = worlds(timer_app(), folder)
    world.seed("a", *(began(str(k), 0, after={"Due": 60 + k}) for k in range(20)))
    runner = world.runner()
    finish(runner, LARGE)
    pass_time(runner, 70)
    crash(runner, n, LARGE)
    all_of(world, LARGE)
    assert [json.loads(row.data)["id"] for row in world.rows("x")] == [str(k) for k in range(20)]


def test_catching_up_in_larger_turns_lets_timers_come_where_life_had_them(worlds, folder):
    one, many = (worlds(timer_app()) for _ in range(2))
    for world, limit in ((one, 1), (many, LARGE)):
        story(world)
        all_of(world, limit)
    assert noted(many) == noted(one)


def test_the_clock_is_the_latest_of_a_larger_turn_where_times_go_back(worlds, folder):
    world = worlds(timer_app(), folder)
    world.seed("a", began("1", 90), began("2", 10))
    clock = VirtualClock()
    finish(world.runner(clock=clock), LARGE)
    assert clock.at == moment(90)
