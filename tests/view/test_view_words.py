"""People's words for numbers, times and what became of an action."""

from dataclasses import replace

import pytest

from pmtui.storage.ledger import Outcome, Taken
from pmtui.view.pages import JournalAction
from pmtui.view.state import state_lines
from pmtui.view.words import clock_time, count, journal_action, span


@pytest.mark.parametrize(
    ("number", "words"),
    [(0, "0 events"), (1, "1 event"), (2, "2 events"), (1200, "1,200 events"), (100_000, "100,000 events")],
)
def test_counts(number: int, words: str) -> None:
    assert count(number, "event") == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "now"),
        (-0.9, "now"),
        (1, "in 1 s"),
        (-12, "12 s ago"),
        (59, "in 59 s"),
        (60, "in 1 min"),
        (1560, "in 26 min"),
        (7200, "in 2 h"),
        (-7199, "120 min ago"),
        (172_800, "in 2 d"),
        (-90_000, "25 h ago"),
    ],
)
def test_spans(seconds: float, words: str) -> None:
    assert span(seconds) == words


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2026-01-02T10:04:21Z", "10:04:21"),
        ("2026-01-02T10:04:21.5+02:00", "10:04:21"),
        ("no time", ""),
        ("T\x1b[2J", "␛[2J"),
    ],
)
def test_the_time_of_day_is_as_it_was_written(text: str, time: str) -> None:
    assert clock_time(text) == time


@pytest.mark.parametrize(
    ("taken", "action"),
    [
        (("performed", 3, 1, 0), JournalAction("payments@3", "Take", "performed", fate="taken")),
        (("performed", 0, 0, 0), JournalAction("payments", "Take", "performed, no event", fate="taken")),
        (
            ("suppressed", 3, 1, 0),
            JournalAction("payments@3", "Take", "stopped by its receipt", "accent", "", "stopped"),
        ),
        (
            ("doubled", 4, 1, 3),
            JournalAction("payments@4", "Take", "doubled: payments@3 again", "error", "payments@3", "doubled"),
        ),
        (("doubled", 4, 1, 0), JournalAction("payments@4", "Take", "doubled", "error", "", "doubled")),
        (("refused", 0, 0, 3), JournalAction("payments", "Take", "applied again, refused", fate="refused")),
        (("asked", 0, 0, 0), JournalAction("payments", "Take", "to do", fate="asked")),
    ],
)
def test_what_became_of_an_action(taken: tuple[Outcome, int, int, int], action: JournalAction) -> None:
    outcome, first, added, original = taken
    told = Taken("send", "payments", "p", "Take", 2, outcome, first, added, original)
    action = replace(action, context="payments", first=first, added=added, original=original, ordinal=2)
    assert journal_action(told, "2026-01-02T10:00:00Z") == action


def test_the_ledgers_own_actions() -> None:
    at = "2026-01-02T10:00:00Z"
    timer = Taken("schedule", "", "", "Overdue", 0, "scheduled", due="2026-01-02T10:30:00Z")
    assert journal_action(timer, at) == JournalAction("timers", "Overdue", "due in 30 min", ordinal=0)
    odd = Taken("schedule", "", "", "Overdue", 0, "scheduled", due="\x1bsoon")
    assert journal_action(odd, at).words == "due ␛soon"
    assert journal_action(Taken("cancel", "", "", "Overdue", 0, "cancelled"), at).words == "cancelled"
    done = journal_action(Taken("complete", "", "", "", 0, "completed"), at)
    assert (done.where, done.type, done.words) == ("instance", "", "completed")


def test_what_came_from_data_is_safe() -> None:
    told = journal_action(Taken("append", "a\x1b", "s", "T\u202e", 0, "doubled", 2, 1, 1), "")
    assert (told.where, told.type, told.words) == ("a␛@2", "T‹202E›", "doubled: a␛@1 again")


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", ()),
        ("{}", ()),
        (
            '{"paid": true, "n": 1, "name": "x", "list": [1, null]}',
            (("paid", "True"), ("n", "1"), ("name", "x"), ("list", "[1, None]")),
        ),
        ("{broken", (("state", "{broken"),)),
        ('{"a\\u001b": "\\u202e"}', (("a␛", "‹202E›"),)),
    ],
)
def test_an_instances_state_as_lines(text: str, lines: tuple[tuple[str, str], ...]) -> None:
    assert state_lines(text) == lines
