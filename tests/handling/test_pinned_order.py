"""The first action pins a turn's events and their order; workers that are late, or others, cannot change them."""

import pytest

from pmtui.handling.errors import TurnTaken
from pmtui.model.errors import PmtuiError
from pmtui.storage.errors import Superseded
from pmtui.storage.log import Pin, Run

from .kit import LARGE, at, crash, finish, pair_app, run, steps, turn


def to(runner, point: str, limit: int = 1):
    """A turn that waits at a point, to be gone on with."""
    generator = steps(runner, limit)
    for reached in generator:
        if reached.endswith(point):
            return generator
    raise AssertionError(f"{point} was not reached")


def test_an_older_event_after_the_crash_does_not_come_before_the_interrupted_one(worlds, folder):
    world = worlds(folder=folder)
    world.seed("a", ("Began", "1", 10))
    assert crash(world.runner(), 2) == "a@1:acted:0"
    world.seed("b", ("Went", "1", 5))  # older, and it would have changed what a@1 decides
    runner = world.runner()
    assert turn(runner) == ["a@1:read", "a@1:decided", "a@1:acted:0", "a@1:acted:1", "a@1:acted:2", "a@1:saved"]
    assert runner.turn.repeated
    finish(runner)
    assert world.handled() == [("a@1", "handled"), ("b@1", "handled")]
    assert world.streams()["x/x-1"] == [
        ("Noted", {"seen": ["a@1"]}),
        ("NotedAgain", {"seen": ["a@1"]}),
        ("WentOn", {"seen": ["a@1", "b@1"]}),
    ]


def test_without_an_action_nothing_is_pinned_and_the_older_event_comes_first(worlds, folder):
    world = worlds(folder=folder)
    world.seed("a", ("Began", "1", 10))
    assert crash(world.runner(), 1) == "a@1:decided"
    world.seed("b", ("Went", "1", 5))
    finish(world.runner())
    assert world.handled() == [("b@1", "handled"), ("a@1", "handled")]


@pytest.mark.parametrize("then", [1, LARGE])
def test_an_interrupted_larger_turn_is_repeated_whole_and_as_it_was(worlds, folder, then):
    world = worlds(folder=folder)
    world.seed("a", ("Began", "1", 10), ("Began", "2", 20), ("Other", "2", 21))
    world.seed("b", ("Went", "1", 15))
    assert crash(world.runner(), 2, LARGE) == "a@2:acted:y"
    world.seed("b", ("Went", "2", 16), ("Went", "1", 17))
    runner = world.runner()
    points = turn(runner, then)
    assert points == ["a@2:read", "a@2:decided", "a@2:acted:y", "a@2:acted:x", "a@2:saved"]
    finish(runner, then)
    assert [event for event, _ in world.handled()] == ["a@1", "b@1", "a@2", "b@2", "b@3"]
    assert all(count == 1 for count in world.applied().values())
    assert world.streams()["x/x-2"][-1] == ("WentOn", {"seen": ["a@2", "b@2"]})


def test_what_is_upcoming_after_a_crash_is_the_last_event_of_the_pinned_turn(worlds, folder):
    world = worlds(folder=folder)
    world.seed("a", ("Began", "1", 10), ("Began", "2", 20))
    crash(world.runner(), 2, LARGE)
    world.seed("b", ("Went", "1", 5))
    runner = world.runner()
    picked = run(runner.upcoming())
    assert (picked.source, picked.row.position) == ("a", 2)
    assert turn(runner)[0] == "a@2:read"


def test_the_pin_outlives_many_crashes(worlds, folder):
    world = worlds(folder=folder)
    world.seed("a", ("Began", "1", 10))
    crash(world.runner(), 2)
    world.seed("b", ("Went", "1", 5))
    for n in range(5):
        crash(world.runner(), n)
    finish(world.runner())
    assert world.handled() == [("a@1", "handled"), ("b@1", "handled")]


def test_a_saved_turn_is_not_repeated(worlds, folder):
    world = worlds(folder=folder)
    world.seed("a", ("Began", "1", 10))
    assert crash(world.runner(), 5) == "a@1:saved"
    runner = world.runner()
    assert turn(runner) == []


def without(app, *gone):
    """The same app after its manager no longer handles some events."""
    (manager,) = app.managers.values()
    for each in gone:
        del manager.handlers[each]
    return app


def test_handlers_that_went_away_are_told_while_a_turn_is_pinned(worlds, folder):
    world = worlds(folder=folder)
    world.seed("a", ("Began", "1", 10))
    world.seed("b", ("Went", "1", 15))
    assert crash(world.runner(), 2, LARGE) == "b@1:acted:y"
    changed = world.runner(app=without(pair_app(), ("b", "Went")))
    with pytest.raises(PmtuiError, match=r"1 events of b \(1–1\), now 0 .*bring the handlers back"):
        turn(changed)
    finish(world.runner())  # brought back
    assert world.handled() == [("a@1", "handled"), ("b@1", "handled")]


def test_a_source_that_went_away_is_told_while_a_turn_is_pinned(worlds, folder):
    world = worlds(folder=folder)
    world.seed("a", ("Began", "1", 10))
    world.seed("b", ("Went", "1", 15))
    crash(world.runner(), 2, LARGE)
    changed = world.runner(app=without(pair_app(), ("b", "Went"), ("b", "Closed")))
    with pytest.raises(PmtuiError, match="bring the handlers back"):
        turn(changed)


