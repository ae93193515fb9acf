"""Which events make a turn and in what order, what a failing one leaves behind, and what must not have gone back."""

import shutil

import pytest

from pmtui import App, Append, NewEvent, ProcessManager, Send, handles
from pmtui.handling.errors import EventFailed
from pmtui.storage.errors import WentBack
from pmtui.storage.log import Draft, Pin

from .kit import DELIVERIES, LARGE, RECEIVERS, at, crash, finish, pair_app, run, turn


class Mood:
    """What handlers and aggregates of the app below trip over, until it is mended."""

    def __init__(self) -> None:
        self.handler: set[int] = set()
        self.aggregates: dict[str, set[int]] = {"x": set(), "y": set()}


def moody_app(mood: Mood, how: str = "act-then-save") -> App:
    """Sends one command to each of two contexts, appends one event, and fails for the numbers it is told."""
    app = App("kit", contexts=["a", "b", "x", "y"])

    class Pair(ProcessManager):
        correlate = "id"
        delivery = how

        @handles("a", "Began", starts=True)
        def began(self, event, state):
            if event.position in mood.handler:
                raise ValueError(f"no {event.position}")
            yield Send("x", f"x-{event.data['id']}", "Count", {"n": event.position})
            yield Send("y", f"y-{event.data['id']}", "Count", {"n": event.position})
            yield Append("b", f"b-{event.data['id']}", "Noted", {"n": event.position})

    app.manager(Pair)

    def counting(context):
        def count(history, command):
            if command.data["n"] in mood.aggregates[context]:
                raise ArithmeticError(f"{context} refuses {command.data['n']}")
            yield NewEvent("Counted", {"n": command.data["n"], "before": len(history)})

        return count

    for context in ("x", "y"):
        app.aggregate(context)(counting(context))
    return app


def began(count: int, first: int = 1) -> list[tuple]:
    return [("Began", str(n % 3), n) for n in range(first, first + count)]


def once(world, count: int) -> bool:
    """Whether each of so many events was handled once, and each of its actions taken once."""
    wanted = {("a", n, ordinal, context): 1 for n in range(1, count + 1) for ordinal, context in enumerate("xyb")}
    assert [event for event, _ in world.handled()] == [f"a@{n}" for n in range(1, count + 1)]
    assert dict(world.applied("x", "y", "b")) == wanted
    return True


def fails(world, receiver, limit, where) -> EventFailed:
    with pytest.raises(EventFailed) as caught:
        finish(world.runner(receiver), limit)
    assert caught.value.where == where
    return caught.value


@pytest.mark.parametrize("limit", [1, LARGE])
@pytest.mark.parametrize("receiver", RECEIVERS)
@pytest.mark.parametrize("delivery", DELIVERIES)
@pytest.mark.parametrize("broken", ["handler", "x", "y"])
@pytest.mark.parametrize("bad", [1, 4, 6])
def test_a_failing_event_stops_the_manager_and_nothing_is_lost_or_doubled(
    worlds, folder, broken, bad, delivery, receiver, limit
):
    mood = Mood()
    world = worlds(moody_app(mood, delivery), folder)
    world.seed("a", *began(6))
    (mood.handler if broken == "handler" else mood.aggregates[broken]).add(bad)
    failed = fails(world, receiver, limit, f"a@{bad}")
    assert __file__ in failed.place
    assert int(failed.place.rsplit(":", 1)[1]) > 0
    assert str(bad) in failed.sentence
    assert "Error" in failed.sentence
    assert failed.trace[-1].startswith(("ValueError", "ArithmeticError"))
    assert [event for event, _ in world.handled()] == [f"a@{n}" for n in range(1, bad)]
    fails(world, receiver, limit, f"a@{bad}")  # and again, for it is not mended
    mood.__init__()
    finish(world.runner(receiver), limit)
    assert once(world, 6)


