"""Instances: how they begin and end, what is ignored, how they are named, and that their state survives as it is."""

from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pmtui import App, Append, Complete, ProcessManager, handles
from pmtui.handling.errors import EventFailed
from pmtui.storage.log import Draft

from .kit import LARGE, World, at, finish, pair_app, run, turn
from .test_crashes import RISING, seeded

SIZES = pytest.mark.parametrize("limit", [1, LARGE])


def app_of(state_type=None, ask=None, by="id", on=("Began",)) -> App:
    """A manager that does what it is told with its state."""
    app = App("kit", contexts=["a", "x"])

    class Keeper(ProcessManager):
        correlate = by
        if state_type is not None:
            State = state_type

        @handles("a", "Began", starts=True)
        def began(self, event, state):
            return ask(event, state) if ask else None

        @handles("a", "Went")
        def went(self, event, state):
            return ask(event, state) if ask else None

        @handles("a", "Ended")
        def ended(self, event, state):
            yield Complete()

    app.manager(Keeper)
    return app


@SIZES
def test_an_instance_begins_with_a_start_and_ends_with_complete(worlds, folder, limit):
    world = worlds(app_of(), folder)
    world.seed("a", ("Began", "1", 1), ("Went", "1", 2), ("Ended", "1", 3))
    finish(world.runner(), 1)
    instance = world.instance("1")
    assert (instance.status, instance.started, instance.missed) == ("completed", "a@1", 0)
    assert [outcome for _, outcome in world.handled()] == ["handled"] * 3


@SIZES
def test_events_without_an_instance_are_ignored_journalled_and_counted(worlds, folder, limit):
    world = worlds(app_of(), folder)
    world.seed("a", ("Went", "1", 1), ("Went", "1", 2), ("Ended", "2", 3))
    finish(world.runner(), limit)
    assert [outcome for _, outcome in world.handled()] == ["ignored"] * 3
    assert [row.correlation for row in world.journal()] == ["1", "1", "2"]
    assert (world.instance("1").status, world.instance("1").missed) == ("missing", 2)
    counters = run(world.ledger.load()).counters
    assert (counters.handled, counters.ignored, counters.late) == (0, 3, 0)


@SIZES
def test_events_of_a_completed_instance_are_ignored_and_a_late_start_revives_nothing(worlds, folder, limit):
    world = worlds(app_of(), folder)
    world.seed("a", ("Began", "1", 1), ("Ended", "1", 2), ("Went", "1", 3), ("Began", "1", 4), ("Ended", "1", 5))
    finish(world.runner(), limit)
    assert [outcome for _, outcome in world.handled()] == ["handled"] * 2 + ["ignored"] * 3
    assert (world.instance("1").status, world.instance("1").started) == ("completed", "a@1")
    world.seed("a", ("Began", "1", 9))
    finish(world.runner(), limit)  # also from a tombstone that comes from the ledger
    assert world.handled()[-1] == ("a@6", "ignored")


@SIZES
def test_events_ignored_before_their_start_are_counted_as_late_when_it_comes(worlds, folder, limit):
    world = worlds(app_of(), folder)
    world.seed("a", ("Went", "1", 1), ("Went", "1", 2), ("Went", "2", 2), ("Began", "1", 3), ("Went", "1", 4))
    finish(world.runner(), limit)
    assert run(world.ledger.load()).counters.late == 2
    assert world.instance("1").missed == 0
    assert world.instance("2").missed == 1


@SIZES
def test_a_start_for_an_instance_that_is_there_is_handled_by_it(worlds, folder, limit):
    def count(event, state):
        state["n"] = state.get("n", 0) + 1

    world = worlds(app_of(ask=count), folder)
    world.seed("a", ("Began", "1", 1), ("Began", "1", 2))
    finish(world.runner(), limit)
    assert world.instance("1").state == '{"n":2}'
    assert world.instance("1").started == "a@1"


def test_a_start_that_names_no_instance_fails(worlds, folder):
    world = worlds(app_of(), folder)
    world.seed("a", ("Began", {"other": 1}, 1))
    with pytest.raises(EventFailed, match="a@1: its data has no 'id' to name the instance by"):
        turn(world.runner())


def test_another_event_that_names_no_instance_is_ignored(worlds, folder):
    world = worlds(app_of(), folder)
    world.seed("a", ("Went", {"other": 1}, 1), ("Went", {"id": None}, 1), ("Went", {"id": ""}, 1))
    finish(world.runner())
    assert [(row.correlation, row.outcome) for row in world.journal()] == [("", "ignored")] * 3
    assert world.instance("") is None


