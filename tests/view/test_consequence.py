"""The consequence line and the phase strip for every situation; that they are true the lab's tests show."""

from dataclasses import replace

import pytest

from pmtui.storage.ledger import Outcome, Taken
from pmtui.storage.log import Run
from pmtui.view.consequence import Situation, consequence
from pmtui.view.snapshot import Failure, ManagerState
from pmtui.view.story import Applied, Story
from pmtui.view.strip import turn_view, upcoming_view
from pmtui.view.turn import TurnView
from pmtui.workers.protocol import EventReport, TurnReport

EVENT = EventReport("orders", 3, "OrderPlaced", "order-3")
NOW = Situation(
    state="paused",
    turn=None,
    upcoming="",
    receivers={"payments": "exact", "shipping": "exact"},
    story=None,
    failure=None,
    next_timer=None,
    to_do=0,
    others=None,
    speed="4",
)


def turn(phase: str, *outcomes: Outcome, save_first: bool = False, repeated: bool = False) -> TurnView:
    """A turn of one event at a phase; an outcome for each of its actions."""
    contexts = ["payments", "shipping"]
    taken = tuple(
        Taken(
            "send" if i == 0 else "append",
            contexts[i],
            "s",
            f"Type{i}",
            i,
            outcome,
            first=0 if outcome in ("asked", "refused") else 3 + (outcome == "doubled"),
            added=outcome in ("performed", "suppressed", "doubled"),
            original=3 if outcome == "doubled" else 0,
        )
        for i, outcome in enumerate(outcomes)
    )
    finished = phase == "saved" if not save_first else "asked" not in outcomes and phase not in ("read", "decided")
    report = TurnReport(
        number=3,
        event=EVENT,
        first=3,
        size=1,
        point=f"fulfilment:orders@3:{phase}",
        finished=finished,
        delivery="save-then-act" if save_first else "act-then-save",
        repeated=repeated,
        cursor=2,
        taken=taken,
    )
    return turn_view(report, "order-3")


def large(phase: str, *targets: tuple[str, int, bool]) -> TurnView:
    report = TurnReport(
        number=3,
        event=EventReport("orders", 90, "OrderPlaced", "order-90"),
        first=3,
        size=60,
        point=f"fulfilment:orders@90:{phase}",
        finished=phase == "saved",
        delivery="act-then-save",
        repeated=True,
        cursor=2,
        targets=targets,
    )
    return turn_view(report, "order-90")


def story(*contexts: str, size: int = 1, lost: int = 0) -> Story:
    applied = tuple(Applied(context, "orders", 3, i, 3, 1, 1, 0) for i, context in enumerate(contexts))
    run = Run("orders", 3, 3 if size == 1 else 90, size)
    missing = tuple(Taken("append", "payments", "s", "T", i, "asked") for i in range(lost))
    return Story(3, (run,) if contexts else (), applied, {"orders": 2}, "act-then-save", missing)


def said(now: Situation) -> tuple[str, str, dict[str, str]]:
    line = consequence(now)
    return line.headline, line.detail, dict(line.hints)


REPEATS_NOTHING = "here repeats nothing: a receipt stops it"

