"""What changed between two values: applied to the one, it gives the other."""

from copy import deepcopy
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from pmtui.view.closeup.diff import ABSENT, Change, changes

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=2), inner, max_size=4),
    max_leaves=12,
)


def applied(value: Any, change: Change) -> Any:
    if not change.path:
        return deepcopy(change.after)
    place = value
    for part in change.path[:-1]:
        place = place[part]
    last = change.path[-1]
    if change.after is ABSENT:
        place.pop(last)
    elif isinstance(place, list) and last == len(place):
        place.append(deepcopy(change.after))
    else:
        place[last] = deepcopy(change.after)
    return value


@given(VALUES, VALUES)
def test_the_changes_lead_from_the_one_to_the_other(before, after):
    value = deepcopy(before)
    found = list(changes(before, after))
    gone = [change for change in found if change.after is ABSENT]
    for change in [*(each for each in found if each not in gone), *gone[::-1]]:
        value = applied(value, change)
    assert repr(sort(value)) == repr(sort(after))


def sort(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: sort(value[key]) for key in sorted(value)}
    return [sort(each) for each in value] if isinstance(value, list) else value


@given(VALUES)
def test_what_is_the_same_has_no_changes(value):
    assert list(changes(value, deepcopy(value))) == []


def test_true_and_one_are_not_the_same():
    assert [change.name for change in changes({"a": [1, 1]}, {"a": [True, 1.0]})] == ["a[0]", "a[1]"]
