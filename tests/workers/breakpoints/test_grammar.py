"""What a person types as a breakpoint."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pmtui.model.errors import InputError
from pmtui.model.point import PHASES, Point
from pmtui.workers.breakpoints.breakpoint import Breakpoint
from pmtui.workers.breakpoints.condition import (
    AtPoint,
    AtPosition,
    Compared,
    Doubled,
    InPhase,
    Named,
    Not,
)
from pmtui.workers.breakpoints.grammar import LONGEST, Vocabulary, read
from pmtui.workers.protocol import SetBreakpoints, command_of, line

SHOP = Vocabulary(["orders", "timers"], ["OrderPlaced", "PaymentTaken"], ["fulfilment"])

NAMES = st.text(min_size=1, max_size=12).filter(lambda text: not any("\ud800" <= c <= "\udfff" for c in text))
CONTEXTS = st.from_regex(r"[a-z][a-z0-9_-]{0,7}", fullmatch=True)
WHOLE = st.integers(0, 2**63 - 1)
VALUES = st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False, allow_infinity=False)
PLAIN = st.one_of(
    st.builds(Named, st.sampled_from(["manager", "context", "type", "instance", "action"]), NAMES),
    st.builds(AtPosition, CONTEXTS, WHOLE),
    st.builds(
        lambda *parts: AtPoint(str(Point(*parts))), CONTEXTS, CONTEXTS, WHOLE, st.sampled_from(["read", "saved"])
    ),
    st.builds(
        lambda *parts: AtPoint(str(Point(*parts))), CONTEXTS, CONTEXTS, WHOLE, st.just("acted"), st.integers(0, 9)
    ),
    st.builds(InPhase, st.sampled_from(PHASES)),
    st.builds(InPhase, st.just("acted"), WHOLE),
    st.just(Doubled()),
    st.builds(
        Compared,
        st.sampled_from(["data", "state"]),
        st.lists(NAMES, min_size=1, max_size=3).map(tuple),
        st.sampled_from(["==", "!=", "<", "<=", ">", ">=", "contains"]),
        VALUES | NAMES | st.just(""),
    ),
)
BREAKPOINTS = st.builds(
    Breakpoint,
    st.integers(1, 99),
    st.lists(PLAIN | st.builds(Not, PLAIN), min_size=1, max_size=3).map(tuple),
    st.integers(1, 10**9),
    st.sampled_from(["pause", "crash"]),
)


@given(BREAKPOINTS)
def test_what_is_written_is_read_as_the_same(breakpoint: Breakpoint) -> None:
    text = str(breakpoint)
    if len(text) <= LONGEST:
        again = read(text, breakpoint.number)
        assert repr(again) == repr(breakpoint), "true is not 1, and 1 not 1.0"
        assert str(again) == text


@given(BREAKPOINTS)
def test_a_worker_is_told_what_was_set(breakpoint: Breakpoint) -> None:
    told = command_of(line(SetBreakpoints((breakpoint,))))
    assert isinstance(told, SetBreakpoints)
    assert repr(told.breakpoints) == repr((breakpoint,))


PIECES = st.sampled_from(
    [
        *(
            "orders",
            "OrderPlaced",
            "and",
            "not",
            "doubled",
            "from",
            "hit",
            "then",
            "crash",
            "pause",
            "instance",
            "type",
        ),
        *("data.", "state", ".amount", "==", "<", ">=", "contains", '"a', 'b"', '"', ":acted", ":0", "@3", ":", "@"),
        *(
            "instance",
            "type",
            "100",
            "1e999",
            "-1",
            "true",
            "null",
            "\x1b[31m",
            "\ud800",
            "'",
            "{",
            "}",
            "$(id)",
            "__import__('os')",
        ),
    ]
)


@given(st.text(max_size=60) | st.lists(PIECES, max_size=9).map(" ".join) | st.lists(PIECES, max_size=9).map("".join))
@example("orders@99999999999999999999")
@example("data." + '"\\ud800" == 1')
@example("x" * (LONGEST + 1))
@example("data.a == " + "9" * 400)
def test_nothing_that_is_typed_does_more_than_be_refused_in_one_line(text: str) -> None:
    try:
        again = str(read(text, 1, SHOP))
    except InputError as error:
        assert "\n" not in str(error)
        assert len(str(error)) < LONGEST + 200
    else:
        assert str(read(again, 1)) == again, "what is kept needs no vocabulary"


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("orders", "context orders"),
        ("OrderPlaced", "type OrderPlaced"),
        ("fulfilment", "manager fulfilment"),
        ("orders@3:acted", "orders@3:acted"),
        ("orders:decided", "context orders:decided"),
        ("timers@1", "timers@1"),
        ("fulfilment:orders@3:acted:0", "fulfilment:orders@3:acted:0"),
        ("instance order-3", "instance order-3"),
        ('instance "order 3"', 'instance "order 3"'),
        ("data.amount>100", "data.amount > 100"),
        ("data.kind == express", 'data.kind == "express"'),
        ("data.day == 2026-01-02", 'data.day == "2026-01-02"'),
        ('data."odd key".0 contains "x"', 'data."odd key".0 contains "x"'),
        ("not state.paid == true and orders", "not state.paid == true and context orders"),
        ("doubled from hit 3 then crash", "doubled from hit 3 then crash"),
        ("orders from hit 1 then pause", "context orders"),
        (" :saved  ", ":saved"),
    ],
)
def test_what_can_be_typed(typed: str, written: str) -> None:
    assert str(read(typed, 1, SHOP)) == written


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("", "at the end: a condition looks like orders"),
        ("nonsense", "at 'nonsense': no context, manager or handled type; say type nonsense"),
        ("orders OrderPlaced", "at 'OrderPlaced': here the condition should end"),
        ("orders@", "here comes the position of an event"),
        ("orders:done", "behind : comes a phase: read, decided, acted, saved"),
        ("orders:read:0", "only acted has a number behind it"),
        ("data.amount", "behind a field comes =="),
        ("data.amount = 3", "behind a field comes =="),
        ("data.amount >", "a value is a number, true, false, null or a text"),
        ("data.amount == 1e999", "1e999 is not a number as JSON has it"),
        ("orders from hit x", "here comes the number of a hit"),
        ("orders then run", "behind then comes crash or pause"),
        ("a:orders@3:nowhere", "is not a point"),
        ("type", "here comes the name of the type"),
    ],
)
def test_what_is_wrong_is_told_in_words(typed: str, told: str) -> None:
    with pytest.raises(InputError, match=re.escape(told)):
        read(typed, 1, SHOP)
