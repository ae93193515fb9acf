"""What is offered to be appended, and what people type there."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from view_kit import Files

from pmtui.model import json as strict
from pmtui.model.errors import InputError
from pmtui.view.duration import seconds_of
from pmtui.view.offers import Offer, offers


def test_types_come_from_the_handlers_and_from_the_log(make: Callable[..., Files]) -> None:
    files = make()
    files.append("OrderPlaced", amount=5)
    files.append("OrderPlaced", amount=7, by="orders-2")
    files.append("OrderPraised", stars=[1, "\x1b[31m"])
    placed, changed, praised = offers(files.reader(), "orders")
    data = '{"order_id": "order-2", "amount": 7, "by": "orders-3"}'
    assert placed == Offer("OrderPlaced", "orders-3", data, ("fulfilment",), ())
    assert changed == Offer("OrderChanged", "", '{"order_id": ""}', (), ("fulfilment",))
    assert praised == Offer("OrderPraised", "orders-3", '{"order_id": "order-3", "stars": [1, "\\u001b[31m"]}')
    assert offers(files.reader(), "shipping") == ()


def test_what_cannot_be_shown_as_it_is_is_not_offered(make: Callable[..., Files]) -> None:
    files = make()
    files.append("Order\x1b[31mPlaced", "OrderPraised")
    files.execute("UPDATE events SET stream = 'order\u202e' WHERE position = 2")
    types = {offer.type: offer.stream for offer in offers(files.reader(), "orders")}
    assert set(types) == {"OrderPlaced", "OrderChanged", "OrderPraised"}
    assert types["OrderPraised"] == ""


@pytest.mark.parametrize(
    ("typed", "seconds"),
    [("30m", 1800), ("2h", 7200), ("1h30m", 5400), (" 3 d ", 259_200), ("45s", 45), ("1d 2h 3min 4s", 93_784)],
)
def test_lengths_of_time(typed: str, seconds: int) -> None:
    assert seconds_of(typed) == seconds


@given(st.text(max_size=20))
@example("30")
@example("")
@example("0m")
@example("-3m")
@example("999999999d")
@example("٣m")
def test_what_is_no_length_of_time_is_refused_in_one_line(typed: str) -> None:
    try:
        assert 0 < seconds_of(typed) <= 3650 * 86_400
    except InputError as error:
        assert "\n" not in str(error)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{"a": 1}', ""),
        ('{"a": 1,}', "line 1, column 9: "),
        ('{\n  "a": 1\n  "b": 2\n}', "line 3, column 3: Expecting ',' delimiter"),
        ("", "line 1, column 1: Expecting value"),
        ('{"a": NaN}', "NaN is no number in JSON"),
        ('{"a": 1e999}', "cannot be written as JSON: inf"),
        ('{"a": "\\ud83d"}', "cannot be written as JSON"),
        ("[1]", "an object is needed, {…}, not a list"),
        ("null", "an object is needed, {…}, not null"),
        ('{"a":' * 100_000, "nest"),
    ],
)
def test_a_fault_in_what_is_typed_has_its_line_and_column(text: str, told: str) -> None:
    fault = strict.fault(text)
    assert told in fault if told else fault == ""


@given(st.dictionaries(st.text(), st.recursive(st.integers() | st.text(), st.lists, max_leaves=3)))
def test_no_fault_is_found_in_an_object(value: dict[str, Any]) -> None:
    assert strict.fault(json.dumps(value)) == ""


ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=5)  # halves of surrogate pairs, too
ANY_VALUE = st.recursive(st.none() | st.floats() | st.integers() | ANY_TEXT, st.lists, max_leaves=3)


@given(st.text(max_size=30) | st.dictionaries(ANY_TEXT, ANY_VALUE, max_size=3).map(json.dumps))
@example('{"half": "\\ud83d"}')
@example('{"large": 1e999}')
def test_a_text_without_a_fault_can_be_stored(text: str) -> None:
    if not strict.fault(text):
        strict.encode(strict.decode_object(text))