@pytest.mark.parametrize("broken", ["x", "y", "handler"])
@pytest.mark.parametrize("n", range(6))
def test_a_turn_that_fails_after_a_crash_is_repeated_whole_once_it_is_mended(worlds, folder, broken, n):
    first_fine = {"x": 2, "y": 3, "handler": 5}  # after acted:x, acted:y, saved
    mood = Mood()
    world = worlds(moody_app(mood), folder)
    world.seed("a", *began(6))
    crash(world.runner(), n, LARGE)
    (mood.handler if broken == "handler" else mood.aggregates[broken]).add(4)
    for _ in range(2):
        if n >= first_fine[broken]:
            finish(world.runner(), LARGE)  # what fails was done before the crash
        else:
            fails(world, "exact", LARGE, "a@4")
            assert len(world.handled()) == (3 if n < 2 else 0)
    mood.__init__()
    finish(world.runner(), LARGE)
    assert once(world, 6)


def events_of(points: list[list[str]]) -> list[str]:
    return [turn[0].split(":")[0] for turn in points]


def test_the_oldest_event_comes_first_and_ties_go_by_declaration(worlds, folder):
    world = worlds(folder=folder)
    world.seed("b", ("Went", "1", 2), ("Went", "1", 5), ("Went", "1", 6))
    world.seed("a", ("Began", "1", 3), ("Began", "1", 5), ("Began", "1", 9))
    assert events_of(finish(world.runner())) == ["b@1", "a@1", "a@2", "b@2", "b@3", "a@3"]


def test_times_are_compared_as_instants_whatever_their_zone(worlds, folder):
    world = worlds(folder=folder)
    append(world, "a", Draft("1", "s", 1, "Began", '{"id":"1"}', "{}", "2026-01-05T12:00:00+02:00"))  # 10:00 UTC
    append(world, "b", Draft("1", "s", 1, "Went", '{"id":"1"}', "{}", "2026-01-05T11:00:00Z"))
    assert events_of(finish(world.runner())) == ["a@1", "b@1"]


def test_each_source_keeps_its_own_order_even_where_times_do_not(worlds, folder):
    world = worlds(folder=folder)
    world.seed("a", ("Began", "1", 9), ("Began", "1", 1))
    world.seed("b", ("Went", "1", 5))
    assert events_of(finish(world.runner())) == ["b@1", "a@1", "a@2"]


def test_a_source_that_has_nothing_is_not_waited_for(worlds, folder):
    world = worlds(folder=folder)
    runner = world.runner()
    assert turn(runner) == []
    world.seed("b", ("Went", "1", 9))
    assert events_of(finish(runner)) == ["b@1"]
    world.seed("a", ("Began", "1", 1))
    assert events_of(finish(runner)) == ["a@1"]


def append(world, context: str, *drafts: Draft) -> None:
    async def go():
        async with world.logs[context].transaction() as transaction:
            await transaction.append(drafts)

    run(go())


@pytest.mark.parametrize("limit", [1, LARGE])
def test_events_that_no_handler_names_are_passed_without_being_counted(worlds, folder, limit):
    world = worlds(folder=folder)
    world.seed("a", ("Other", "1", 1), ("Began", "1", 2), ("Other", "1", 3), ("Other", "1", 4))
    runner = world.runner()
    assert len(turn(runner, limit)) > 0
    finish(runner, limit)
    assert world.cursors() == {"a": 4}
    assert world.handled() == [("a@2", "handled")]
    counters = run(world.ledger.load()).counters
    assert (counters.handled, counters.ignored) == (1, 0)


def test_the_cursor_never_goes_beyond_what_was_taken_while_something_is_left(worlds, folder):
    world = worlds(folder=folder)
    world.seed("a", ("Began", "1", 1), ("Other", "1", 2), ("Began", "1", 3))
    runner = world.runner()
    turn(runner)
    assert world.cursors()["a"] == 1
    turn(runner)
    assert world.cursors()["a"] == 3


def test_gaps_in_positions_are_neither_waited_for_nor_filled(worlds, tmp_path):
    world = worlds(folder=tmp_path)
    world.seed("a", *began(6))
    world.logs["a"].database.connection.execute("DELETE FROM events WHERE position IN (1, 4, 5)")
    finish(world.runner(), LARGE)
    assert world.handled() == [("a@2", "handled"), ("a@3", "handled"), ("a@6", "handled")]
    assert world.cursors() == {"a": 6}


