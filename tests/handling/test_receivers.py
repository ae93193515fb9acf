"""What a target does with an action that it may have had before."""

import json

import pytest

from pmtui import App, Append, NewEvent, ProcessManager, Send, handles
from pmtui.handling import runner as runners
from pmtui.handling.errors import NotDeterministic
from pmtui.storage.ledger import actions_of
from pmtui.storage.log import Receipt, Sender

from .kit import LARGE, crash, finish, run, turn


def asking_app(ask, aggregate=None) -> App:
    """A manager that asks for what it is told to; `y` counts, once for each stream if it is told not to double."""
    app = App("kit", contexts=["a", "x", "y"])

    class Asker(ProcessManager):
        correlate = "id"

        @handles("a", "Began", starts=True)
        def began(self, event, state):
            return ask(event)

    app.manager(Asker)

    @app.aggregate("y")
    def count(history, command):
        return aggregate(history, command) if aggregate else [NewEvent("Counted", {"before": len(history)})]

    return app


def one(event):
    yield Append("x", f"x-{event.data['id']}", "Noted", {"n": event.position})
    yield Send("y", f"y-{event.data['id']}", "Count", {"n": event.position})


def taken(world) -> list:
    return [each for row in world.journal() for each in actions_of(row.actions)]


def told(world) -> list[tuple]:
    return [(each.outcome, each.first, each.added, each.original) for each in taken(world)]


def sender(world, source: str = "a") -> Sender:
    (manager,) = world.app.managers
    return Sender("kit", manager, source, run(world.logs[source].identity()))


def in_target(world, context, work):
    async def go():
        async with world.logs[context].transaction() as transaction:
            return await work(transaction)

    return run(go())


def receipts(world, context: str) -> list[Receipt]:
    return in_target(world, context, lambda transaction: transaction.receipts(sender(world), 0, None))


def floor(world, context: str) -> int:
    return in_target(world, context, lambda transaction: transaction.floor(sender(world)))


def prepared(worlds, folder, receiver, ask=one, aggregate=None):
    """A world whose only event was acted on in both contexts, and not saved; something else is in x before that."""
    world = worlds(asking_app(ask, aggregate), folder)
    world.seed("x", ("Else", "1", 0))
    world.seed("a", ("Began", "1", 1))
    assert crash(world.runner(receiver), 3) == "a@1:acted:1"
    return world


@pytest.mark.parametrize("receiver", ["exact", "high-water", "none"])
def test_what_is_new_is_performed_with_its_position(worlds, folder, receiver):
    world = worlds(asking_app(one), folder)
    world.seed("x", ("Else", "1", 0))
    world.seed("a", ("Began", "1", 1), ("Began", "1", 2))
    finish(world.runner(receiver))
    assert told(world) == [
        ("performed", 2, 1, 0),
        ("performed", 1, 1, 0),
        ("performed", 3, 1, 0),
        ("performed", 2, 1, 0),
    ]
    assert [each.ordinal for each in taken(world)] == [0, 1, 0, 1]


@pytest.mark.parametrize("receiver", ["exact", "high-water"])
def test_what_was_done_is_suppressed_with_the_position_of_the_original(worlds, folder, receiver):
    world = prepared(worlds, folder, receiver)
    finish(world.runner(receiver))
    assert told(world) == [("suppressed", 2, 1, 0), ("suppressed", 1, 1, 0)]
    assert len(world.rows("x")) == 2
    assert len(world.rows("y")) == 1


def test_without_a_receiver_it_is_doubled_and_names_the_original(worlds, folder):
    world = prepared(worlds, folder, "none")
    finish(world.runner("none"))
    assert told(world) == [("doubled", 3, 1, 2), ("doubled", 2, 1, 1)]
    assert [row.id for row in world.rows("x")][1:] == ["kit/asker/a/1/0/0"] * 2


def test_an_aggregate_that_protects_itself_refuses_the_second_time(worlds, folder):
    def once(history, command):
        return [] if history else [NewEvent("Counted", {})]

    world = prepared(worlds, folder, "none", aggregate=once)
    finish(world.runner("none"))
    assert told(world)[1] == ("refused", 0, 0, 1)
    assert len(world.rows("y")) == 1