def test_a_number_names_the_instance_as_its_digits(worlds, folder):
    world = worlds(app_of(), folder)
    world.seed("a", ("Began", {"id": 7}, 1), ("Went", {"id": "7"}, 2))
    finish(world.runner())
    assert [row.correlation for row in world.journal()] == ["7", "7"]
    assert [outcome for _, outcome in world.handled()] == ["handled"] * 2


@pytest.mark.parametrize("value", [True, 1.5, ["1"], {"n": 1}])
def test_what_is_neither_text_nor_a_number_names_nothing(worlds, folder, value):
    world = worlds(app_of(), folder)
    world.seed("a", ("Went", {"id": value}, 1))
    with pytest.raises(EventFailed, match=r"a@1: the correlation id is .*, not a text"):
        turn(world.runner())


def test_a_method_names_the_instance(worlds, folder):
    def by(self, event):
        return f"{event.stream}/{event.data['part']}" if "part" in event.data else None

    world = worlds(app_of(by=by), folder)
    world.seed("a", ("Began", {"part": "p"}, 1), ("Began", {}, 2), ("Went", {}, 3))
    finish(world.runner())
    assert [(row.correlation, row.outcome) for row in world.journal()] == [
        ("s-1/p", "handled"),
        ("", "ignored"),
        ("", "ignored"),
    ]


def test_a_naming_method_that_raises_fails_the_event_with_its_place(worlds, folder):
    def by(self, event):
        return event.data["part"]

    world = worlds(app_of(by=by), folder)
    world.seed("a", ("Began", {}, 1))
    with pytest.raises(EventFailed, match="a@1: KeyError: 'part'") as caught:
        turn(world.runner())
    assert caught.value.place.startswith(f"{__file__}:")


def test_a_stored_event_that_cannot_be_read_fails(worlds, folder):
    world = worlds(app_of(), folder)

    async def append():
        async with world.logs["a"].transaction() as transaction:
            await transaction.append([Draft("1", "s", 1, "Began", "not JSON", "{}", at(1))])

    run(append())
    with pytest.raises(EventFailed, match="a@1: the stored event cannot be read"):
        turn(world.runner())


@dataclass
class Typed:
    n: int = 0
    names: list[str] = field(default_factory=list)
    more: dict[str, float] = field(default_factory=dict)


def state_after(worlds, folder, change, state=Typed) -> str:
    world = worlds(app_of(state, lambda event, state: change(state)), folder)
    world.seed("a", ("Began", "1", 1))
    try:
        finish(world.runner())
    except EventFailed:
        assert world.instance("1") is None
        raise
    return world.instance("1").state


def setting(**values):
    def change(state):
        for name, value in values.items():
            setattr(state, name, value)

    return change


def test_a_state_is_kept_as_json(worlds, folder):
    change = setting(n=3, names=["ä"], more={"p": 0.5})
    assert state_after(worlds, folder, change) == '{"n":3,"names":["ä"],"more":{"p":0.5}}'


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"extra": 1}, "the state has 'extra', which State does not declare"),
        ({"m": 1, "extra": 1}, "the state has 'extra', 'm', which"),
        ({"more": {"p": float("nan")}}, "the state cannot be written as JSON: nan"),
        ({"more": {"p": float("inf")}}, "the state cannot be written as JSON: inf"),
        ({"n": "three"}, "the state could not be read again after saving it"),
        ({"names": None}, "the state could not be read again after saving it"),
        ({"names": [object()]}, "the state cannot be written as JSON"),
        ({"names": ["\ud800"]}, "the state cannot be written as JSON"),
    ],
)
def test_a_state_that_would_not_survive_is_refused(worlds, folder, values, why):
    with pytest.raises(EventFailed, match=f"a@1: {why}"):
        state_after(worlds, folder, setting(**values))


@pytest.mark.parametrize("value", [float("nan"), object(), "\ud800", {1, 2}.__iter__()])
def test_a_dict_state_that_would_not_survive_is_refused(worlds, folder, value):
    with pytest.raises(EventFailed, match="a@1: the state cannot be written"):
        state_after(worlds, folder, lambda state: state.update(p=value), dict)


