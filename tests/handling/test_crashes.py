"""Guarantee 4, point by point: what a crash doubles, what it loses, and that nothing else ever is."""

import itertools
from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from .kit import DELIVERIES, LARGE, RECEIVERS, World, at, crash, finish, pair_app, run

EVENTS = {
    "a": [("Began", "1", 1), ("Began", "2", 3), ("Other", "1", 4), ("Began", "1", 6)],
    "b": [("Went", "1", 2), ("Went", "2", 3), ("Closed", "2", 8)],
}
ORDER = ["a@1", "b@1", "a@2", "b@2", "a@4", "b@3"]
ACTS = {"a": ["x", "y", "x"], "b": ["y", "x"]}  # in which context each action of an event acts

SINGLE = {  # the points of the third turn, which handles a@2
    "act-then-save": ["read", "decided", "acted:0", "acted:1", "acted:2", "saved"],
    "save-then-act": ["read", "decided", "saved", "acted:0", "acted:1", "acted:2"],
}
WHOLE = {  # and those of all events at once; y has commands, so it comes first
    "act-then-save": ["read", "decided", "acted:y", "acted:x", "saved"],
    "save-then-act": ["read", "decided", "saved", "acted:y", "acted:x"],
}
CASES = [
    *((d, r, 1, n) for d, r, n in itertools.product(DELIVERIES, RECEIVERS, range(6))),
    *((d, r, LARGE, n) for d, r, n in itertools.product(DELIVERIES, RECEIVERS, range(5))),
]


def seeded(world: World) -> World:
    for context, events in EVENTS.items():
        world.seed(context, *events)
    return world


def actions(event: str) -> list[tuple]:
    source, position = event.split("@")
    contexts = ["y"] if event == "b@3" else ACTS[source]
    return [(source, int(position), ordinal, context) for ordinal, context in enumerate(contexts)]


ALL = Counter(action for event in ORDER for action in actions(event))


def expected(delivery: str, receiver: str, limit: int, n: int) -> Counter:
    """How often each action is applied after a crash at the n-th point of the turn."""
    if limit == 1:
        mine = actions("a@2")
        done = [] if n < 2 else mine[: n - 1] if delivery == "act-then-save" else mine[: n - 2]
    else:
        contexts = ("y", "x")[: max(0, n - (1 if delivery == "act-then-save" else 2))]
        mine = list(ALL)
        done = [action for action in mine if action[3] in contexts]
    saved = n == (5 if limit == 1 else 4) if delivery == "act-then-save" else n >= 2
    if delivery == "act-then-save":
        return ALL + Counter(done if receiver == "none" and not saved else ())
    return ALL - Counter([action for action in mine if action not in done] if saved else ())


@pytest.mark.parametrize(("delivery", "receiver", "limit", "n"), CASES)
def test_what_a_crash_at_each_point_doubles_and_loses(worlds, folder, delivery, receiver, limit, n):
    world = seeded(worlds(pair_app(delivery), folder))
    single = limit == 1
    before = 0 if not single else 6 + 5  # the points of a@1 and b@1
    where = crash(world.runner(receiver), before + n, limit)
    assert where == (f"a@2:{SINGLE[delivery][n]}" if single else f"b@3:{WHOLE[delivery][n]}")
    finish(world.runner(receiver), limit)
    assert world.applied() == expected(delivery, receiver, limit, n)
    assert world.handled() == [(event, "handled") for event in ORDER]
    assert world.cursors() == {"a": 4, "b": 3}


def test_the_expectations_above_are_of_all_three_kinds():
    doubled = [case for case in CASES if expected(*case) > ALL]
    lost = [case for case in CASES if expected(*case) < ALL]
    assert {case[:2] for case in doubled} == {("act-then-save", "none")}
    assert len(doubled) == 3 + 2
    assert {case[0] for case in lost} == {"save-then-act"}
    assert len(lost) == 3 * (3 + 2)


@pytest.mark.parametrize("limit", [1, LARGE])
def test_turns_of_any_size_leave_the_same_behind(worlds, folder, limit):
    world = seeded(worlds(folder=folder))
    finish(world.runner(), limit)
    assert world.applied() == ALL
    assert world.streams()["x/x-1"] == [
        ("Noted", {"seen": ["a@1"]}),
        ("NotedAgain", {"seen": ["a@1"]}),
        ("WentOn", {"seen": ["a@1", "b@1"]}),
        ("Noted", {"seen": ["a@1", "b@1", "a@4"]}),
        ("NotedAgain", {"seen": ["a@1", "b@1", "a@4"]}),
    ]
    assert world.streams()["y/y-2"] == [
        ("Counted", {"seen": ["a@2"], "n": 1}),
        ("Counted", {"seen": ["a@2", "b@2"], "n": 2}),
        ("Closed", {"seen": ["a@2", "b@2"]}),
    ]


EVENT = st.tuples(
    st.sampled_from(["Began", "Began", "Other", "Went", "Closed"]), st.sampled_from("123"), st.integers(0, 9)
)
RISING = st.lists(EVENT, max_size=7).map(lambda events: sorted(events, key=lambda event: event[2]))


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    a=RISING,
    b=RISING,
    crashes=st.lists(st.tuples(st.integers(0, 12), st.sampled_from([1, 2, 3, LARGE])), max_size=6),
    delivery=st.just("act-then-save"),
    receiver=st.sampled_from(["exact", "high-water"]),
)
def test_any_crashes_in_a_row_change_nothing(a, b, crashes, delivery, receiver):
    undisturbed, world = (World(pair_app(delivery)) for _ in range(2))
    for each in (undisturbed, world):
        for context, events in (("a", a), ("b", b)):
            if events:
                each.seed(context, *events)
    finish(undisturbed.runner())
    for n, limit in crashes:
        crash(world.runner(receiver), n, limit)
    finish(world.runner(receiver))
    assert world.streams() == undisturbed.streams()
    assert sorted(world.handled()) == sorted(undisturbed.handled())
    assert all(count == 1 for count in world.applied().values())
    assert world.cursors() == undisturbed.cursors()
    for row_a, row_b in itertools.pairwise(world.rows("x")):
        assert row_b.position == row_a.position + 1
    for context in ("x", "y"):
        versions: Counter = Counter()
        for row in world.rows(context):
            versions[row.stream] += 1
            assert row.version == versions[row.stream]


@settings(max_examples=60, deadline=None)
@given(a=RISING, b=RISING, crashes=st.lists(st.tuples(st.integers(0, 12), st.sampled_from([1, LARGE])), max_size=4))
def test_at_most_once_never_doubles_whatever_the_receiver(a, b, crashes):
    world = World(pair_app("save-then-act"))
    for context, events in (("a", a), ("b", b)):
        if events:
            world.seed(context, *events)
    for n, limit in crashes:
        crash(world.runner("none"), n, limit)
    finish(world.runner("none"))
    assert all(count == 1 for count in world.applied().values())
    assert len(world.handled()) == len(set(world.handled()))


def test_each_crash_is_counted_and_a_clean_end_is_not(worlds, folder):
    world = seeded(worlds(folder=folder))
    crash(world.runner(), 2)
    crash(world.runner(), 0)
    runner = world.runner()
    finish(runner)
    run(world.ledger.note(runner.state.epoch, "stopped", "", at(99), clean=True))
    world.runner()
    assert run(world.ledger.load()).counters.crashes == 2
