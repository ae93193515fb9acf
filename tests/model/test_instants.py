from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pmtui.model import instant

zones = st.integers(-23 * 60, 23 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
moments = st.datetimes(timezones=zones)


@settings(deadline=None)
@given(moments)
def test_what_was_written_is_read_as_it_was_zone_included(moment):
    again = instant.parse(instant.write(moment))
    assert again == moment
    assert again.utcoffset() == moment.utcoffset()


@settings(deadline=None)
@given(moments, moments)
def test_instants_are_compared_as_what_they_mean_exactly(one, other):
    assert (instant.microseconds(one) < instant.microseconds(other)) == (one < other)
    assert instant.microseconds(one) - instant.microseconds(other) == (one - other) // timedelta(microseconds=1)


def test_two_zones_name_one_instant():
    east, utc = instant.parse("2026-01-05T11:00:00+02:00"), instant.parse("2026-01-05T09:00:00Z")
    assert instant.microseconds(east) == instant.microseconds(utc) == 1767603600000000
    assert instant.write(east) == "2026-01-05T11:00:00+02:00"
    assert instant.write(utc) == "2026-01-05T09:00:00Z"


def test_microseconds_are_kept_and_not_invented():
    assert instant.write(instant.parse("2026-01-05T09:00:00.000001Z")) == "2026-01-05T09:00:00.000001Z"
    assert instant.microseconds(instant.parse("1970-01-01T00:00:00.000001Z")) == 1
    assert instant.microseconds(instant.parse("1969-12-31T23:59:59.999999Z")) == -1


@pytest.mark.parametrize("text", ["2026-01-05T09:00:00z", "2026-01-05t09:00:00Z", "2026-01-05 09:00:00+00:00"])
def test_other_ways_to_write_what_rfc_3339_allows(text):
    assert instant.parse(text) == datetime(2026, 1, 5, 9, tzinfo=UTC)


@pytest.mark.parametrize("text", ["2026-01-05T09:00:00", "2026-01-05"])
def test_a_time_without_a_zone_is_refused_because_it_names_no_instant(text):
    with pytest.raises(ValueError, match="has no time zone"):
        instant.parse(text)


@pytest.mark.parametrize("text", ["", "yesterday", "2026-13-01T00:00:00Z", "2026-01-05T09:00:61Z", "\ud800", "٢٠٢٦"])
def test_what_is_no_time_is_refused(text):
    with pytest.raises(ValueError):
        instant.parse(text)


def test_now_is_in_utc():
    assert instant.now().utcoffset() == timedelta(0)