def test_a_gap_in_the_middle_of_an_interrupted_turn_is_no_fault(worlds, tmp_path):
    world = worlds(folder=tmp_path)
    world.seed("a", *began(6))
    world.logs["a"].database.connection.execute("DELETE FROM events WHERE position IN (1, 4, 5)")
    crash(world.runner(), 3, LARGE)
    finish(world.runner(), LARGE)
    assert world.handled() == [("a@2", "handled"), ("a@3", "handled"), ("a@6", "handled")]
    assert all(count == 1 for count in world.applied().values())


def test_a_turn_takes_at_most_five_hundred_and_pages_do_not_show(worlds, folder):
    world = worlds(folder=folder)
    world.seed("a", *(("Began", str(n), n) for n in range(1, 1203)))
    turns = finish(world.runner(), LARGE)
    assert [points[-1] for points in turns] == ["a@500:saved", "a@1000:saved", "a@1202:saved"]
    assert len(world.journal()) == 1202
    assert [row.turn for row in world.journal()] == [1] * 500 + [2] * 500 + [3] * 202
    assert all(count == 1 for count in world.applied().values())
    assert world.applied().total() == 1202 * 3


def test_a_page_full_of_unhandled_events_does_not_hide_what_comes_after(worlds, folder):
    world = worlds(folder=folder)
    world.seed("a", *(("Other", "1", 1) for _ in range(1100)), ("Began", "1", 2))
    assert events_of(finish(world.runner(), LARGE)) == ["a@1101"]
    assert world.cursors() == {"a": 1101}


def test_a_larger_turn_spans_all_sources_in_the_order_of_life(worlds, folder):
    world = worlds(folder=folder)
    world.seed("a", ("Began", "1", 1), ("Began", "1", 4))
    world.seed("b", ("Went", "1", 2), ("Went", "1", 3))
    assert finish(world.runner(), LARGE) == [["a@2:read", "a@2:decided", "a@2:acted:y", "a@2:acted:x", "a@2:saved"]]
    assert [event for event, _ in world.handled()] == ["a@1", "b@1", "b@2", "a@2"]


def test_counters_add_up_across_crashes(worlds, folder):
    world = worlds(folder=folder)
    world.seed("a", ("Began", "1", 1), ("Began", "1", 2))
    world.seed("b", ("Closed", "9", 3))
    crash(world.runner(), 3)
    finish(world.runner())
    counters = run(world.ledger.load()).counters
    assert (counters.handled, counters.ignored, counters.performed, counters.suppressed) == (2, 1, 4, 2)


@pytest.mark.parametrize("delivery", DELIVERIES)
def test_what_was_done_after_a_save_is_counted_too(worlds, folder, delivery):
    world = worlds(pair_app(delivery), folder)
    world.seed("a", ("Began", "1", 1), ("Began", "2", 2), ("Began", "3", 3))
    runner = world.runner()
    finish(runner)
    assert run(world.ledger.load()).counters.performed == 9
    assert runner.counters.performed == 9


# What went back in time


def refused(world, match: str) -> None:
    """A start is refused, and nothing at all was written."""
    epoch = run(world.ledger.load()).epoch
    logs = {name: world.rows(name) for name in world.logs}
    with pytest.raises(WentBack, match=match):
        world.runner()
    assert run(world.ledger.load()).epoch == epoch
    assert {name: world.rows(name) for name in world.logs} == logs


@pytest.fixture
def old(worlds, tmp_path):
    """A world of one handled event, and a copy of its files from then; another event was handled since."""
    now, then = tmp_path / "now", tmp_path / "then"
    now.mkdir()
    world = worlds(folder=now)
    world.seed("a", ("Began", "1", 1))
    finish(world.runner())
    world.close()
    shutil.copytree(now, then)
    world = worlds(folder=now)
    world.seed("a", ("Began", "1", 2), ("Began", "1", 3))
    finish(world.runner())
    world.close()

    def restore(name: str, other=None):
        for path in now.glob(f"{name}.db*"):
            path.unlink()
        for path in (other or then).glob(f"{name}.db*"):
            shutil.copy(path, now)
        return worlds(folder=now)

    return restore


