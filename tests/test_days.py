"""When something in a calendar takes place: midnight, a change of the clock, far years."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.catalogue import CalendarEntry
from bot.catalogue.days import AMSTERDAM, next_time, times

WEEKS = {"week": 1, "two-weeks": 2, "month": 4}
DATES = st.dates(dt.date(2020, 1, 1), dt.date(2040, 12, 31))
CLOCKS = st.times().map(lambda time: f"{time:%H:%M}")


def entry(begin: str | dt.date, end: str | dt.date | None = None, **more: Any) -> CalendarEntry:
    fields = {"id": "x", "title": {"nl": "Iets", "en": "Something"}, "kind": "exams", "from": begin}
    return CalendarEntry.model_validate(fields | ({"to": end} if end else {}) | more)


def activity(
    begin: str | dt.date,
    end: str | dt.date | None = None,
    time: str = "12:30-13:30",
    every: str | None = "week",
) -> CalendarEntry:
    more = {"kind": "activity", "offerings": ["x"], "time": time}
    return entry(begin, end, **more | ({"every": every} if every else {}))


def at(moment: str) -> dt.datetime:
    """A moment on a clock in Amsterdam."""
    return dt.datetime.fromisoformat(moment).replace(tzinfo=AMSTERDAM)


@pytest.mark.parametrize(
    ("what", "since", "expected"),
    [
        (entry("2026-11-02", "2026-11-13"), "2026-09-01", "2026-11-02"),
        (entry("2026-11-02", "2026-11-13"), "2026-11-13", "2026-11-02"),
        (entry("2026-11-02", "2026-11-13"), "2026-11-14", ""),
        (entry("2026-11-02"), "2026-11-02", "2026-11-02"),
        (entry("2026-11-02"), "2026-11-03", ""),
        (entry("2026-11-02", "9999-12-31"), "2206-01-01", "2026-11-02"),
        (activity("2026-11-02", every=None), "2026-11-02", "2026-11-02"),
        (activity("2026-11-02", every=None), "2026-11-03", ""),
        (activity("2026-11-02", "2026-11-23"), "2026-01-01",
         "2026-11-02 2026-11-09 2026-11-16 2026-11-23"),
        (activity("2026-11-02", "2026-11-22"), "2026-11-09", "2026-11-09 2026-11-16"),
        (activity("2026-11-02", "2026-11-22"), "2026-11-10", "2026-11-16"),
        (activity("2026-11-02", "2026-11-22"), "2026-11-17", ""),
        (activity("2026-11-02", "2026-11-02"), "2026-11-02", "2026-11-02"),
        (activity("2026-11-02", "2026-12-14", every="two-weeks"), "2026-11-10",
         "2026-11-16 2026-11-30 2026-12-14"),
        (activity("2026-11-02", "2027-01-31", every="month"), "2026-11-03",
         "2026-11-30 2026-12-28 2027-01-25"),
        (activity("9999-12-20", "9999-12-31"), "2026-11-02", "9999-12-20 9999-12-27"),
    ],
)  # fmt: skip
def test_times(what: CalendarEntry, since: str, expected: str) -> None:
    found = [time.first.isoformat() for time in times(what, dt.date.fromisoformat(since))]
    assert found == expected.split()


def test_a_series_until_2206_by_a_slip_is_no_reason_to_be_slow() -> None:
    slip = activity("2026-11-02", "2206-11-02")
    found = list(times(slip, dt.date(2026, 11, 3)))
    assert found[0].first == dt.date(2026, 11, 9)
    assert len(found) == 400
    assert next(times(slip, dt.date(2206, 10, 20))).first == dt.date(2206, 10, 20)


@pytest.mark.parametrize(
    ("day", "time", "begins", "ends", "hours"),
    [
        ("2026-11-02", "12:30-13:30", "2026-11-02 12:30+01:00", "2026-11-02 13:30+01:00", 1),
        ("2026-07-02", "12:30-13:30", "2026-07-02 12:30+02:00", "2026-07-02 13:30+02:00", 1),
        ("2026-11-02", "22:30-00:00", "2026-11-02 22:30+01:00", "2026-11-03 00:00+01:00", 1.5),
        ("2026-11-02", "00:00-01:00", "2026-11-02 00:00+01:00", "2026-11-02 01:00+01:00", 1),
        ("2026-11-02", "23:00-02:00", "2026-11-02 23:00+01:00", "2026-11-03 02:00+01:00", 3),
        # The night that the clock goes forward, and what would be in the hour that is skipped.
        ("2027-03-27", "23:00-04:00", "2027-03-27 23:00+01:00", "2027-03-28 04:00+02:00", 4),
        ("2027-03-28", "01:30-02:30", "2027-03-28 01:30+01:00", "2027-03-28 03:00+02:00", 0.5),
        ("2027-03-28", "02:30-03:30", "2027-03-28 03:00+02:00", "2027-03-28 03:30+02:00", 0.5),
        # And back: the hour that comes twice is meant the first time.
        ("2026-10-24", "23:00-04:00", "2026-10-24 23:00+02:00", "2026-10-25 04:00+01:00", 6),
        ("2026-10-25", "01:30-02:30", "2026-10-25 01:30+02:00", "2026-10-25 02:30+02:00", 1),
    ],
)
def test_moments(day: str, time: str, begins: str, ends: str, hours: float) -> None:
    found = next(times(activity(day, every=None, time=time), dt.date.fromisoformat(day)))
    assert found.begins
    assert found.ends
    assert [one.isoformat(" ", "minutes") for one in (found.begins, found.ends)] == [begins, ends]
    lasted = found.ends.astimezone(dt.UTC) - found.begins.astimezone(dt.UTC)
    assert lasted == dt.timedelta(hours=hours)
    assert found.first == found.last == dt.date.fromisoformat(day)


@pytest.mark.parametrize("change", ["2026-10-25", "2027-03-28"])
def test_a_series_stays_at_its_time_when_the_clock_changes(change: str) -> None:
    first = dt.date.fromisoformat(change) - dt.timedelta(days=10)
    series = activity(first, first + dt.timedelta(days=28))
    found = list(times(series, first))
    assert {time.begins and f"{time.begins:%H:%M}" for time in found} == {"12:30"}
    assert len({time.begins and time.begins.utcoffset() for time in found}) == 2


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (at("2026-11-02T12:29"), "2026-11-02"),
        (at("2026-11-02T12:30"), "2026-11-09"),  # it has begun
        (at("2026-11-02T12:29").astimezone(dt.UTC), "2026-11-02"),
        (dt.datetime(2026, 11, 2, 11, 30, tzinfo=dt.UTC), "2026-11-09"),
        (at("2026-11-23T12:30"), None),
    ],
)
def test_the_next_time_has_not_begun(now: dt.datetime, expected: str | None) -> None:
    found = next_time(activity("2026-11-02", "2026-11-29"), now)
    assert (found and found.first.isoformat()) == expected


def test_the_next_time_of_a_period_is_the_one_that_is_not_over() -> None:
    period = entry("2026-11-02", "2026-11-13")
    assert next_time(period, at("2026-11-13T23:59"))
    assert next_time(period, at("2026-11-14T00:00")) is None
    # Of a day in Amsterdam, whatever day it is in another zone.
    assert next_time(period, dt.datetime(2026, 11, 13, 23, 30, tzinfo=dt.UTC)) is None


def test_in_the_hour_that_comes_twice_moments_are_compared_and_not_clocks() -> None:
    at_night = activity("2026-10-25", every=None, time="02:45-04:00")
    first, second = at("2026-10-25T02:30"), at("2026-10-25T02:30").replace(fold=1)
    assert next_time(at_night, first)
    assert next_time(at_night, second) is None


@given(DATES, st.integers(0, 900), st.sampled_from(sorted(WEEKS)), DATES, CLOCKS, CLOCKS)
def test_a_series(
    begin: dt.date, days: int, every: str, since: dt.date, start: str, end: str
) -> None:
    """On every day that is a whole number of steps from the first, and on no other."""
    until, step = begin + dt.timedelta(days), dt.timedelta(weeks=WEEKS[every])
    series = activity(begin, until, f"{start}-{end}", every)
    found = list(times(series, since))
    every_day = (begin + dt.timedelta(n) for n in range(days + 1))
    assert [time.first for time in found] == [
        day for day in every_day if (day - begin) % step == dt.timedelta() and day >= since
    ]
    for time in found:
        assert time.begins
        assert time.ends
        lasted = time.ends.astimezone(dt.UTC) - time.begins.astimezone(dt.UTC)
        assert dt.timedelta() <= lasted <= dt.timedelta(hours=25)
    for one, other in pairwise(found):
        assert one.begins
        assert other.begins
        assert one.begins < other.begins


@given(DATES, st.integers(0, 900), st.sampled_from(sorted(WEEKS)), st.datetimes(
    dt.datetime(2020, 1, 1), dt.datetime(2042, 1, 1), timezones=st.just(dt.UTC)))  # fmt: skip
def test_the_next_time_is_the_first_that_is_still_to_begin(
    begin: dt.date, days: int, every: str, now: dt.datetime
) -> None:
    series = activity(begin, begin + dt.timedelta(days), every=every)
    to_come = (t for t in times(series, begin) if t.begins and t.begins.astimezone(dt.UTC) > now)
    assert next_time(series, now) == next(to_come, None)
