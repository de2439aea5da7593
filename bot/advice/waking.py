"""The hours in which something is said to a student who did not just write to us."""

from __future__ import annotations

import datetime as dt

from bot.catalogue.days import AMSTERDAM

FIRST, LAST = dt.time(10), dt.time(20)  # local; what comes is said from the first to the last


def is_waking(moment: dt.datetime) -> bool:
    """Whether it is a decent hour at this moment."""
    return FIRST <= moment.astimezone(AMSTERDAM).time() < LAST


def waking(moment: dt.datetime) -> dt.datetime:
    """This moment where it is a decent hour, else the first decent moment after it."""
    here = moment.astimezone(AMSTERDAM)
    if is_waking(here):
        return here
    day = here.date() if here.time() < FIRST else here.date() + dt.timedelta(days=1)
    return dt.datetime.combine(day, FIRST, AMSTERDAM)


def days_on(moment: dt.datetime, days: int) -> dt.datetime:
    """So many days on at about this time of day, by the clock on the wall."""
    here = moment.astimezone(AMSTERDAM)
    then = min(max(here.time().replace(microsecond=0), FIRST), dt.time(LAST.hour - 1))
    return dt.datetime.combine(here.date() + dt.timedelta(days=days), then, AMSTERDAM)
