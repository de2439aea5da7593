"""Whether a student who asks for a person gets one: staff, their hours, and offerings' hours."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from bot.catalogue import Problem, Reading, School, StaffMember
from bot.catalogue.problems import shown
from bot.text import LANGUAGES, Several, Text, text

_DAY = 24 * 60
_A_NIGHT = 16 * 60  # minutes: who is there from 17:00 to 8:00 means the night; 9:00 to 8:00 nothing
_CLOCK = r"(\d{1,2})(?:[:.](\d{2}))?"
# Not a price, a date or a number: "€ 12.75", "31.12.2026", "085 000".
_TIME = re.compile(rf"(?<![\d.:€])(?<!€\ ){_CLOCK}(?P<hour>\ ?u(?:ur)?\b)?(?![\d]|[.:]\d)", re.I)
_RANGE = re.compile(
    rf"(?<![\d.:-]){_CLOCK}\ ?(?:-|–|tot|to|until)\ ?{_CLOCK}(?P<hour>\ ?u(?:ur)?\b)?"
    r"(?![\d]|[.:-]\d)",
    re.I,
)
_HALVES_OF_A_DAY = re.compile(r"\b[ap]\.?m\b", re.I)  # 9-5 pm is not from nine to five at night


def doubts(reading: Reading) -> Iterator[Problem]:
    """Warnings about staff.yaml, one for each person and kind, and about offerings' hours."""
    catalogue = reading.catalogue
    for school in catalogue.all_schools():
        folder = school.institution.id
        if school.staff:
            for index, what in (*_everybody(school), *_each(school)):
                yield reading.doubt(f"{folder}/staff.yaml", (index, "id"), what)
        for index, offering in enumerate(school.offerings):
            for language in LANGUAGES if offering.hours else ():
                wrong = _wrong_time(offering.hours.in_(language)) if offering.hours else None
                if wrong is not None:
                    path = (index, "hours", language)
                    yield reading.doubt(f"{folder}/offerings.yaml", path, wrong)


# Staff


def _everybody(school: School) -> Iterator[tuple[int, Text]]:
    """What is missing among all of them together, told at the first."""
    if not any(member.kind == "desk" for member in school.staff):
        yield 0, text("people.no-desk")
    if closed := list(_closed(school.staff)):
        yield 0, text("people.nobody-there", days=Several(tuple(closed)))
    spoken = {language for member in school.staff for language in member.languages}
    if "en" not in spoken:
        yield 0, text("people.no-english")
    if "nl" not in spoken:
        yield 0, text("people.no-dutch")


def _closed(staff: Iterable[StaffMember]) -> Iterator[Text]:
    """The working days on which none of them is there."""
    working_days = (
        text("people.monday"),
        text("people.tuesday"),
        text("people.wednesday"),
        text("people.thursday"),
        text("people.friday"),
    )
    there = {period.weekday for member in staff for period in member.hours.periods}
    return (name for day, name in enumerate(working_days) if day not in there)


def _each(school: School) -> Iterator[tuple[int, Text]]:
    answering = {id for offering in school.offerings for id in offering.staff}
    kinds = {member.id: member.kind for member in school.staff}
    teams = {member.team for member in school.staff}
    for index, member in enumerate(school.staff):
        name = shown(member.name)
        if member.kind != "desk":
            if not (member.team or member.backup):
                yield index, text("people.no-backup", name=name)
            if not member.needs and member.id not in answering | teams:
                yield index, text("people.for-nothing", name=name)
        if member.backup == member.id:
            yield index, text("people.own-backup", name=name)
        if member.team is not None and kinds[member.team] != "team":
            yield index, text("people.not-a-team", name=name, team=member.team)
        # Who left `reach` open can be reached by Telegram alone, so only what is written counts.
        if member.email is None and "email" in member.reach and "reach" in member.model_fields_set:
            yield index, text("people.no-address", name=name)


# Hours of an offering, which are words


def _wrong_time(hours: str) -> Text | None:
    """The first thing in it that looks like a time and cannot be right."""
    for time in _TIME.finditer(hours):
        certain = time[2] or time["hour"]
        if certain and _minutes(time[1], time[2]) is None:
            return text("people.no-clock", found=shown(time[0]))
    if _HALVES_OF_A_DAY.search(hours):
        return None
    for span in _RANGE.finditer(hours):
        certain = span[2] or span[4] or span["hour"]
        start, end = _minutes(span[1], span[2]), _minutes(span[3], span[4])
        if not certain or start is None or end is None:
            continue
        lasts = (end - start) % _DAY
        if (end <= start and lasts > _A_NIGHT) or (lasts == 0 and start % _DAY):
            return text("people.hours-order", found=shown(span[0]))
    return None


def _minutes(hour: str, minute: str | None) -> int | None:
    """Of the day; None where the clock has no such time."""
    minutes = int(hour) * 60 + int(minute or 0)
    return minutes if int(minute or 0) < 60 and minutes <= _DAY else None
