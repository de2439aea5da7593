"""Which offerings somebody must look at again, and whom to ask about which of them now."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from bot.catalogue import Offering, School, StaffMember
from bot.catalogue.days import AMSTERDAM
from bot.handover.desk import Colleague, Desk
from bot.handover.working_time import is_present

HALF_A_YEAR = dt.timedelta(days=183)
_A_MONTH = dt.timedelta(days=30)
_AGAIN = dt.timedelta(days=90)  # before somebody is asked about the same offering again
_STATUSES = ("confirmed", "example")  # of schools that look after their catalogue themselves
# What an owner gets to see of an offering, and so what the answer is about.
_SHOWN = {"title", "summary", "first_step", "hours", "place", "access", "source"}


@dataclass(frozen=True, slots=True)
class Asked:
    """That somebody was asked about an offering. `answer`: right, change or hide; None: not yet."""

    offering: str
    staff: str
    at: dt.datetime
    answer: str | None = None


@dataclass(frozen=True, slots=True)
class Ask:
    """Somebody to ask about an offering now."""

    offering: Offering
    staff: str


def why_due(offering: Offering, school: School, today: dt.date) -> Literal["never", "old"] | None:
    """Why somebody must look at it: nobody ever did, or not for half a year; None: no need."""
    if offering.use == "hidden":
        return None
    if offering.checked is None:
        return "never" if school.institution.status in _STATUSES else None
    return "old" if today - offering.checked.on > HALF_A_YEAR else None


def mark_of(offering: Offering) -> str:
    """Stands for what an owner gets to see of it: another mark means that this was changed."""
    shown = offering.model_dump_json(include=_SHOWN)
    return hashlib.sha256(shown.encode()).hexdigest()


def owners(offering: Offering, school: School) -> tuple[StaffMember, ...]:
    """Who may be asked about it: its own people that agreed to, else the keepers that did."""
    willing = [member for member in school.staff if member.reviews is not None]
    own = tuple(member for member in willing if member.id in offering.staff)
    return own or tuple(member for member in willing if member.keeper)


def asks_now(
    school: School, desk: Desk, asked: Sequence[Asked], now: dt.datetime
) -> tuple[Ask, ...]:
    """Whom to ask about what, at this moment; `asked`: about offerings of this school, until now.

    What was looked at longest ago comes first. Only who is there is asked, about one offering a
    day, and in 30 days no more than they agreed to.
    """
    today = now.astimezone(AMSTERDAM).date()
    due = [
        offering
        for offering in school.offerings
        if why_due(offering, school, today) and not _was_asked(offering, asked, now)
    ]
    due.sort(key=lambda o: (o.checked.on if o.checked else dt.date.min, o.id))
    free = {id for id, colleague in desk.colleagues.items() if _may_be_asked(colleague, asked, now)}
    found: list[Ask] = []
    for offering in due:
        owner = next((m.id for m in owners(offering, school) if m.id in free), None)
        if owner is not None:
            found.append(Ask(offering, owner))
            free.remove(owner)
    return tuple(found)


def _was_asked(offering: Offering, asked: Sequence[Asked], now: dt.datetime) -> bool:
    """Not long ago; a yes holds as long as one that stands in the catalogue already."""
    return any(
        now - one.at < (HALF_A_YEAR if one.answer in ("right", "hide") else _AGAIN)
        for one in asked
        if one.offering == offering.id
    )


def _may_be_asked(colleague: Colleague, asked: Sequence[Asked], now: dt.datetime) -> bool:
    most = colleague.member.reviews
    if most is None or colleague.way is None or not is_present(colleague.presence, now):
        return False
    theirs = [one.at for one in asked if one.staff == colleague.member.id]
    today = now.astimezone(AMSTERDAM).date()
    if any(at.astimezone(AMSTERDAM).date() == today for at in theirs):
        return False
    return sum(now - at < _A_MONTH for at in theirs) < most
