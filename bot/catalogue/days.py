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
    """The times that are not over before this day, in order.

    "month" is every four weeks: the same day of the week, as timetables are made.
    """
    if entry.kind != "activity":
        last = entry.to or entry.from_
        if last >= since:
            yield Time(entry, entry.from_, last)
        return
    step = dt.timedelta(days=_EVERY[entry.every]) if entry.every else None
    until = entry.to if step and entry.to else entry.from_
    day = entry.from_
    if step and since > day:
        day += -(-(since - day) // step) * step
    for _ in range(_MOST):
        if day > until:
            return
        if day >= since:
            yield _on(entry, day)
        if step is None:
            return
        day += step


def next_time(entry: CalendarEntry, now: dt.datetime) -> Time | None:
    """The first time that has not begun yet (of a period: that is not over); None: no more."""
    for time in times(entry, now.astimezone(AMSTERDAM).date()):
        if time.begins is None or time.begins > now:
            return time
    return None


def _on(entry: CalendarEntry, day: dt.date) -> Time:
    begin, _, end = str(entry.time).partition("-")
    begins = dt.datetime.combine(day, dt.time.fromisoformat(begin), AMSTERDAM)
    ends = dt.datetime.combine(day, dt.time.fromisoformat(end), AMSTERDAM)
    return Time(entry, day, day, begins, ends if ends > begins else ends + dt.timedelta(days=1))
