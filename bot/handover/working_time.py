"""Opening hours as time: is somebody there now, when next, and when has so much of it passed.

Moments go in aware, in any time zone, and come out in UTC. The hours are those of a clock in
Amsterdam, and what is counted is the time that really passes: on the night that the clock changes,
00:00-06:00 lasts five hours in spring and seven in autumn. In spring, what begins or ends in the
hour that is skipped does so when it is skipped; in autumn, what begins or ends in the hour that
comes twice does so the first time.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from bot.catalogue.days import AMSTERDAM
from bot.catalogue.hours import Hours
from bot.catalogue.models import CalendarEntry

HORIZON = 370  # days that are looked ahead: a year, and the holidays around its end
_MIDNIGHT = dt.time(tzinfo=AMSTERDAM)
_DAY = dt.timedelta(days=1)

Stretch = tuple[dt.datetime, dt.datetime]  # from, and until: the first moment after


@dataclass(frozen=True)
class Presence:
    """When somebody is there: hours, minus closed days, minus absences (aware; from, until)."""

    hours: Hours
    closed: frozenset[dt.date]
    away: tuple[Stretch, ...] = ()

    def __post_init__(self) -> None:
        for gone, back in self.away:
            if _utc(gone) >= _utc(back):
                raise ValueError("an absence ends after it begins")


def dutch_holidays(years: Iterable[int]) -> frozenset[dt.date]:
    """The days on which Dutch schools are closed, in these years.

    The public holidays, and with them Good Friday and 5 May of every year: by law those are no
    days off, but the universities' labour agreement names both, and many schools close. Where one
    does not, a deadline falls a day late there; the other way round a student would be promised
    somebody on a day when nobody is there.
    """
    return frozenset[dt.date]().union(*(_holidays_of(year) for year in years))


@cache
def _holidays_of(year: int) -> frozenset[dt.date]:
    import holidays  # here: it takes a moment that a chat without staff can do without

    # "optional" is 5 May in the years when it is not public.
    return frozenset(holidays.country_holidays("NL", years=year, categories=("public", "optional")))


def closed_days(calendar: Iterable[CalendarEntry], around: dt.date) -> frozenset[dt.date]:
    """The Dutch and the school's own holidays of the year before this date, its year and the next.

    `calendar` is all that holds for the school (`Catalogue.calendar_of`). The year before is there
    for deadlines of what came in before New Year.
    """
    years = range(around.year - 1, around.year + 2)
    first, last = dt.date(years[0], 1, 1), dt.date(years[-1], 12, 31)
    own: set[dt.date] = set()
    for entry in calendar:
        if entry.kind == "holiday":
            # Clipped: an entry until 2206, by a slip, is no reason to be slow.
            begin, end = max(entry.from_, first), min(entry.to or entry.from_, last)
            own.update(begin + n * _DAY for n in range((end - begin).days + 1))
    return dutch_holidays(years) | own


def is_present(presence: Presence, at: dt.datetime) -> bool:
    """Whether somebody is there at this moment; at the very end of a period nobody is."""
    at = _utc(at)
    return any(begin <= at for begin, _ in _stretches(presence, at, days=1))


def next_present(presence: Presence, at: dt.datetime) -> dt.datetime | None:
    """The first moment from `at` on when somebody is there; None if not within HORIZON days."""
    return next((begin for begin, _ in _stretches(presence, _utc(at), HORIZON)), None)


def after(presence: Presence, at: dt.datetime, working: dt.timedelta) -> dt.datetime | None:
    """The first moment at which, since `at`, somebody has been there for this long.

    `at` itself for no time at all; None if it takes more than HORIZON days. The end of a period
    counts: two hours from 10:30 in 09:00-12:30 end at 12:30, not when somebody is there again.
    """
    if working < dt.timedelta():
        raise ValueError("working time does not run backwards")
    at = _utc(at)
    if not working:
        return at
    for begin, end in _stretches(presence, at, HORIZON):
        if working <= end - begin:
            return begin + working
        working -= end - begin
    return None


def _stretches(presence: Presence, at: dt.datetime, days: int) -> Iterator[Stretch]:
    """When somebody is there from `at` (UTC) on, in UTC and in order, on so many days."""
    if not presence.hours.periods:
        return
    away = sorted((_utc(gone), _utc(back)) for gone, back in presence.away)
    day = at.astimezone(AMSTERDAM).date()
    for _ in range(days):
        if day not in presence.closed:
            weekday = day.weekday()
            for period in presence.hours.periods:
                if period.weekday == weekday:
                    begin, end = _moment(day, period.start), _moment(day, period.end)
                    yield from _without(away, max(begin, at), end)
        day += _DAY


def _without(away: list[Stretch], begin: dt.datetime, end: dt.datetime) -> Iterator[Stretch]:
    """What the absences, in order, leave of a stretch; nothing of an empty one."""
    for gone, back in away:
        if gone < end and back > begin:
            if begin < gone:
                yield begin, gone
            begin = back
    if begin < end:
        yield begin, end


def _moment(day: dt.date, minutes: int) -> dt.datetime:
    """When an Amsterdam clock shows this minute of the day, in UTC; two nights: see above."""
    wall = dt.datetime.combine(day, _MIDNIGHT) + dt.timedelta(minutes=minutes)
    moment = wall.astimezone(dt.UTC)
    if minutes // 60 == 2 and moment.astimezone(AMSTERDAM).hour != 2:
        # This hour is skipped tonight: the whole of it is the moment at which it would begin.
        return moment.replace(minute=0)
    return moment


def _utc(at: dt.datetime) -> dt.datetime:
    """In UTC, because two moments of one zone are compared by their clocks, not as moments."""
    if at.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    return at.astimezone(dt.UTC)
