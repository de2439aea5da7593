"""Tips at the right moment, for who asked for them: which tip, for whom, and when.

Pure. What the student wishes is `Wishes`; what was sent to them and what comes next is a `Row`,
which is kept between two looks. The same arguments always give the same moment.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pydantic import TypeAdapter

from bot.advice.fit import may_use
from bot.advice.student import Student
from bot.advice.waking import FIRST, LAST, is_waking
from bot.catalogue import Catalogue, Tip
from bot.catalogue.days import AMSTERDAM
from bot.catalogue.models import CalendarEntry

WINDOW = 3  # days over which a tip goes out, its own day included
_HOURS = LAST.hour - FIRST.hour
_PER = dt.timedelta(days=30)  # in any so many days no more than the student wished
# A plan is never older than this, so that a changed calendar or tip is seen in time.
_LOOK_AGAIN = dt.timedelta(days=7)
# The same entry on another day within this time was moved; later, it is that of another year.
_MOVED_AT_MOST = dt.timedelta(days=180)
_AGREED_FOR = dt.timedelta(days=365)
_REMEMBERED = dt.timedelta(days=396)  # thirteen months


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a student asked for: tips about these themes, at most so many (1 or 2) a month."""

    themes: tuple[str, ...]
    most: int
    agreed: dt.date | None = None  # on this day; None as long as they are being chosen

    def hold(self, today: dt.date) -> bool:
        """Whether it is still agreed: a yes is for a year."""
        return self.agreed is None or today - self.agreed <= _AGREED_FOR


@dataclass(frozen=True, slots=True)
class Occasion:
    """One time that a tip may go out: the tip, the calendar entry, and that entry's first day."""

    tip: str
    entry: str
    day: dt.date

    def same_as(self, other: Occasion) -> bool:
        """Whether it is the same tip about the same thing, also where that thing was moved."""
        apart = abs(self.day - other.day)
        moved = self.entry == other.entry and apart <= _MOVED_AT_MOST
        return self.tip == other.tip and (moved or not apart)


@dataclass(frozen=True, slots=True)
class Sent:
    """A tip that went out, and when."""

    occasion: Occasion
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class Row:
    """What is kept for one student: what is planned (None: only to look again), what was sent."""

    planned: Occasion | None = None
    sent: tuple[Sent, ...] = ()


@dataclass(frozen=True, slots=True)
class Look:
    """What follows from a look: what to say now, if anything, and when to look again.

    `missed`: what was planned is still wished, but its days are over.
    """

    now: Occasion | None
    at: dt.datetime
    row: Row
    missed: bool = False


_ROW = TypeAdapter(Row)


def row_to_json(row: Row) -> bytes:
    return _ROW.dump_json(row)


def row_from_json(kept: bytes | None) -> Row:
    """The row that was kept; an empty one for None. Raises pydantic's ValidationError."""
    return _ROW.validate_json(kept) if kept is not None else Row()


# ---- for whom ---------------------------------------------------------------------------------


def tips_of(institution: str | None, catalogue: Catalogue) -> tuple[Tip, ...]:
    """The tips of this institution whose offering can be shown to students."""
    school = catalogue.schools.get(institution or "")
    tips = school.tips if school is not None else ()
    there = catalogue.offerings  # what is hidden is not in it
    return tuple(tip for tip in tips if tip.offering in there and not there[tip.offering].use)


def is_for(tip: Tip, wishes: Wishes, student: Student, catalogue: Catalogue) -> bool:
    """Whether this student should get it: a theme they chose, and all that the tip asks is so.

    What is not known of a student does not meet what a tip asks.
    """
    only, facts = tip.only, student.facts
    first = {"first": True, "later": False}
    return (
        tip.theme in wishes.themes
        and (not only.locations or student.location in only.locations)
        and (not only.languages or student.language in only.languages)
        and (not only.years or facts.get("first-year") in [first[year] for year in only.years])
        and (not only.facts or any(facts.get(fact) for fact in only.facts))
        and may_use(catalogue.offerings[tip.offering], student) > 0
    )


# ---- when -------------------------------------------------------------------------------------


def occasions(tip: Tip, calendar: tuple[CalendarEntry, ...]) -> Iterator[tuple[Occasion, dt.date]]:
    """All times that it may go out, each with the first day on which it does."""
    moved = dt.timedelta(days=tip.when.days_after - tip.when.days_before)
    for entry in calendar:
        if tip.when.entry == entry.id or tip.when.kind == entry.kind:
            yield Occasion(tip.id, entry.id, entry.from_), entry.from_ + moved