PAUSED: list[tuple[TurnView, str, str, str, str]] = [
    (
        turn("read"),
        "Read, not decided.",
        "orders@3 is in memory only.",
        "asks the handler what to do",
        "here only forgets what was read",
    ),
    (turn("decided"), "Decided: nothing to act on.", "", "saves, orders 2 → 3", "here loses nothing"),
    (
        turn("decided", "asked"),
        "Decided: 1 action, not taken.",
        "Type0 is sent to payments.",
        "takes action 1 of 1",
        "here loses nothing: it is decided again",
    ),
    (
        turn("decided", "asked", "asked", repeated=True),
        "Decided again: 2 actions.",
        "Type0 is sent to payments.",
        "takes action 1 of 2",
        "here loses nothing: it is decided again",
    ),
    (
        turn("acted:0", "performed"),
        "Acted, not saved.",
        "payments has the event; orders is still at 2.",
        "saves, orders 2 → 3",
        REPEATS_NOTHING,
    ),
    (
        turn("acted:0", "performed", "asked"),
        "Action 1 of 2, not saved.",
        "payments has the event; orders is still at 2.",
        "takes action 2 of 2",
        REPEATS_NOTHING,
    ),
    (
        turn("acted:0", "suppressed"),
        "Stopped by its receipt, not saved.",
        "payments has it already.",
        "saves, orders 2 → 3",
        "here changes nothing",
    ),
    (
        turn("acted:0", "suppressed", "asked"),
        "Action 1 of 2 stopped by its receipt, not saved.",
        "payments has it already.",
        "takes action 2 of 2",
        "here changes nothing",
    ),
    (
        turn("acted:0", "doubled"),
        "Acted again, not saved.",
        "payments@4 repeats payments@3; nothing stopped it.",
        "saves, orders 2 → 3",
        REPEATS_NOTHING,
    ),
    (
        turn("acted:0", "refused"),
        "Applied again, not saved.",
        "The aggregate in payments refused it; nothing was added.",
        "saves, orders 2 → 3",
        REPEATS_NOTHING,
    ),
    (
        turn("decided", "asked", save_first=True),
        "Decided: 1 action, not taken.",
        "It saves first.",
        "saves, orders 2 → 3",
        "here loses nothing",
    ),
    (
        turn("saved", "asked", save_first=True),
        "Saved, not acted.",
        "orders is at 3 already.",
        "takes action 1 of 1",
        "here loses the action for good",
    ),
    (
        turn("saved", "asked", "asked", save_first=True),
        "Saved, not acted.",
        "orders is at 3 already.",
        "takes action 1 of 2",
        "here loses 2 actions for good",
    ),
    (
        turn("acted:0", "performed", "asked", save_first=True),
        "Saved, 1 of 2 actions taken.",
        "orders is at 3 already.",
        "takes action 2 of 2",
        "here loses the action for good",
    ),
    (
        large("read"),
        "Read, not decided.",
        "the turn up to orders@90 is in memory only.",
        "asks the handler what to do",
        "here only forgets what was read",
    ),
    (
        large("decided", ("payments", 60, False)),
        "Decided 60 events.",
        "Nothing of it is durable.",
        "goes on",
        "here loses nothing: it is decided again",
    ),
    (
        large("acted:payments", ("payments", 60, True), ("shipping", 60, False)),
        "Acted, not saved.",
        "60 actions in payments; orders is still at 2.",
        "goes on to the next log",
        "here repeats nothing: receipts stop it",
    ),
    (
        large("acted:shipping", ("payments", 60, True), ("shipping", 7, True)),
        "Acted, not saved.",
        "7 actions in shipping; orders is still at 2.",
        "saves, orders 2 → 90",
        "here repeats nothing: receipts stop it",
    ),
]


@pytest.mark.parametrize(("at", "headline", "detail", "step", "crash"), PAUSED)
def test_in_the_middle_of_a_turn(at: TurnView, headline: str, detail: str, step: str, crash: str) -> None:
    assert said(replace(NOW, turn=at)) == (headline, detail, {"s": step, "x": crash})


@pytest.mark.parametrize(
    ("at", "none", "words"),
    [
        (turn("acted:0", "performed"), "payments", "here repeats the action"),
        (turn("acted:0", "performed"), "shipping", REPEATS_NOTHING),
        (turn("acted:0", "doubled"), "payments", "here repeats it once more"),
        (turn("acted:1", "performed", "performed"), "payments shipping", "here repeats 2 actions"),
        (turn("acted:1", "performed", "performed"), "shipping", "here repeats 1 of 2 actions"),
        (turn("acted:1", "doubled", "doubled"), "payments shipping", "here repeats 2 actions once more"),
        (turn("acted:0", "suppressed"), "payments", "here repeats the action"),
        (
            large("acted:payments", ("payments", 60, True), ("shipping", 60, False)),
            "payments",
            "here repeats what was taken",
        ),
        (
            large("acted:payments", ("payments", 60, True), ("shipping", 60, False)),
            "shipping",
            "here repeats nothing: receipts stop it",
        ),
    ],
)
def test_a_crash_repeats_what_was_taken_where_no_receipt_is_looked_at(at: TurnView, none: str, words: str) -> None:
    receivers = {**NOW.receivers, **dict.fromkeys(none.split(), "none")}
    assert said(replace(NOW, turn=at, receivers=receivers))[2]["x"] == words