def test_a_command_without_an_event_is_performed_and_leaves_a_receipt(worlds, folder):
    world = prepared(worlds, folder, "exact", aggregate=lambda history, command: None)
    assert [(r.position, r.ordinal, r.first, r.added) for r in receipts(world, "y")] == [(1, 1, 0, 0)]
    finish(world.runner())
    assert told(world)[1] == ("suppressed", 0, 0, 0)


def test_an_aggregate_sees_the_earlier_events_of_the_same_turn(worlds, folder):
    def ask(event):
        yield Send("y", "y-1", "Count")
        yield Append("y", "y-1", "Noted")
        yield Send("y", "y-1", "Count")

    world = worlds(asking_app(ask), folder)
    world.seed("a", ("Began", "1", 1), ("Began", "1", 2))
    finish(world.runner(), LARGE)
    assert [json.loads(row.data).get("before") for row in world.rows("y")] == [0, None, 2, 3, None, 5]
    assert [row.version for row in world.rows("y")] == [1, 2, 3, 4, 5, 6]


def test_one_command_may_make_several_events(worlds, folder):
    world = prepared(worlds, folder, "exact", aggregate=lambda history, command: [NewEvent("A"), NewEvent("B")])
    finish(world.runner())
    assert told(world)[1] == ("suppressed", 1, 2, 0)
    assert [row.id for row in world.rows("y")] == ["kit/asker/a/1/1/0", "kit/asker/a/1/1/1"]


def test_appended_events_say_what_caused_them(worlds, folder):
    world = worlds(asking_app(one), folder)
    world.seed("a", ("Began", "7", 1))
    finish(world.runner())
    assert json.loads(world.rows("y")[0].metadata) == {
        "app": "kit",
        "manager": "asker",
        "source": "a",
        "position": 1,
        "ordinal": 1,
        "correlation": "7",
    }
    assert world.rows("y")[0].recorded_at == world.rows("a")[0].recorded_at  # the clock is virtual


@pytest.mark.parametrize("change", ["data", "type", "stream", "kind", "context"])
@pytest.mark.parametrize("receiver", ["exact", "high-water", "none"])
def test_asking_for_something_else_under_the_same_key_stops_the_manager(worlds, folder, change, receiver):
    changed = []

    def ask(event):
        if not changed:
            yield Append("y", "y-1", "Count", {"n": 1})
        elif change == "kind":
            yield Send("y", "y-1", "Count", {"n": 1})
        elif change == "context":
            yield Append("x", "y-1", "Count", {"n": 1})
        else:
            values = {"stream": "y-1", "type": "Count", "data": {"n": 1}}
            yield Append("y", **values | {change: {"n": 2} if change == "data" else "other"})

    world = worlds(asking_app(ask), folder)
    world.seed("a", ("Began", "1", 1))
    assert crash(world.runner(receiver), 2) == "a@1:acted:0"
    changed.append(True)
    if receiver == "none" or change == "context":  # no receipt is looked at, or none is there
        finish(world.runner(receiver))
        return
    for _ in range(2):
        with pytest.raises(NotDeterministic, match="a@1 asks for something else than before"):
            turn(world.runner(receiver))
    assert len(world.rows("y")) == 1
    assert world.handled() == []
    changed.clear()
    finish(world.runner(receiver))
    assert world.handled() == [("a@1", "handled")]


def test_the_order_of_keys_is_nothing_else(worlds, folder):
    changed = []

    def ask(event):
        data = {"n": 1, "m": {"p": 1, "q": 2}}
        yield Append("x", "x-1", "Noted", {"m": {"q": 2, "p": 1}, "n": 1} if changed else data)

    world = worlds(asking_app(ask), folder)
    world.seed("a", ("Began", "1", 1))
    crash(world.runner(), 2)
    changed.append(True)
    finish(world.runner())
    assert told(world) == [("suppressed", 1, 1, 0)]


def test_high_water_swallows_what_is_lower_than_what_the_aggregate_has_seen(worlds, folder):
    """Per aggregate and sender: a receipt at a higher position stands for all before it. Exact would perform them."""
    for receiver, outcomes in (("high-water", ["suppressed", "performed"]), ("exact", ["performed", "performed"])):
        if folder is not None:
            (folder / receiver).mkdir()
        world = worlds(asking_app(one), folder and folder / receiver)
        world.seed("a", ("Began", "1", 1))
        higher = Receipt(5, 0, "x-1", b"12345678", 1, 1)
        in_target(world, "x", lambda transaction, w=world, r=higher: transaction.record(sender(w), [r]))
        finish(world.runner(receiver))
        assert [each.outcome for each in taken(world)] == outcomes


