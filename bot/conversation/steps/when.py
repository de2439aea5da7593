"""What is close in time, a line each: what it is in time for, when it meets, which day matters."""

from __future__ import annotations

import datetime as dt

from bot.advice import Student
from bot.advice.timing import close_for, deadlines, next_meeting
from bot.catalogue import NATIONAL, Offering
from bot.catalogue.days import Time
from bot.conversation.message import Part
from bot.conversation.world import World
from bot.text import FromCatalogue, On, Text, text


def in_time(offering: Offering, student: Student, world: World) -> tuple[Part, ...]:
    """At most one line on what is close, and one on a day before which something is to be done.

    Where both are about the same, that day is enough.
    """
    close = close_for(offering, student, world.catalogue, world.today)
    deadline = next(iter(deadlines(student, world.catalogue, world.today)), None)
    parts = []
    if close is not None and (deadline is None or close.entry != deadline.entry):
        parts.append(Part(_close(close, student, world.today)))
    if deadline is not None:
        parts.append(
            Part(
                text(
                    "advice.deadline",
                    what=_of(deadline, student, "title"),
                    date=On(deadline.first),
                    matters=_of(deadline, student, "matters"),
                ),
                "quiet",
            )
        )
    return tuple(parts)


def _close(time: Time, student: Student, today: dt.date) -> Text:
    what = _of(time, student, "title")
    days = (time.first - today).days
    if days > 1:
        return text("advice.close-days", what=what, days=days, date=On(time.first))
    if days == 1:
        return text("advice.close-tomorrow", what=what, date=On(time.first))
    if time.last > today:
        return text("advice.close-now", what=what, date=On(time.last))
    if time.first < today:
        return text("advice.close-last-day", what=what)
    return text("advice.close-today", what=what)


def meeting(offering: Offering, student: Student, world: World) -> tuple[Part, ...]:
    """When an activity of this offering takes place next, and where if that is its own place."""
    time = next_meeting(offering, student.institution, world.catalogue, world.now)
    if time is None:
        return ()
    day, hours = On(time.first), str(time.entry.time)
    if time.entry.place is None:
        return (Part(text("advice.next-time", day=day, time=hours)),)
    place = _of(time, student, "place")
    return (Part(text("advice.next-time-at", day=day, time=hours, place=place)),)


def _of(time: Time, student: Student, field: str) -> FromCatalogue:
    school = student.institution or NATIONAL
    return FromCatalogue("calendar", f"{school}/{time.entry.id}", field)
