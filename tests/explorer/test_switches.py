"""The orders with the fewest switches of the source first."""

from hypothesis import given, settings
from hypothesis import strategies as st

from pmtui.explorer.budget import Budget
from pmtui.explorer.checks import Checks
from pmtui.explorer.parts import Owners, Touched
from pmtui.explorer.plans import Plan
from pmtui.explorer.search import Search
from pmtui.explorer.snapshot import Snapshot
from pmtui.explorer.switches import Switches, Waiting
from pmtui.explorer.verdict import Bounds
from pmtui.explorer.world import World
from tests.explorer.kit import app_of, events
from tests.explorer.test_orders import Cancels, Last, Reminds


def searched(manager, began, went, switches):
    app = app_of(manager)
    logs = {"a": events("a", *(("Began", who) for who in began)), "b": events("b", *(("Went", who) for who in went))}
    touched, receivers = Touched(Owners(app, {}, whole=True)), dict.fromkeys(app.contexts, "exact")
    world = World(app, logs, app.managers, receivers, {}, touched, whole=True)
    search = Search(world, "all", Budget(Bounds(), None), Checks(app), switches=switches)
    search.run(lambda: False)
    return search


@settings(deadline=None, max_examples=40)
@given(st.sampled_from([Last, Reminds, Cancels]), st.text("12", max_size=2), st.text("12", max_size=2))
def test_what_closes_has_the_same_states_and_ends_whichever_comes_first(manager, began, went):
    whole = searched(manager, began, went, None)
    fewest = searched(manager, began, went, Switches())
    assert fewest.states == whole.states
    assert fewest.ends.keys() == whole.ends.keys()


def test_every_choice_comes_once_those_with_fewer_switches_first():
    switches = Switches()
    stay, leave, both = Plan(1, ("a",)), Plan(1, ("b",)), Plan(3, ("b", "a", "a"))
    at = Waiting(Snapshot((), (), (), 1, 1), last=("m", "a"))
    assert switches.now(at, [("m", both), ("m", leave), ("m", stay)]) == [("m", stay)]
    assert switches.now(at, [("m", stay)]) == []
    first = switches.more()
    assert [later.only for later in first] == [("m", leave)]
    assert switches.now(first[0], [("m", leave)]) == [("m", leave)]
    assert [later.only for later in switches.more()] == [("m", both)]
    assert switches.more() == []
