"""Working time: lunch, weekends, holidays, absences and the nights that the clock changes."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.catalogue.days import AMSTERDAM
from bot.catalogue.hours import MIDNIGHT, Hours, Period, read_hours
from bot.catalogue.models import CalendarEntry
from bot.handover.working_time import (
    Presence,
    after,
    closed_days,
    dutch_holidays,
    is_present,
    next_present,
)

MINUTE = dt.timedelta(minutes=1)


def local(written: str, fold: int = 0) -> dt.datetime:
    """A moment in UTC, by the clock in Amsterdam."""
    wall = dt.datetime.fromisoformat(written).replace(tzinfo=AMSTERDAM, fold=fold)
    return wall.astimezone(dt.UTC)


def desk(hours: str, *closed: str, away: tuple[tuple[str, str], ...] = ()) -> Presence:
    return Presence(
        read_hours(hours) if hours else Hours(),
        frozenset(dt.date.fromisoformat(day) for day in closed),
        tuple((local(gone), local(back)) for gone, back in away),
    )


OFFICE = desk("ma-vr 09:00-12:30, 13:00-17:00")
# Monday 5 October 2026 is an ordinary day.


@pytest.mark.parametrize(
    ("at", "present", "following"),
    [
        ("2026-10-05T08:59:59", False, "2026-10-05T09:00"),
        ("2026-10-05T09:00", True, "2026-10-05T09:00"),
        ("2026-10-05T12:29:59.999", True, "2026-10-05T12:29:59.999"),
        ("2026-10-05T12:30", False, "2026-10-05T13:00"),
        ("2026-10-05T17:00", False, "2026-10-06T09:00"),
        ("2026-10-09T17:00", False, "2026-10-12T09:00"),
        ("2026-10-10T11:00", False, "2026-10-12T09:00"),
    ],
)
def test_present_or_when(at: str, present: bool, following: str) -> None:
    assert is_present(OFFICE, local(at)) is present
    assert next_present(OFFICE, local(at)) == local(following)


SCHOOL = desk("ma-vr 09:00-12:30, 13:00-17:00", "2026-10-19", "2026-10-20")
SICK = desk(
    "ma-vr 09:00-12:30, 13:00-17:00",
    # Not in order, and overlapping.
    away=(("2026-10-06T11:00", "2026-10-07T10:00"), ("2026-10-06T10:00", "2026-10-06T12:00")),
)
NIGHT = desk("dagelijks 00:00-24:00")


@pytest.mark.parametrize(
    ("presence", "at", "hours", "expected"),
    [
        # within a period, to its exact end, over lunch
        (OFFICE, "2026-10-05T09:00", 2, "2026-10-05T11:00"),
        (OFFICE, "2026-10-05T10:30", 2, "2026-10-05T12:30"),
        (OFFICE, "2026-10-05T11:30", 2, "2026-10-05T14:00"),
        (OFFICE, "2026-10-05T12:45", 4, "2026-10-05T17:00"),
        (OFFICE, "2026-10-05T07:00", 0, "2026-10-05T07:00"),
        # over nights and weekends; 7.5 hours a day
        (OFFICE, "2026-10-05T16:00", 2, "2026-10-06T10:00"),
        (OFFICE, "2026-10-09T16:30", 1, "2026-10-12T09:30"),
        (OFFICE, "2026-10-10T03:00", 7.5, "2026-10-12T17:00"),
        (OFFICE, "2026-10-05T09:00", 37.5, "2026-10-09T17:00"),
        # closed days, absences
        (SCHOOL, "2026-10-16T16:00", 2, "2026-10-21T10:00"),
        (SICK, "2026-10-06T09:00", 1, "2026-10-06T10:00"),
        (SICK, "2026-10-06T09:00", 2, "2026-10-07T11:00"),
        (SICK, "2026-10-06T10:00", 1, "2026-10-07T11:00"),
        # the clock changes: an hour less in spring, an hour more in autumn
        (NIGHT, "2027-03-28T00:00", 6, "2027-03-28T07:00"),
        (NIGHT, "2026-10-25T00:00", 6, "2026-10-25T05:00"),
        (desk("zo 01:00-04:00, ma 9-10"), "2027-03-28T00:00", 2, "2027-03-28T04:00"),
        (desk("zo 01:00-04:00, ma 9-10"), "2027-03-28T00:00", 2.5, "2027-03-29T09:30"),
        (desk("zo 01:00-04:00, ma 9-10"), "2026-10-25T00:00", 4, "2026-10-25T04:00"),
        # what begins or ends in the hour that is skipped, does so when it is skipped
        (desk("zo 02:15-02:45, ma 9-10"), "2027-03-28T00:00", 0.5, "2027-03-29T09:30"),
        (desk("zo 01:00-02:30, ma 9-10"), "2027-03-28T00:00", 1, "2027-03-28T03:00"),
        (desk("zo 01:00-02:30, ma 9-10"), "2027-03-28T00:00", 1.5, "2027-03-29T09:30"),
        (desk("zo 02:30-04:00, ma 9-10"), "2027-03-28T00:00", 1, "2027-03-28T04:00"),
        # and in the hour that comes twice, the first time
        (desk("zo 01:00-02:30, ma 9-10"), "2026-10-25T00:00", 2, "2026-10-26T09:30"),
        (desk("zo 02:30-04:00, ma 9-10"), "2026-10-25T00:00", 2.5, "2026-10-25T04:00"),
        (desk("zo 02:00-03:00, ma 9-10"), "2026-10-25T00:00", 2, "2026-10-25T03:00"),
    ],
)
def test_after(presence: Presence, at: str, hours: float, expected: str) -> None:
    assert after(presence, local(at), dt.timedelta(hours=hours)) == local(expected)


def test_the_hour_that_comes_twice() -> None:
    early = desk("zo 01:00-02:30")
    assert is_present(early, local("2026-10-25T02:29"))
    assert not is_present(early, local("2026-10-25T02:29", fold=1))
    late = desk("zo 02:30-04:00")
    assert not is_present(late, local("2026-10-25T02:29"))
    assert is_present(late, local("2026-10-25T02:29", fold=1))


def test_a_moment_in_the_zone_itself() -> None:
    """Two hours later by that clock would be three."""
    at = dt.datetime(2026, 10, 25, 1, 30, tzinfo=AMSTERDAM)
    end = after(NIGHT, at, dt.timedelta(hours=2))
    assert end == dt.datetime(2026, 10, 25, 1, 30, tzinfo=dt.UTC)
    there_at = next_present(NIGHT, at)
    assert there_at == at
    assert there_at is not None
    assert there_at.tzinfo is dt.UTC


@pytest.mark.parametrize(
    "presence",
    [
        desk(""),
        desk("ma 9-10", away=(("2026-01-01", "2030-01-01"),)),
        desk("zo 02:00-03:00", *(str(dt.date(2026, 10, 4) + dt.timedelta(n)) for n in range(400))),
    ],
)
def test_never(presence: Presence) -> None:
    at = local("2026-10-05T09:00")
    assert not is_present(presence, at)
    assert next_present(presence, at) is None
    assert after(presence, at, MINUTE) is None
    assert after(presence, at, dt.timedelta()) == at


def test_longer_than_is_looked_ahead() -> None:
    at = local("2026-10-05T09:00")
    assert after(desk("ma 9-10"), at, dt.timedelta(hours=52)) is not None
    assert after(desk("ma 9-10"), at, dt.timedelta(hours=60)) is None


def test_what_goes_in_is_checked() -> None:
    with pytest.raises(ValueError, match="backwards"):
        after(OFFICE, local("2026-10-05T09:00"), -MINUTE)
    with pytest.raises(ValueError, match="time zone"):
        is_present(OFFICE, dt.datetime(2026, 10, 5))
    with pytest.raises(ValueError, match="absence"):
        desk("ma 9-10", away=(("2026-10-06", "2026-10-06"),))


def test_dutch_holidays() -> None:
    days = "01-01 03-26 03-28 03-29 04-27 05-05 05-06 05-16 05-17 12-25 12-26".split()
    assert dutch_holidays([2027]) == {dt.date.fromisoformat(f"2027-{day}") for day in days}
    assert dt.date(2025, 4, 26) in dutch_holidays([2025])  # the 27th is a Sunday
    assert dt.date(2030, 5, 5) in dutch_holidays([2030])  # public, once every five years
    assert dutch_holidays([2026, 2027]) == dutch_holidays([2026]) | dutch_holidays([2027])
    assert dutch_holidays([]) == frozenset()


def entry(kind: str, begin: str, end: str | None = None) -> CalendarEntry:
    title = {"nl": "Iets", "en": "Something"}
    fields = {"id": "some-days", "title": title, "from": begin, "kind": kind}
    return CalendarEntry.model_validate(fields if end is None else fields | {"to": end})


def test_closed_days() -> None:
    calendar = [
        entry("holiday", "2026-10-17", "2026-10-19"),
        entry("holiday", "2027-10-04"),
        entry("holiday", "2024-12-31", "2025-01-02"),
        entry("holiday", "2027-12-30", "9999-12-31"),
        entry("holiday", "2030-01-01"),
        entry("exams", "2026-11-02", "2026-11-13"),
    ]
    own = "2026-10-17 2026-10-18 2026-10-19 2027-10-04 2025-01-02 2027-12-30 2027-12-31".split()
    expected = {dt.date.fromisoformat(day) for day in own} | dutch_holidays([2025, 2026, 2027])
    assert closed_days(calendar, dt.date(2026, 9, 1)) == expected
    closed = closed_days(calendar, dt.date(2026, 9, 1))
    over_christmas = after(
        Presence(OFFICE.hours, closed), local("2026-12-24T16:00"), dt.timedelta(hours=2)
    )
    assert over_christmas == local("2026-12-28T10:00")


# Whatever the hours, held against a walk along the clock, minute by minute


def there(presence: Presence, minute: dt.datetime) -> bool:
    """Whether somebody is there in this minute (UTC), from what a clock on the wall shows."""
    wall = minute.astimezone(AMSTERDAM)
    shows = wall.hour * 60 + wall.minute
    if wall.fold:  # in the hour that comes again, all of it has already been
        shows = 2 * 60 + 59
    return (
        wall.date() not in presence.closed
        and any(
            p.weekday == wall.weekday() and p.start <= shows < p.end for p in presence.hours.periods
        )
        and not any(gone <= minute < back for gone, back in presence.away)
    )


def walk(presence: Presence, begin: dt.datetime, end: dt.datetime) -> dt.timedelta:
    """The working time between two whole minutes."""
    count = 0
    while begin < end:
        count += there(presence, begin)
        begin += MINUTE
    return count * MINUTE


FIRST_DAYS = [dt.date(2026, 10, 22), dt.date(2027, 3, 25), dt.date(2026, 12, 23)]
# Whole quarters meet each other and the change of the clock more often than any minutes do.
EDGES = st.one_of(
    st.integers(0, MIDNIGHT), st.integers(0, 96).map(lambda n: 15 * n), st.integers(90, 200)
)
MINUTES = st.integers(0, 5 * MIDNIGHT)


@st.composite
def some_presence(draw: st.DrawFn) -> tuple[Presence, dt.datetime]:
    """Somebody who is there now and then, and midnight of a day near which it gets difficult."""
    first = draw(st.sampled_from(FIRST_DAYS))
    periods: list[Period] = []
    for day in range(7):
        edges = sorted(draw(st.lists(EDGES, max_size=6, unique=True)))
        step = draw(st.sampled_from([1, 2]))  # 1: they touch
        periods += [Period(day, *pair) for pair in list(pairwise(edges))[::step]]
    closed = draw(st.sets(st.integers(0, 6).map(lambda n: first + dt.timedelta(days=n))))
    midnight = dt.datetime.combine(first, dt.time(tzinfo=AMSTERDAM)).astimezone(dt.UTC)
    absences = draw(st.lists(st.tuples(MINUTES, st.integers(1, 2 * MIDNIGHT)), max_size=3))
    away = tuple(
        (midnight + begin * MINUTE, midnight + (begin + length) * MINUTE)
        for begin, length in absences
    )
    return Presence(Hours(tuple(periods)), frozenset(closed), away), midnight


@settings(deadline=None, max_examples=200)
@given(some_presence(), MINUTES, st.integers(0, 12 * 60))
def test_after_against_the_walk(
    drawn: tuple[Presence, dt.datetime], begin: int, minutes: int
) -> None:
    presence, midnight = drawn
    at, working = midnight + begin * MINUTE, minutes * MINUTE
    end = after(presence, at, working)
    if end is None or end - at > dt.timedelta(days=9):  # a walk of months takes too long
        assert walk(presence, at, at + dt.timedelta(days=9)) <= working
        return
    assert end >= at
    assert walk(presence, at, end) == working
    assert not minutes or there(presence, end - MINUTE)  # the first such moment


@settings(deadline=None, max_examples=200)
@given(some_presence(), MINUTES)
def test_present_against_the_walk(drawn: tuple[Presence, dt.datetime], begin: int) -> None:
    presence, midnight = drawn
    at = midnight + begin * MINUTE
    assert is_present(presence, at) == there(presence, at)
    following = next_present(presence, at)
    assert (following == at) == there(presence, at)
    if following is not None:
        assert following >= at
        assert there(presence, following)
        until = min(following, at + dt.timedelta(days=9))
        assert walk(presence, at, until) == dt.timedelta()


@settings(deadline=None)
@given(some_presence(), st.tuples(MINUTES, MINUTES), st.tuples(MINUTES, MINUTES))
def test_later_and_longer_is_never_earlier(
    drawn: tuple[Presence, dt.datetime], begins: tuple[int, int], lengths: tuple[int, int]
) -> None:
    presence, midnight = drawn
    (sooner, later), (shorter, longer) = sorted(begins), sorted(lengths)
    least = after(presence, midnight + sooner * MINUTE, shorter * MINUTE)
    most = after(presence, midnight + later * MINUTE, longer * MINUTE)
    # Nothing is found where it takes over a year; the year of the later one ends days later.
    if least is not None and most is not None:
        assert least <= most
    elif least is None and most is not None:
        assert most - midnight > dt.timedelta(days=365)