def test_a_handler_added_between_is_told_when_it_falls_into_the_pinned_events(worlds, folder):
    world = worlds(folder=folder)
    world.seed("b", ("Went", "1", 1), ("Closed", "1", 2), ("Went", "2", 3))
    fewer = without(pair_app(), ("b", "Closed"))
    assert crash(world.runner(app=fewer), 2, LARGE) == "b@3:acted:y"
    with pytest.raises(PmtuiError, match=r"had 2 events of b \(1–3\), now 3"):
        turn(world.runner())


def test_a_worker_that_lost_the_ledger_cannot_save(worlds, folder):
    world = worlds(folder=folder)
    world.seed("a", ("Began", "1", 10))
    stale = to(world.runner(), "acted:2")
    finish(world.runner())
    with pytest.raises(Superseded):
        next(stale)
    assert all(count == 1 for count in world.applied().values())
    assert world.handled() == [("a@1", "handled")]


@pytest.mark.parametrize("receiver", ["exact", "none"])
@pytest.mark.parametrize("where", ["decided", "acted:0"])
def test_a_worker_that_was_overtaken_cannot_act(worlds, folder, where, receiver):
    world = worlds(folder=folder)
    world.seed("a", ("Began", "1", 10), ("Began", "1", 11))
    stale = to(world.runner(receiver), where)
    finish(world.runner(receiver))
    before = world.streams()
    with pytest.raises(Superseded):
        next(stale)
    assert world.streams() == before
    assert [event for event, _ in world.handled()] == ["a@1", "a@2"]


def test_a_worker_that_was_overtaken_cannot_fire_timers_or_move_cursors(worlds, folder):
    world = worlds(folder=folder)
    world.seed("a", ("Other", "1", 10))
    stale = world.runner()
    finish(world.runner())
    with pytest.raises(Superseded):
        turn(stale)
    assert world.cursors() == {"a": 1}


@pytest.mark.parametrize("limit", [1, LARGE])
def test_a_worker_that_sleeps_before_its_first_action_finds_every_context_closed(worlds, folder, limit):
    """Else what it did late would stand under a key that the new worker, seeing an older event first, decides anew."""
    world = worlds(folder=folder)
    world.seed("a", ("Began", "1", 10), ("Began", "2", 12))
    stale = to(world.runner(), "decided", limit)
    new = world.runner()
    world.seed("b", ("Went", "1", 5), ("Went", "2", 11))
    with pytest.raises(Superseded):
        next(stale)
    finish(new, limit)
    assert [event for event, _ in world.handled()] == ["b@1", "a@1", "b@2", "a@2"]
    assert all(count == 1 for count in world.applied().values())


@pytest.mark.parametrize("limit", [1, LARGE])
def test_what_a_worker_did_until_the_new_one_started_is_repeated_and_no_more_comes_of_it(worlds, folder, limit):
    world = worlds(folder=folder)
    world.seed("a", ("Began", "1", 10), ("Began", "2", 12))
    stale = to(world.runner(), "acted:0" if limit == 1 else "acted:y", limit)
    new = world.runner()
    world.seed("b", ("Went", "1", 5))
    with pytest.raises(Superseded):
        next(stale)
    finish(new, limit)
    assert world.handled()[0][0] == "a@1"
    assert all(count == 1 for count in world.applied().values())


@pytest.mark.parametrize("limit", [1, LARGE])
def test_a_turn_that_another_worker_began_otherwise_is_not_touched(worlds, folder, limit):
    world = worlds(folder=folder)
    world.seed("a", ("Began", "1", 10), ("Began", "2", 12))
    runner = world.runner()
    other = Pin(1, runner.state.epoch, (Run("a", 1, 7, 5),))
    run(pin_to(world.logs["y"], other))
    with pytest.raises(TurnTaken):
        turn(runner, limit)
    assert world.rows("y") == []
    assert run(world.logs["y"].pin("kit", "pair")) == other


def test_a_context_that_knows_of_a_later_turn_is_not_touched(worlds, folder):
    world = worlds(folder=folder)
    world.seed("a", ("Began", "1", 10))
    runner = world.runner()
    run(pin_to(world.logs["x"], Pin(2, 0, (Run("a", 1, 1, 1),))))
    with pytest.raises(Superseded):
        turn(runner)
    assert world.rows("x") == []


async def pin_to(log, pin: Pin) -> None:
    async with log.transaction() as transaction:
        await transaction.set_pin("kit", "pair", pin)


def test_after_a_clean_end_there_is_nobody_to_close_the_contexts_to(worlds, folder):
    world = worlds(folder=folder)
    runner = world.runner()
    run(world.ledger.note(runner.state.epoch, "stopped", "", at(0), clean=True))
    world.runner()
    assert all(run(log.pin("kit", "pair")) is None for log in world.logs.values())


def test_closing_the_contexts_keeps_what_they_know_of_the_turn(worlds, folder):
    world = worlds(folder=folder)
    world.seed("a", ("Began", "1", 10))
    crash(world.runner(), 2)
    before = run(world.logs["x"].pin("kit", "pair"))
    world.runner()
    assert run(world.logs["x"].pin("kit", "pair")) == Pin(before.turn, 2, before.runs)
    assert run(world.logs["y"].pin("kit", "pair")) == Pin(0, 2, ())
