"""Back to any moment, exactly, whatever happened: crashes, doubled actions, timers, turns of any size."""

import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from moments_kit import Desk

from pmtui.handling.drive import run

MANAGERS = ("first", "second")
_turns = st.tuples(st.just("turn"), st.sampled_from(MANAGERS), st.sampled_from([1, 1, 1, 3, 500]), st.booleans())
_crashes = st.tuples(st.just("crash"), st.sampled_from(MANAGERS), st.sampled_from([1, 3]), st.integers(0, 5))
_appends = st.tuples(st.just("append"), st.sampled_from(["order-1", "order-9"]), st.just(0), st.just(0))
_receivers = st.tuples(st.just("receiver"), st.sampled_from(["none", "exact", "high-water"]), st.just(0), st.just(0))
_scripts = st.lists(st.one_of(_turns, _turns, _crashes, _appends, _receivers), min_size=4, max_size=24)
_words = st.lists(st.sampled_from(["ps", "pt", "st", "tc", "u", "p!", "pps", "t!", "", "ptu"]), min_size=3, max_size=9)


def do(desk: Desk, step: tuple[Any, ...]) -> None:
    match step:
        case ("turn", name, limit, advance):
            desk.turn(name, limit, advance=advance)
        case ("crash", name, limit, after):
            desk.turn(name, limit, crash_after=after)
        case ("append", order, *_):
            desk.append("orders", order)
        case ("receiver", receiver, *_):
            desk.receivers.update(dict.fromkeys(desk.receivers, receiver))


@settings(max_examples=40, deadline=None)
@given(st.data(), _words, _scripts, st.sampled_from(["act-then-save", "save-then-act"]))
def test_every_table_is_as_it_was_and_going_on_comes_to_the_same_end(
    data: st.DataObject, words: list[str], script: list[tuple[Any, ...]], delivery: str
) -> None:
    with tempfile.TemporaryDirectory() as folder, closing(Desk(Path(folder), delivery)) as desk:
        desk.orders(*words)
        desk.begin()
        ends = {1: (0, dict(desk.receivers))}
        for index, step in enumerate(script):
            do(desk, step)
            if step[0] == "turn" and desk.newest() not in ends:  # a crash's moments are before it
                ends[desk.newest()] = (index + 1, dict(desk.receivers))
        # What was done after a save is counted with the next one, and whoever ends in between takes that count along.
        acted = delivery == "act-then-save"
        end = desk.dump(epochs=False, acted=acted)
        dumps = dict(desk.dumps)
        # From a later moment to an earlier one, as a person goes back more than once.
        chosen = sorted(data.draw(st.sets(st.sampled_from(sorted(dumps)), min_size=1, max_size=3)), reverse=True)
        for moment in chosen:
            desk.rewind(moment)
            assert desk.dump() == dumps[moment]
        if chosen[-1] in ends:
            after, receivers = ends[chosen[-1]]
            desk.receivers.update(receivers)
            desk.begin()
            for step in script[after:]:
                do(desk, step)
            assert desk.dump(epochs=False, acted=acted) == end


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path)
    yield desk
    desk.close()


def test_a_crash_that_doubled_an_action_never_happened(desk: Desk) -> None:
    desk.orders("ps", "ps")
    desk.begin()
    first = desk.turn("first")
    desk.turn("first", crash_after=3)
    desk.turn("first")
    assert len(desk.dump()["shipping.db"]["events"]) == 3
    assert len(desk.dump()["shipping.db"]["repeats"]) == 1
    desk.rewind(first)
    assert desk.dump() == desk.dumps[first]
    desk.begin()
    desk.turn("first")
    assert len(desk.dump()["shipping.db"]["events"]) == 2
    assert not desk.dump()["shipping.db"]["repeats"]


def test_the_beginning_can_be_gone_back_to(desk: Desk) -> None:
    desk.orders("pt", "pu", "s!")
    desk.begin()
    for _ in range(6):
        desk.turn("first", advance=True)
    desk.turn("second", 500)
    desk.rewind(1)
    assert desk.dump() == desk.dumps[1]


def test_what_another_manager_had_half_done_by_then_is_half_done_again(desk: Desk) -> None:
    desk.orders("ps", "ps")
    desk.begin()
    held = desk.runners["first"].take(1)

    async def to_first_action() -> None:
        async for point in held:
            if point.phase == "acted":
                return

    run(to_first_action())
    moment = desk.turn("second")
    run(held.aclose())
    desk.start("first")
    desk.turn("first")
    desk.turn("first")
    desk.rewind(moment)
    assert desk.dump() == desk.dumps[moment]
    assert len(desk.dump()["payments.db"]["events"]) == 1
    assert not desk.dump()["shipping.db"]["events"]
    desk.begin()
    desk.turn("first")
    assert len(desk.dump()["payments.db"]["repeats"]) == 1, "it is repeated, as after a crash"
