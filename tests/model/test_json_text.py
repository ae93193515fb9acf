import math
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pmtui.model import json

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner),
)  # fmt: skip


@settings(deadline=None)
@given(values)
def test_what_was_encoded_is_decoded_to_the_same(value):
    assert json.decode(json.encode(value)) == value


@settings(deadline=None)
@given(st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), st.integers()))
def test_canonical_does_not_depend_on_the_order_of_keys(value):
    assert json.canonical(dict(reversed(value.items()))) == json.canonical(value)


@dataclass
class State:
    total: float = math.nan


@pytest.mark.parametrize(
    "value",
    [
        math.nan,
        math.inf,
        -math.inf,
        {"a": [1, {"b": math.nan}]},
        {"a": None, "b": (math.inf,)},
        {"a": {math.nan}},
        State(),
        "\ud800",
        {"\udfff": 1},
        object(),
        {"a": {(1, 2): 3}},
        10**5000,
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_json_cannot_hold_is_refused_and_not_changed_silently(value):
    with pytest.raises(ValueError, match=r".+") as caught:
        json.encode(value)
    assert "\n" not in str(caught.value)


def test_a_value_that_holds_itself_is_refused():
    value: list[object] = []
    value.append(value)
    with pytest.raises(ValueError, match="recursion"):
        json.encode(value)


def test_null_and_the_word_null_are_no_nan():
    assert json.encode({"a": None, "b": "null"}) == '{"a":null,"b":"null"}'


@pytest.mark.parametrize("number", [2**53 + 1, 2**64, -(2**64), 10**4000])
def test_integers_of_any_size_survive(number):
    assert json.decode(json.encode({"n": number}))["n"] == number


@pytest.mark.parametrize(
    "text",
    [
        "", "{", "NaN", "[Infinity]", "1e999", '"\\ud800"', '"\ud800"', b'"\xff"', "{'a': 1}", "{} {}", "[" * 100_000,
        "1" * 5000,
    ],
    ids=lambda text: repr(text[:12]),
)  # fmt: skip
def test_what_is_no_json_raises_a_value_error(text):
    with pytest.raises(ValueError):
        json.decode(text)
    with pytest.raises(ValueError):
        json.decode_object(text)


@pytest.mark.parametrize("text", ["[]", "1", "null", '"a"'])
def test_an_object_must_be_an_object(text):
    with pytest.raises(ValueError, match="object"):
        json.decode_object(text)
