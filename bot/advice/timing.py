"""What is close in time: what a student may be in time for, which day matters, when it meets next.

Days are those of the school calendar, the national one included; today is passed in.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from bot.advice.student import Student
from bot.catalogue import Catalogue, Offering
from bot.catalogue.days import AMSTERDAM, Time, next_time, times

# Four weeks: a course or a few talks still fit in before it.
_CLOSE = dt.timedelta(days=28)
# Two months: what is to be arranged before a deadline often needs an appointment first.
_AHEAD = dt.timedelta(days=60)
_MOST_DEADLINES = 2
# An activity is what one goes to, and a holiday or the dark months are nothing to be in time for.
_NOT_TO_BE_IN_TIME_FOR = frozenset(("activity", "holiday", "dark-months"))


def close_to(institution: str | None, catalogue: Catalogue, today: dt.date) -> tuple[Time, ...]:
    """What is going on at this school, or begins within four weeks.

    What is still to begin comes first, the soonest first; then what is over soonest.
    """
    until = today + _CLOSE
    close = [
        time
        for entry in catalogue.calendar_of(institution)
        if entry.from_ <= until and entry.kind not in _NOT_TO_BE_IN_TIME_FOR
        for time in times(entry, today)
    ]
    return tuple(sorted(close, key=lambda time: _to_begin_first(time, today)))


def _to_begin_first(time: Time, today: dt.date) -> tuple[bool, dt.date, str]:
    begun = time.first < today
    return begun, time.last if begun else time.first, time.entry.id


def closest(close: Sequence[Time], offering: Offering, student: Student) -> Time | None:
    """The first of these for which this offering is worth doing, by this student.

    That is where the calendar names the offering, or where a need of the student that the offering
    answers matters. An offering that answers nothing of what the student wrote has none.
    """
    if not close:
        return None
    shared = [need for need in offering.needs if need in student.needs]
    for time in close if shared else ():
        entry = time.entry
        if offering.id in entry.offerings or any(need in entry.needs for need in shared):
            return time
    return None


def close_for(
    offering: Offering, student: Student, catalogue: Catalogue, today: dt.date
) -> Time | None:
    """What this student may be in time for with this offering; None when nothing is close."""
    return closest(close_to(student.institution, catalogue, today), offering, student)


def next_meeting(
    offering: Offering, institution: str | None, catalogue: Catalogue, now: dt.datetime
) -> Time | None:
    """The next time an activity of this offering takes place, within 60 days; None: not known."""
    until = now.astimezone(AMSTERDAM).date() + _AHEAD
    meetings = [
        time
        for entry in catalogue.calendar_of(institution)
        if entry.kind == "activity" and offering.id in entry.offerings
        if (time := next_time(entry, now)) and time.first <= until
    ]
    # The hours stand as 09:00: as text they are in order too.
    return min(meetings, key=lambda time: (time.first, time.entry.time), default=None)


def deadlines(student: Student, catalogue: Catalogue, today: dt.date) -> tuple[Time, ...]:
    """The days within 60 days before which this student should do something, soonest first.

    Only of what matters to a need of the student, and at most two.
    """
    found = [
        Time(entry, entry.from_, entry.to or entry.from_)
        for entry in catalogue.calendar_of(student.institution)
        if entry.matters is not None and today <= entry.from_ <= today + _AHEAD
        if any(need in student.needs for need in entry.needs)
    ]
    found.sort(key=lambda time: (time.first, time.entry.id))
    return tuple(found[:_MOST_DEADLINES])
