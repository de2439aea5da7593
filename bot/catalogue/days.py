"""When something in a calendar takes place: days, and for activities moments in local time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from bot.catalogue.models import CalendarEntry

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
_EVERY = {"week": 7, "two-weeks": 14, "month": 28}
_MOST = 400  # times that are looked at: an entry until 2206, by a slip, is no reason to be slow


@dataclass(frozen=True, slots=True)
class Time:
    """One time that an entry takes place: from its first day to its last.

    Of an activity with the moments at which it begins and ends, aware and in local time.
    """

    entry: CalendarEntry
    first: dt.date
    last: dt.date
    begins: dt.datetime | None = None
    ends: dt.datetime | None = None


def times(entry: CalendarEntry, since: dt.date) -> Iterator[Time]:
    """The times that are not over before this day, in order; an activity is on the day it begins.

    "month" is every four weeks: the same day of the week, as timetables are made.
    """
    if entry.kind != "activity":
        last = entry.to or entry.from_
        if last >= since:
            yield Time(entry, entry.from_, last)
        return
    day = entry.from_
    if entry.every is None:
        if day >= since:
            yield _on(entry, day)
        return
    step, until = dt.timedelta(days=_EVERY[entry.every]), entry.to or entry.from_
    steps = max(0, -((day - since) // step))  # rounded up: the first day that is not before
    for number in range(steps, min(steps + _MOST, (until - day) // step + 1)):
        yield _on(entry, day + number * step)


def next_time(entry: CalendarEntry, now: dt.datetime) -> Time | None:
    """The first time that has not begun yet (of a period: that is not over); None: no more."""
    now = now.astimezone(dt.UTC)  # two moments of one zone are compared by their clocks
    for time in times(entry, now.astimezone(AMSTERDAM).date()):
        if time.begins is None or time.begins.astimezone(dt.UTC) > now:
            return time
    return None


def _on(entry: CalendarEntry, day: dt.date) -> Time:
    begin, end = (dt.time.fromisoformat(clock) for clock in str(entry.time).split("-"))
    # What ends at an earlier time than it begins ends the day after; no day comes after the last.
    over_night = end <= begin and day < dt.date.max
    last = day + dt.timedelta(days=1) if over_night else day
    return Time(entry, day, day, _moment(day, begin), _moment(last, end))


def _moment(day: dt.date, clock: dt.time) -> dt.datetime:
    """When a clock in Amsterdam shows this; the hour that March skips is when it is skipped."""
    wall = dt.datetime.combine(day, clock, AMSTERDAM)
    real = wall.astimezone(dt.UTC).astimezone(AMSTERDAM)
    return wall if real.time() == clock else real.replace(minute=0)