@pytest.mark.parametrize(
    ("left", "receivers", "headline", "detail", "hint"),
    [
        (
            story(),
            {},
            "Killed.",
            "Nothing was half done: all that was taken is saved.",
            "restarts it: it goes on where it was",
        ),
        (
            story("payments"),
            {"payments": "none"},
            "Killed: acted, not saved.",
            "payments has the event; orders is still at 2.",
            "restarts it: orders@3 is handled again and the action will be repeated",
        ),
        (
            story("payments"),
            {"payments": "exact"},
            "Killed: acted, not saved.",
            "payments has the event; orders is still at 2.",
            "restarts it: orders@3 is handled again and its receipt will stop the action",
        ),
        (
            story("payments", "shipping"),
            {"payments": "none", "shipping": "exact"},
            "Killed: acted, not saved.",
            "2 actions taken; orders is still at 2.",
            "restarts it: orders@3 is handled again and 1 action will be repeated",
        ),
        (
            story("payments", "shipping"),
            {},
            "Killed: acted, not saved.",
            "2 actions taken; orders is still at 2.",
            "restarts it: orders@3 is handled again and receipts will stop 2 actions",
        ),
        (
            story("payments", "payments", size=60),
            {"payments": "none"},
            "Killed in orders 3–90:",
            "2 actions in payments; cursor at 2.",
            "restarts it: the turn is handled again and 2 actions will be repeated",
        ),
        (
            story(lost=1),
            {},
            "Killed: saved, not acted.",
            "1 action is lost for good.",
            "restarts it: it goes on behind it",
        ),
        (
            story(lost=2),
            {},
            "Killed: saved, not acted.",
            "2 actions are lost for good.",
            "restarts it: it goes on behind them",
        ),
    ],
)
def test_killed(left: Story, receivers: dict[str, str], headline: str, detail: str, hint: str) -> None:
    now = replace(NOW, state="killed", story=left, receivers=receivers)  # type: ignore[arg-type]
    assert said(now) == (headline, detail, {"r": hint})


def test_killed_before_it_acted() -> None:
    now = replace(NOW, state="killed", story=story(), turn=turn("decided", "asked"))
    assert said(now) == (
        "Killed before it acted.",
        "Nothing of orders@3 is durable.",
        {"r": "restarts it: orders@3 is handled from the start"},
    )
    assert said(replace(now, story=None)) == ("Killed.", "Reading what it left …", {})


def test_before_an_event_and_after_a_restart() -> None:
    before = replace(NOW, turn=upcoming_view(EVENT, "order-3", 0, 2, "act-then-save"))
    hints = {"s": "reads orders@3", "x": "here changes nothing"}
    assert said(before) == ("Paused before orders@3.", "Nothing of it has happened yet.", hints)
    again = replace(before, story=story("payments"))
    detail = "Receipts will stop what was taken."
    assert said(again) == ("Restarted, before orders@3.", detail, hints)
    again = replace(again, receivers={"payments": "none"})
    assert said(again)[1] == "It will take 1 action again."


@pytest.mark.parametrize("save_first", [False, True])
def test_after_an_event(save_first: bool) -> None:
    done = turn("acted:0", "performed", save_first=True) if save_first else turn("saved", "performed")
    now = replace(NOW, turn=done, upcoming="orders@6")
    headline, detail = ("Saved and acted.", "") if save_first else ("Saved.", "orders is at 3.")
    assert said(now) == (headline, detail, {"s": "reads orders@6", "x": "here repeats nothing"})
    dry = said(replace(now, upcoming=""))
    assert dry == (headline, f"{detail} All handled.".strip(), {"a": "appends an event", "R": "starts over"})


def test_when_there_is_nothing_to_do() -> None:
    others = {"m": "selects refunds, which has 2 events to do"}
    assert said(replace(NOW, others=("refunds", 2))) == ("Nothing to do here.", "", others)
    waits = said(replace(NOW, state="idle", others=("refunds", 2)))
    assert waits == ("Nothing to do here.", "It waits for what they write.", others)
    timer = {"s": "moves the clock on to it", "a": "appends an event"}
    assert said(replace(NOW, next_timer=1560.0)) == ("All events handled.", "The next timer is due in 26 min.", timer)
    assert said(replace(NOW, state="idle", next_timer=1560.0))[0] == "All handled."
    first = replace(NOW, next_timer=60.0, to_do=2, others=("refunds", 2))
    assert said(first) == ("Next comes a timer.", "The next timer is due in 1 min.", timer)


def test_live_logs_offer_neither_to_start_over_nor_to_move_the_clock() -> None:
    live = replace(NOW, live=True)
    assert said(live) == ("All handled.", "", {"a": "appends an event"})
    assert said(replace(live, state="idle")) == said(live)
    assert said(replace(live, turn=turn("saved")))[2] == {"a": "appends an event"}
    timer = {"s": "handles it once it is due", "a": "appends an event"}
    assert said(replace(live, next_timer=1560.0))[2] == timer