def test_each_handler_gets_a_state_of_its_own(worlds, folder):
    kept = []

    def hold(event, state):
        state.setdefault("list", []).append(event.position)
        for other in kept:
            other["list"].append("leak")
        kept.append(state)

    world = worlds(app_of(ask=hold), folder)
    world.seed("a", ("Began", "1", 1), ("Began", "1", 2), ("Began", "1", 3))
    finish(world.runner(), LARGE)
    assert world.instance("1").state == '{"list":[1,2,3]}'


@dataclass
class Fewer:
    n: int = 0


@dataclass
class More(Typed):
    late: str = "new"


@dataclass
class Other:
    n: list[int] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    more: dict[str, float] = field(default_factory=dict)


@pytest.mark.parametrize(
    ("now", "why"),
    [(Fewer, "has 'more', 'names', which State no longer declares"), (Other, "does not fit State")],
)
@SIZES
def test_a_saved_state_that_no_longer_fits_the_code_is_refused_and_kept(worlds, folder, now, why, limit):
    world = worlds(app_of(Typed), folder)
    world.seed("a", ("Began", "1", 1))
    finish(world.runner())
    before = world.instance("1")
    world.seed("a", ("Went", "1", 2))
    with pytest.raises(EventFailed, match=f"a@2: the saved state of 1 {why}"):
        finish(world.runner(app=app_of(now)), limit)
    assert world.instance("1") == before


def test_a_field_that_is_new_gets_its_default(worlds, folder):
    world = worlds(app_of(Typed), folder)
    world.seed("a", ("Began", "1", 1))
    finish(world.runner())
    world.seed("a", ("Went", "1", 2))
    finish(world.runner(app=app_of(More, lambda event, state: setattr(state, "n", 1))))
    assert world.instance("1").state == '{"n":1,"names":[],"more":{},"late":"new"}'


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        (5, "began returned int, not actions"),
        (["no"], "began yielded str, which is not an action"),
        ([Append("z", "s", "T")], "T goes to the unknown context 'z'"),
        ([Append("x", "", "T")], "'T' needs a stream and a type as texts"),
        ([Append("x", 5, "T")], "'T' needs a stream and a type as texts"),
        ([Append("x", "s", "T", {"n": float("nan")})], "the data of T cannot be written as JSON: nan"),
        ([Append("x", "s", "T", [1])], "the data of T is list, not a dict"),
    ],
)
def test_what_cannot_be_done_is_refused_before_anything_is_durable(worlds, folder, asked, why):
    world = worlds(app_of(ask=lambda event, state: asked), folder)
    world.seed("a", ("Began", "1", 1))
    with pytest.raises(EventFailed, match=f"a@1: {why}"):
        turn(world.runner())
    assert world.rows("x") == []
    assert world.cursors() == {}


def test_a_handler_that_exits_does_not_take_the_worker_along(worlds, folder):
    def leave(event, state):
        raise SystemExit(3)

    world = worlds(app_of(ask=leave), folder)
    world.seed("a", ("Began", "1", 1))
    with pytest.raises(EventFailed, match="a@1: SystemExit: 3"):
        turn(world.runner())


def everything(world: World) -> tuple:
    names = {row.correlation for row in world.journal()}
    journal = [(*row[1:8], row.actions) for row in world.journal()]  # turns are numbered by their size
    return world.streams(), {name: world.instance(name) for name in names}, journal, world.cursors()


@SIZES
def test_a_restart_between_every_two_turns_changes_nothing(worlds, folder, limit):
    for each in ("warm", "cold"):
        if folder is not None:
            (folder / each).mkdir()
    warm, cold = (seeded(worlds(folder=folder and folder / each)) for each in ("warm", "cold"))
    finish(warm.runner(), limit)
    while turn(cold.runner(), limit):
        pass
    assert everything(warm) == everything(cold)


@settings(max_examples=60, deadline=None)
@given(a=RISING, b=RISING, limit=st.sampled_from([1, 2, LARGE]))
def test_warm_is_cold_whatever_happens(a, b, limit):
    warm, cold = World(pair_app()), World(pair_app())
    for world in (warm, cold):
        for context, events in (("a", a), ("b", b)):
            if events:
                world.seed(context, *events)
    finish(warm.runner(), 1)
    while turn(cold.runner(), limit):
        pass
    warm_streams, *warm_rest = everything(warm)
    cold_streams, *cold_rest = everything(cold)
    assert warm_streams == cold_streams
    assert (warm_rest[0], warm_rest[2]) == (cold_rest[0], cold_rest[2])
