import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pmtui.model.errors import InputError
from pmtui.model.manager import NAME
from pmtui.model.point import Point

names = st.from_regex(NAME, fullmatch=True)
positions = st.integers(0, 2**63 - 1)
points = st.one_of(
    st.builds(Point, names, names, positions, st.sampled_from(["read", "decided", "saved"])),
    st.builds(Point, names, names, positions, st.just("acted"), action=st.integers(0, 10**6)),
    st.builds(Point, names, names, positions, st.just("acted"), target=names.filter(lambda name: not name.isdecimal())),
)


@settings(deadline=None)
@given(points)
def test_what_a_point_writes_it_reads(point):
    assert Point.parse(str(point)) == point


@settings(deadline=None)
@given(st.text())
def test_whatever_is_typed_is_a_point_or_an_input_error(text):
    try:
        point = Point.parse(text)
    except InputError as error:
        assert len(str(error).splitlines()) == 1
    else:
        assert Point.parse(str(point)) == point


def test_the_parts_of_a_point():
    assert Point.parse("fulfilment:orders@3:acted:0") == Point("fulfilment", "orders", 3, "acted", action=0)
    assert Point.parse("fulfilment:orders@3:acted:payments") == Point(
        "fulfilment", "orders", 3, "acted", None, "payments"
    )
    assert str(Point("fulfilment", "timers", 1, "saved")) == "fulfilment:timers@1:saved"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "fulfilment",
        "orders@3:read",
        "fulfilment:orders:3:read",
        "fulfilment:orders@:read",
        "fulfilment:orders@-1:read",
        "fulfilment:orders@3.5:read",
        "fulfilment:orders@three:read",
        "fulfilment:orders@٣:read",
        "fulfilment:orders@" + "9" * 5000 + ":read",
        "fulfilment:orders@3",
        "fulfilment:orders@3:",
        "fulfilment:orders@3:eaten",
        "fulfilment:orders@3:Read",
        "fulfilment:orders@3:acted",
        "fulfilment:orders@3:acted:",
        "fulfilment:orders@3:acted:0:1",
        "fulfilment:orders@3:read:0",
        " fulfilment:orders@3:read",
        "fulfilment:orders@3:read\n",
        "ful filment:orders@3:read",
        ":orders@3:read",
        "fulfilment:@3:read",
    ],
)
def test_what_is_not_a_point_is_refused_with_an_example(text):
    with pytest.raises(InputError, match="one looks like fulfilment:orders@3:read") as caught:
        Point.parse(text)
    assert "\n" not in str(caught.value)