def test_a_source_that_ends_before_its_cursor_is_refused(old):
    refused(old("a"), r"a ends at 1, but was handled up to 3")


@pytest.mark.parametrize("context", ["x", "y"])
def test_a_target_that_ends_before_what_was_appended_is_refused(old, context):
    refused(old(context), rf"{context} ends at \d, but was appended up to \d")


def test_a_ledger_older_than_what_the_targets_have_from_it_is_refused(old):
    refused(old("ledger"), "actions of turn 3 of pair, but its ledger is at turn 1")


@pytest.mark.parametrize("context", ["a", "x"])
def test_another_log_in_the_place_of_the_one_before_is_refused(old, worlds, tmp_path, context):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    other = worlds(folder=elsewhere)
    for each in ("a", "x"):
        other.seed(each, *began(30))
    other.close()
    refused(old(context, elsewhere), f"{context} is another log")


def test_a_ledger_that_is_one_turn_older_repeats_that_turn_without_harm(worlds, tmp_path):
    world = worlds(folder=tmp_path)
    world.seed("a", ("Began", "1", 1), ("Began", "1", 2))
    runner = world.runner()
    turn(runner)
    world.close()
    shutil.copy(tmp_path / "ledger.db", tmp_path / "older")
    world = worlds(folder=tmp_path)
    finish(world.runner())
    world.close()
    for path in tmp_path.glob("ledger.db*"):
        path.unlink()
    shutil.copy(tmp_path / "older", tmp_path / "ledger.db")
    world = worlds(folder=tmp_path)
    finish(world.runner())
    assert [event for event, _ in world.handled()] == ["a@1", "a@2"]
    assert all(count == 1 for count in world.applied().values())


def test_a_removed_ledger_is_told_by_what_the_targets_have_from_it(worlds, folder):
    world = worlds(folder=folder)
    append(world, "x", Draft("1", "s", 1, "E", "{}", "{}", at(0)))

    async def pin():
        async with world.logs["x"].transaction() as transaction:
            await transaction.set_pin("kit", "pair", Pin(7, 1, ()))

    run(pin())
    refused(world, "actions of turn 7 of pair, but its ledger is at turn 0")


def test_versions_go_on_without_a_gap_where_somebody_else_appends_in_between(worlds, folder):
    """What a target remembers of its streams counts only as long as nobody else has written there."""
    world = worlds(pair_app(), folder)
    world.seed("a", ("Began", "1", 1))
    runner = world.runner()
    finish(runner)
    last = world.rows("x")[-1]

    async def append() -> None:
        async with world.logs["x"].transaction() as transaction:
            await transaction.append([Draft("out", last.stream, last.version + 1, "Other", "{}", "{}", at(2))])

    run(append())
    world.seed("a", ("Began", "1", 5))
    finish(runner)
    versions = [row.version for row in world.rows("x") if row.stream == last.stream]
    assert versions == list(range(1, len(versions) + 1))
    assert versions[-1] > last.version + 1


@pytest.mark.parametrize("limit", [1, LARGE])
@pytest.mark.parametrize(
    ("new", "why"),
    [
        (NewEvent(None, {}), "an event of the aggregate of x needs a type as text, not None"),
        (NewEvent("", {}), "an event of the aggregate of x needs a type as text, not ''"),
        (NewEvent("\ud800", {}), r"an event of the aggregate of x needs a type as text, not '\ud800'"),
        (NewEvent("Counted", None), "the data of Counted is NoneType, not a dict"),
        (NewEvent("Counted", [1]), "the data of Counted is list, not a dict"),
        (NewEvent("Counted", {"n": float("nan")}), "the data of Counted cannot be written as JSON: nan"),
    ],
)
def test_an_event_of_an_aggregate_that_nobody_could_read_again_is_never_written(worlds, folder, new, why, limit):
    app = moody_app(Mood())
    app.aggregates["x"] = lambda history, command: [new]
    world = worlds(app, folder)
    world.seed("a", *began(2))
    assert fails(world, "exact", limit, "a@1").sentence == f"a@1: {why}"
    assert dict(world.applied("x", "y", "b")) == {}
