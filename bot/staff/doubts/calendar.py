"""A school year that is nearly over or not whole, and days on which something cannot be."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from bot.catalogue import CalendarEntry, Problem, Reading
from bot.catalogue.days import times
from bot.catalogue.problems import Path, shown
from bot.handover.working_time import closed_days
from bot.text import Arg, Several, Text, text

_SOON = dt.timedelta(days=60)
_FAR = dt.timedelta(days=3 * 366)  # no school has its year sooner; it is a slip in the year
_A_NIGHT = dt.timedelta(hours=6)  # a party may end the day after; what lasts longer does not
_MOST_NAMED = 6
_DEADLINES = ("deadline", "enrolment", "study-finance")


def doubts(reading: Reading, today: dt.date) -> Iterator[Problem]:
    """Warnings about each calendar.yaml; `today` is the day of the check."""
    catalogue = reading.catalogue
    for school in catalogue.all_schools():
        id = school.institution.id
        if not school.calendar:
            continue
        found = [*_of_the_end(school.calendar, today)]
        if id in catalogue.schools:
            found += _missing(school.calendar)
        for index, entry in enumerate(school.calendar):
            found += (((index, *path), what) for path, what in _of_one(entry, today))
            if entry.kind == "activity":
                found += _closed(index, entry, catalogue.calendar_of(id), today)
        found += _twice(school.calendar)
        for path, what in found:
            yield reading.doubt(f"{id}/calendar.yaml", path, what)


def _last(entry: CalendarEntry) -> dt.date:
    return entry.to or entry.from_


def _of_the_end(calendar: tuple[CalendarEntry, ...], today: dt.date) -> Iterator[tuple[Path, Text]]:
    """Told at what comes last; a slip in a year is no end."""
    near = [one for one in enumerate(calendar) if _last(one[1]) - today <= _FAR]
    if not near:
        return
    index, entry = max(near, key=lambda one: _last(one[1]))
    last = _last(entry)
    if last < today:
        yield (index, "id"), text("calendar-check.over", date=last.isoformat())
    elif last - today <= _SOON:
        yield (index, "id"), text("calendar-check.ends", date=last.isoformat())


def _missing(calendar: tuple[CalendarEntry, ...]) -> Iterator[tuple[Path, Text]]:
    kinds = {entry.kind for entry in calendar}
    if "exams" not in kinds:
        yield (0, "id"), text("calendar-check.no-exams")
    if not kinds.intersection(_DEADLINES):
        yield (0, "id"), text("calendar-check.no-deadline", kinds=Several(_DEADLINES, "or"))


def _of_one(entry: CalendarEntry, today: dt.date) -> Iterator[tuple[Path, Text]]:
    if entry.kind in _DEADLINES and entry.matters is None:
        yield ("id",), text("calendar-check.no-matters", id=entry.id)
    if _last(entry) - today > _FAR:
        field = "to" if entry.to else "from"
        far = text("calendar-check.far", id=entry.id, date=_last(entry).isoformat())
        yield (field,), far
    if entry.kind == "activity" and entry.to and entry.to != entry.from_ and not entry.every:
        yield ("to",), text("calendar-check.once", id=entry.id, date=entry.from_.isoformat())
    if entry.time is not None:
        begin, end = (_on_a_day(clock) for clock in entry.time.split("-"))
        if end <= begin and end + dt.timedelta(days=1) - begin > _A_NIGHT:
            yield ("time",), text("calendar-check.time-order", id=entry.id, time=entry.time)


def _on_a_day(clock: str) -> dt.datetime:
    return dt.datetime.combine(dt.date.min, dt.time.fromisoformat(clock))


def _closed(
    index: int, entry: CalendarEntry, calendar: tuple[CalendarEntry, ...], today: dt.date
) -> Iterator[tuple[Path, Text]]:
    """The days from now on, in one message: whoever has more knows what to do."""
    days = [time.first for time in times(entry, today) if time.first - today <= _FAR]
    closed = {day for around in days[::13] for day in closed_days(calendar, around)}
    wrong = [day.isoformat() for day in days if day in closed]
    if wrong:
        named: list[Arg] = [*wrong[:_MOST_NAMED]]
        if len(wrong) > _MOST_NAMED:
            named.append(text("gaps.more", count=len(wrong) - _MOST_NAMED))
        dates = Several(tuple(named))
        yield (index, "from"), text("calendar-check.closed", id=entry.id, dates=dates)


def _twice(calendar: tuple[CalendarEntry, ...]) -> Iterator[tuple[Path, Text]]:
    """The second of two with one title and a day in common; of activities also the time."""
    alike: dict[tuple[str, str | None], list[int]] = {}
    for index, entry in enumerate(calendar):
        for title in {entry.title.nl.casefold(), entry.title.en.casefold()}:
            alike.setdefault((title, entry.time), []).append(index)
    pairs = {pair for same in alike.values() for pair in _with_a_day_in_common(same, calendar)}
    for first, second in sorted(pairs):
        one, other = calendar[first], calendar[second]
        title = shown(other.title.nl)
        what = text("calendar-check.twice", id=other.id, first=one.id, title=title)
        yield (second, "id"), what


def _with_a_day_in_common(
    indices: list[int], calendar: tuple[CalendarEntry, ...]
) -> Iterator[tuple[int, int]]:
    """In one walk past all days: of an imported timetable, many have the same title."""
    spans = sorted(
        (time.first, time.last, index)
        for index in indices
        for time in times(calendar[index], calendar[index].from_)
    )
    going_on: list[tuple[dt.date, int]] = []
    for first, last, index in spans:
        going_on = [(until, other) for until, other in going_on if until >= first]
        for _, other in going_on:
            if other != index:
                yield min(index, other), max(index, other)
        going_on.append((last, index))