def plan(
    wishes: Wishes, student: Student, row: Row, catalogue: Catalogue, now: dt.datetime, chat: int
) -> tuple[dt.datetime, Row]:
    """When to look next, and the row to keep until then.

    That is the moment of the next tip for this student; where there is none within a week, a week
    from now, with nothing planned. `now` is aware; the moment is in local time.
    """
    now = now.astimezone(dt.UTC)
    sent = tuple(one for one in row.sent if now - one.at < _REMEMBERED)
    until, best = now + _LOOK_AGAIN, None
    calendar = catalogue.calendar_of(student.institution)
    for tip in tips_of(student.institution, catalogue):
        if not is_for(tip, wishes, student, catalogue):
            continue
        for occasion, first in occasions(tip, calendar):
            if not -WINDOW <= (first - now.date()).days <= _LOOK_AGAIN.days + 1:
                continue
            if any(occasion.same_as(one.occasion) for one in sent):
                continue
            for moment in _moments(chat, tip.id, first):
                if now < moment <= until and _may_come(moment, sent, wishes.most):
                    until, best = moment, occasion
    return until.astimezone(AMSTERDAM), Row(best, sent)


def look(
    wishes: Wishes, student: Student, row: Row, catalogue: Catalogue, now: dt.datetime, chat: int
) -> Look:
    """What to say now that the moment of this row has come, and the row that follows.

    What was planned is said only where it is still right: the tip, the calendar and the offering
    are still so, the student still wishes it, and it is the moment for it. Else nothing is said,
    and it is planned anew.
    """
    now, planned = now.astimezone(dt.UTC), row.planned
    missed = False
    if planned is not None:
        moments = _moments_of(planned, wishes, student, row, catalogue, chat)
        if not _is_right(moments, row, wishes.most, now):
            missed = bool(moments) and max(moments) < now
            planned = None
    if planned is not None:
        row = Row(None, (*row.sent, Sent(planned, now)))
    return Look(planned, *plan(wishes, student, row, catalogue, now, chat), missed)


def tip_of(
    occasion: Occasion, institution: str | None, catalogue: Catalogue
) -> tuple[Tip, CalendarEntry] | None:
    """The tip and the calendar entry that are meant; None where one is gone or was moved."""
    for tip in tips_of(institution, catalogue):
        if tip.id == occasion.tip:
            for entry in catalogue.calendar_of(institution):
                if entry.id == occasion.entry and entry.from_ == occasion.day:
                    return tip, entry
    return None


def _moments_of(
    planned: Occasion,
    wishes: Wishes,
    student: Student,
    row: Row,
    catalogue: Catalogue,
    chat: int,
) -> list[dt.datetime]:
    """When this may be said to this student; never where it was said, is gone or not wished."""
    found = tip_of(planned, student.institution, catalogue)
    if found is None or any(planned.same_as(one.occasion) for one in row.sent):
        return []
    tip, entry = found
    if not is_for(tip, wishes, student, catalogue):
        return []
    return [
        moment
        for occasion, first in occasions(tip, (entry,))
        for moment in _moments(chat, tip.id, first)
    ]


def _is_right(moments: Iterable[dt.datetime], row: Row, most: int, now: dt.datetime) -> bool:
    """Whether this is a moment for it: today, in waking hours, and not too often."""
    today = now.astimezone(AMSTERDAM).date()
    return (
        is_waking(now)
        and _may_come(now, row.sent, most)
        and any(one <= now and one.astimezone(AMSTERDAM).date() == today for one in moments)
    )


def _moments(chat: int, tip: str, first: dt.date) -> Iterator[dt.datetime]:
    """The student's own place in the window, and the same hour on the days that are left in it.

    The place is even over all students and always the same for one, so that a tip goes out at a
    steady pace. In UTC: moments of one zone are compared by their clocks.
    """
    digest = hashlib.sha256(f"{chat}:{tip}".encode()).digest()
    place = int.from_bytes(digest[:8]) % (WINDOW * _HOURS * 3600)
    days, seconds = divmod(place, _HOURS * 3600)
    opens = dt.datetime.combine(first, FIRST) + dt.timedelta(seconds=seconds)
    for day in range(days, WINDOW):
        here = (opens + dt.timedelta(days=day)).replace(tzinfo=AMSTERDAM)
        yield here.astimezone(dt.UTC)


def _may_come(moment: dt.datetime, sent: tuple[Sent, ...], most: int) -> bool:
    """Whether one more at this moment is within what was wished, and the only one of its day."""
    day = moment.astimezone(AMSTERDAM).date()
    lately = [one.at for one in sent if moment - one.at < _PER]
    return len(lately) < most and all(at.astimezone(AMSTERDAM).date() != day for at in lately)
