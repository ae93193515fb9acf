"""Handlers that do not do the same again are found, with the line that makes them so."""

import random
import time
import uuid
from dataclasses import dataclass

import pytest

from pmtui import Append, ProcessManager, handles
from pmtui.workers.appfile import load
from tests.explorer.kit import app_of, events, explored, found

LOGS = {"a": events("a", ("Began", "1"), ("Went", "1"), ("Began", "2"), ("Went", "2"))}
remembered: dict[str, int] = {}


def manager(body):
    class M(ProcessManager):
        name = "m"
        correlate = "id"

        @dataclass
        class State:
            n: int = 0

        def __init__(self):
            self.seen: dict[str, int] = {}

        @handles("a", "Began", starts=True)
        @handles("a", "Went")
        def handle(self, event, state):
            return [Append("x", f"x-{event.data['id']}", "Did", {"v": body(self, event, state)})]

    return M


def counts_in_its_state(self, event, state):
    state.n += 1
    return state.n


def counts_in_its_object(self, event, state):
    key = event.data["id"]
    self.seen[key] = self.seen.get(key, 0) + 1
    return self.seen[key]


@pytest.mark.parametrize(
    "body",
    [
        lambda self, event, state: random.random(),
        lambda self, event, state: str(uuid.uuid4()),
        lambda self, event, state: time.time(),
        lambda self, event, state: time.time() * 0,
    ],
)
def test_a_call_of_a_clock_or_of_chance_is_named_with_its_line(body):
    verdict = explored(app_of(manager(body)), LOGS)
    assert verdict.verdict == "not deterministic"
    assert verdict.violation.at == f"{__file__}:{body.__code__.co_firstlineno}"
    assert verdict.violation.sentence.startswith("the handler of a@1 Began calls ")


@pytest.mark.parametrize(
    "body",
    [
        lambda self, event, state: random.Random(event.id).random(),
        lambda self, event, state: str(uuid.uuid5(uuid.NAMESPACE_DNS, event.id)),
        lambda self, event, state: event.recorded_at.timestamp(),
        counts_in_its_state,
    ],
)
def test_what_comes_from_the_event_and_state_alone_passes(body):
    assert explored(app_of(manager(body)), LOGS).verdict == "holds"


def test_memory_instead_of_state_is_a_restart_that_changes_something():
    violation = explored(app_of(manager(counts_in_its_object)), LOGS).violation
    assert violation.kind == "warm"
    assert violation.sentence == "a@2 ends otherwise when the worker is restarted before it, without any crash"


def test_memory_that_one_handler_fills_and_another_one_reads_is_found():
    class Remembers(ProcessManager):
        name = "remembers"
        correlate = "id"

        @handles("a", "Began", starts=True)
        def began(self, event, state):
            remembered[event.data["id"]] = 7

        @handles("a", "Went")
        def went(self, event, state):
            yield Append("x", "x", "Did", {"v": remembered.get(event.data["id"])})

    remembered.clear()
    verdict = explored(app_of(Remembers), LOGS)
    assert found(verdict) == "nondeterministic"
    assert any(line.startswith("there it gave") for line in verdict.violation.story)


def test_the_order_of_a_set_is_found_in_a_process_with_other_hashes(tmp_path):
    file = tmp_path / "sets.py"
    file.write_text(
        "from pmtui import App, Append, ProcessManager, handles\n"
        "app = App('sets', contexts=['a', 'x'])\n"
        "@app.manager\n"
        "class M(ProcessManager):\n"
        "    correlate = 'id'\n"
        "    @handles('a', 'Began', starts=True)\n"
        "    def began(self, event, state):\n"
        "        for item in SORTED(set(event.data['items'])):\n"
        "            yield Append('x', 'x', item)\n"
    )
    text = file.read_text()
    logs = {"a": events("a", ("Began", {"id": "1", "items": [f"item-{n}" for n in range(20)]}))}
    for order, expected in (("list", "not deterministic"), ("sorted", "holds")):
        file.write_text(text.replace("SORTED", order))
        assert explored(load(str(file)).app, logs).verdict == expected
