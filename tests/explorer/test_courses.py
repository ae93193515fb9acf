"""A turn that must go as one before is not taken again, and nothing is lost by that."""

import pytest

from pmtui.explorer import courses, watchedlog
from pmtui.explorer.courses import Courses
from pmtui.explorer.exploration import Exploration, receivers_of
from pmtui.explorer.verdict import Bounds
from tests.explorer.test_reduction import SYSTEMS, system


def explored(number):
    app, logs, receivers = system(number)
    bounds = Bounds(states=800, seconds=60)
    exploration = Exploration(
        app, logs, receivers_of(app, receivers), "all", bounds, None, order_independent=number % 5 == 0, twice=False
    )
    found = exploration.run()
    violation = found.violation and (found.violation.kind, found.violation.sentence, found.violation.steps)
    return found.verdict, found.states, found.edges, violation


@pytest.fixture
def remembered(monkeypatch):
    """How often a course was remembered."""
    times = []
    again = Courses._again
    monkeypatch.setattr(Courses, "_again", lambda *given: times.append(1) or again(*given))
    return times


def forgets(monkeypatch):
    monkeypatch.setattr(Courses, "_keep", lambda *_: None)


@pytest.mark.parametrize("block", range(5))
def test_what_is_found_is_the_same_when_every_turn_is_taken(monkeypatch, remembered, block):
    numbers = SYSTEMS[block::5]
    once = [explored(number) for number in numbers]
    assert remembered
    forgets(monkeypatch)
    assert [explored(number) for number in numbers] == once


def test_courses_are_forgotten_before_they_are_too_many(monkeypatch, remembered):
    monkeypatch.setattr(courses, "KEPT", 20)
    monkeypatch.setattr(watchedlog, "KEPT", 20)
    few = explored(39)
    assert remembered
    monkeypatch.undo()
    assert explored(39) == few
