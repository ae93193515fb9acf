"""The reduced search against one that leaves nothing out, on random small systems: the same verdict.

The other search knows nothing of parts, of streams that nobody reads, or of receipts that are done with.
"""

import random
from datetime import timedelta

import pytest

from pmtui import Append, Cancel, Complete, NewEvent, ProcessManager, Schedule, Send, handles
from pmtui.explorer.exploration import Exploration, receivers_of
from pmtui.explorer.verdict import Bounds
from tests.explorer.kit import app_of, events

ENDLESS = {0, 17, 45, 53, 56, 68, 84, 100, 106}
"""Systems that go on for ever: neither search comes to its end."""
SYSTEMS = [number for number in range(112) if number not in ENDLESS]


def menu(chance):
    """What a handler does about one event, by chance: each entry makes one action, or none."""

    def own(event, state):
        yield Append("x", f"x-{event.data['id']}", "Did", {"n": state["n"]})

    def shared(event, state):
        yield Append("x", "x-all", "Did", {"id": event.data["id"]})

    def asks(event, state):
        yield Send("y", f"y-{event.data['id']}", "Do", {"id": event.data["id"], "n": state["n"]})

    def asks_all(event, state):
        yield Send("y", "y-all", "Do", {"id": event.data["id"]})

    def only_second(event, state):
        if state["n"] == 2:
            yield Append("x", f"x-{event.data['id']}", "Second", {})

    def back(event, state):
        yield Append("b", f"b-{event.data['id']}", "Went", {"id": event.data["id"]})

    def crosses(event, state):
        yield Append("b", "b-all", "Went", {"id": "1"})

    def waits(event, state):
        yield Schedule("Late", after=timedelta(seconds=2))

    def stops(event, state):
        yield Cancel("Late")

    def ends(event, state):
        yield Complete()

    def fails(event, state):
        if state.get("order") == "ba":
            raise ValueError("b before a")
        return ()

    entries = [own, own, shared, asks, asks_all, only_second, back, crosses, waits, stops, ends, fails]
    return chance.sample(entries, chance.randint(1, 3))


def system(number: int):
    """A random app, its logs and its receivers."""
    chance = random.Random(number)
    began, went, late, heard = (menu(chance) for _ in range(4))
    if number % 4:  # nothing that goes on for ever
        went = [each for each in went if each.__name__ not in ("back", "crosses")]
        heard = [each for each in heard if each.__name__ not in ("asks", "asks_all", "back", "crosses")]
        late = [each for each in late if each.__name__ not in ("waits", "back", "crosses")]

    class M(ProcessManager):
        name = "m"
        correlate = "id"
        delivery = "save-then-act" if chance.random() < 0.07 else "act-then-save"

        def _all(self, entries, event, state):
            state["n"] = state.get("n", 0) + 1
            state["order"] = state.get("order", "")[-1:] + event.context[0]
            for entry in entries:
                yield from entry(event, state)

        @handles("a", "Began", starts=True)
        def began(self, event, state):
            yield from self._all(began, event, state)

        @handles("b", "Went", starts=chance.random() < 0.5)
        def went(self, event, state):
            yield from self._all(went, event, state)

        @handles("timers", "Late")
        def late(self, event, state):
            yield from self._all(late, event, state)

    class N(ProcessManager):
        name = "n"
        correlate = "id"

        @handles("y", "Done", starts=True)
        def done(self, event, state):
            state["n"] = state.get("n", 0) + 1
            for entry in heard:
                if entry.__name__ not in ("waits", "stops"):
                    yield from entry(event, state)

    def does(history, command):
        if len(history) < 2:
            yield NewEvent("Done", {**command.data, "seen": len(history)})

    managers = [M, N] if number % 2 else [M]
    app = app_of(*managers, aggregate=does)
    who = ["1", "2"]
    logs = {
        "a": events("a", *(("Began", chance.choice(who), second) for second in range(chance.randint(1, 3)))),
        "b": events("b", *(("Went", chance.choice(who), second) for second in range(chance.randint(0, 2)))),
    }
    if chance.random() < 0.2:
        logs["y"] = events("y", ("Done", {"id": chance.choice(who), "seen": 0}))
    kind = chance.choice(["exact", "exact", "exact", "high-water", "none"])
    return app, logs, dict.fromkeys(app.contexts, kind)


def verdict(number: int, *, reduced: bool, order_independent: bool):
    app, logs, receivers = system(number)
    exploration = Exploration(
        app,
        logs,
        receivers_of(app, receivers),
        "all",
        Bounds(states=4000, seconds=60),
        None,
        order_independent=order_independent,
        reduced=reduced,
    )
    return exploration.run()


@pytest.mark.parametrize("block", range(10))
def test_the_reduced_search_comes_to_the_verdict_of_the_whole_one(block, monkeypatch):
    monkeypatch.setattr("pmtui.explorer.warm._TURNS", 100)  # looked at before either search, in the same way
    for number in SYSTEMS[block::10]:
        order_independent = number % 5 == 0
        reduced = verdict(number, reduced=True, order_independent=order_independent)
        whole = verdict(number, reduced=False, order_independent=order_independent)
        assert reduced.verdict == whole.verdict != "incomplete", number
