"""A runner that starts again is as a new one, so that a restart can be tried without building everything anew."""

from collections import deque

import pytest

from pmtui.handling.clock import VirtualClock
from pmtui.handling.drive import run
from pmtui.handling.runner import Runner
from tests.handling.kit import LARGE, World, at, crash, finish, pair_app


def shape(value):
    """A part of handling taken apart, to compare it with another one; of the rest, itself."""
    if isinstance(value, dict):
        return {name: shape(each) for name, each in value.items()}
    if isinstance(value, list | tuple | deque):
        return [shape(each) for each in value]
    if type(value).__module__.startswith("pmtui.handling.") and hasattr(value, "__dict__"):
        own = {name: shape(each) for name, each in vars(value).items() if name != "_decider"}
        return type(value).__name__, own
    return value


@pytest.mark.parametrize("limit", [1, LARGE])
@pytest.mark.parametrize("points", [2, 3, None])
def test_a_runner_that_starts_again_is_as_a_new_one(limit, points):
    world = World(pair_app())
    world.seed("a", ("Began", "1", 0), ("Began", "2", 2), ("Began", "1", 5))
    world.seed("b", ("Went", "1", 1), ("Went", "2", 4))
    clock = VirtualClock()
    runner = world.runner(clock=clock)
    if points is None:
        finish(runner, limit)
    else:
        crash(runner, points, limit)
    kept = [stored.state for stored in (*world.logs.values(), world.ledger)]
    run(runner.start(1, at(0)))
    again = shape(runner)
    for stored, state in zip((*world.logs.values(), world.ledger), kept, strict=True):
        stored.state = state
    (manager,) = world.app.managers.values()
    new = Runner(
        world.app,
        manager,
        logs=world.logs,
        ledger=world.ledger,
        clock=clock,
        receivers=dict.fromkeys(world.logs, "exact"),
    )
    run(new.start(1, at(0)))
    assert again == shape(new)