def test_high_water_is_told_apart_by_aggregate_and_by_ordinal(worlds, folder):
    def ask(event):
        yield Append("x", "x-1", "Below the mark")
        yield Append("y", "y-1", "In between")
        yield Append("x", "x-1", "Above the mark")
        yield Append("x", "x-2", "Elsewhere")

    world = worlds(asking_app(ask), folder)
    world.seed("a", ("Began", "1", 1))
    mark = Receipt(1, 1, "x-1", b"12345678", 1, 1)
    in_target(world, "x", lambda transaction: transaction.record(sender(world), [mark]))
    finish(world.runner("high-water"))
    assert [each.outcome for each in taken(world)] == ["suppressed", "performed", "performed", "performed"]


def test_switching_a_receiver_takes_effect_at_the_very_next_action(worlds, folder):
    world = prepared(worlds, folder, "none")
    receivers = {"a": "exact", "x": "none", "y": "none"}
    runner = world.runner(receivers)
    generator = runner.take()
    for _ in range(3):
        point = run(anext(generator))
    assert str(point).endswith("acted:0")
    receivers["y"] = "exact"
    run(anext(generator))
    run(anext(generator))
    assert [outcome for outcome, *_ in told(world)] == ["doubled", "suppressed"]
    run(generator.aclose())


def test_receipts_are_written_without_a_receiver_so_that_it_can_be_switched_on(worlds, folder):
    world = prepared(worlds, folder, "none")
    assert [(r.position, r.ordinal) for r in receipts(world, "x")] == [(1, 0)]
    finish(world.runner("exact"))
    assert [outcome for outcome, *_ in told(world)] == ["suppressed", "suppressed"]


def test_a_log_of_another_identity_is_another_sender(worlds, folder):
    world = worlds(asking_app(one), folder)
    world.seed("a", ("Began", "1", 1))
    strange = Sender("kit", "asker", "a", "another")
    for context in "xy":
        in_target(world, context, lambda t: t.record(strange, [Receipt(1, 0, "x-1", b"12345678", 1, 1)]))
    finish(world.runner())
    assert [outcome for outcome, *_ in told(world)] == ["performed", "performed"]


def test_receipts_that_the_cursor_has_passed_are_removed_and_the_floor_is_raised(worlds, folder, monkeypatch):
    monkeypatch.setattr(runners, "_SCAVENGE_EVERY", 3)
    world = worlds(asking_app(one), folder)
    world.seed("a", *(("Began", "1", n) for n in range(1, 9)))
    finish(world.runner())
    assert floor(world, "x") == 6  # at the 4th event up to 3, at the 7th up to 6
    assert [r.position for r in receipts(world, "x")] == [7, 8]
    assert all(count == 1 for count in world.applied().values())


@pytest.mark.parametrize("n", range(5))
@pytest.mark.parametrize("limit", [1, 3])
def test_scavenging_survives_a_crash_at_every_point(worlds, folder, monkeypatch, n, limit):
    monkeypatch.setattr(runners, "_SCAVENGE_EVERY", 2)
    world = worlds(asking_app(one), folder)
    world.seed("a", *(("Began", "1", n) for n in range(1, 8)))
    for _ in range(8):
        crash(world.runner(), 5 + n, limit)
    finish(world.runner(), limit)
    assert all(count == 1 for count in world.applied().values())
    assert world.applied().total() == 14


@pytest.mark.parametrize("receiver", ["exact", "high-water"])
def test_an_action_at_or_below_the_floor_counts_as_done(worlds, folder, receiver):
    world = worlds(asking_app(one), folder)
    world.seed("a", ("Began", "1", 1), ("Began", "1", 2), ("Began", "1", 3))
    in_target(world, "x", lambda transaction: transaction.scavenge(sender(world), 2))
    finish(world.runner(receiver))
    assert [each.outcome for each in taken(world) if each.context == "x"] == ["suppressed", "suppressed", "performed"]
    assert told(world)[0] == ("suppressed", 0, 0, 0)
    assert world.rows("x")[0].id == "kit/asker/a/3/0/0"