@pytest.mark.parametrize(
    ("state", "headline", "keys"),
    [
        ("starting", "Starting its worker …", []),
        ("stopped", "Ended.", ["r"]),
        ("failed", "Stopped: it cannot go on.", ["r"]),
    ],
)
def test_other_states(state: ManagerState, headline: str, keys: list[str]) -> None:
    found = said(replace(NOW, state=state))
    assert (found[0], list(found[2])) == (headline, keys)


def test_failed_tells_the_sentence_and_the_place() -> None:
    now = replace(NOW, state="failed", failure=Failure("orders@3: KeyError: 'x'", "/home/shop.py:12"))
    hint = {"r": "restarts it, with the code as it is now"}
    assert said(now) == ("Stopped: orders@3: KeyError: 'x'", "At shop.py:12.", hint)


@pytest.mark.parametrize(
    ("speed", "headline"),
    [
        ("phase", "Running, a phase a second."),
        ("1", "Running, 1 event a second."),
        ("20", "Running, 20 events a second."),
    ],
)
def test_running(speed: str, headline: str) -> None:
    now = replace(NOW, state="running", speed=speed, to_do=1200)  # type: ignore[arg-type]
    assert said(now) == (headline, "1,200 events to do.", {"space": "pauses at the next phase", "x": "kills it there"})
    full = said(replace(now, speed="max", to_do=0))
    assert full[:2] == ("Running at full speed.", "")
    assert full[2]["space"] == "pauses after the turn in hand"


def strip(at: TurnView) -> list[tuple[str, str, str]]:
    return [(step.label, step.where, step.state) for step in at.steps]


def test_the_strip_of_an_event() -> None:
    assert strip(upcoming_view(EVENT, "", 0, 2, "act-then-save")) == [
        ("read", "", "todo"),
        ("decided", "", "todo"),
        ("action", "", "todo"),
        ("saved", "orders 2 → 3", "todo"),
    ]
    assert [label for label, *_ in strip(turn("read"))] == ["read", "decided", "action", "saved"]
    acted = turn("acted:1", "performed", "suppressed")
    assert strip(acted) == [
        ("read", "in memory", "done"),
        ("decided", "in memory", "done"),
        ("action 1 of 2", "in payments@3", "done"),
        ("action 2 of 2", "nothing added", "now"),
        ("saved", "orders 2 → 3", "todo"),
    ]
    assert [step.durable for step in acted.steps] == [False, False, True, True, True]
    assert strip(turn("decided", "asked"))[2] == ("action 1 of 1", "to payments", "todo")
    assert strip(turn("saved", "performed"))[-1][2] == "now"
    assert [label for label, *_ in strip(turn("decided"))] == ["read", "decided", "saved"]


def test_the_strip_saves_first_where_the_manager_does() -> None:
    half = turn("acted:0", "performed", "asked", save_first=True)
    assert [(label, state) for label, _, state in strip(half)] == [
        ("read", "done"),
        ("decided", "done"),
        ("saved", "done"),
        ("action 1 of 2", "now"),
        ("action 2 of 2", "todo"),
    ]
    assert [step.label for step in upcoming_view(EVENT, "", 0, 2, "save-then-act").steps][2:] == ["saved", "action"]


def test_the_strip_of_a_larger_turn_has_a_step_for_each_log() -> None:
    at = large("acted:payments", ("payments", 60, True), ("shipping", 1, False))
    assert strip(at)[2:] == [
        ("60 actions", "in payments", "now"),
        ("1 action", "in shipping", "todo"),
        ("saved", "orders 2 → 90", "todo"),
    ]


def test_the_strip_shows_nothing_that_came_from_data_as_it_was() -> None:
    evil = EventReport("orders\x1b", 3, "T\u202e", "\x07")
    view = upcoming_view(evil, "", 0, 2, "act-then-save")
    assert (view.event.context, view.event.type, view.event.label) == ("orders␛", "T‹202E›", "␇")
    assert view.event.where == "orders␛@3"


@pytest.mark.parametrize(
    ("point", "words"),
    [
        ("fulfilment:orders@3:acted:0", "is set: it dies at orders@3, action 1"),
        ("fulfilment:orders@3:saved", "is set: it dies at orders@3, saved"),
        ("fulfilment:orders@500:acted:payments", "is set: it dies at orders@500, acted in payments"),
    ],
)
def test_a_crash_that_is_to_come_is_told_until_it_has_come(point: str, words: str) -> None:
    assert consequence(replace(NOW, crash_at=point)).hints[-1] == ("X", words)
    assert all(key != "X" for key, _ in consequence(replace(NOW, state="killed", crash_at=point)).hints)
