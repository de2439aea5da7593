"""Tips that nobody would get, or that come at a bad moment."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from itertools import combinations

from bot.advice.tips import occasions
from bot.catalogue import Offering, Problem, Reading, School, Tip
from bot.catalogue.problems import Path
from bot.text import LANGUAGES, Several, Text, text

_LONG = 320  # characters: beside the offering and its first step, more is a letter


def doubts(reading: Reading) -> Iterator[Problem]:
    """Warnings about tips.yaml. How plain the texts are, and hidden offerings, are seen to
    elsewhere."""
    offerings = {o.id: o for school in reading.catalogue.all_schools() for o in school.offerings}
    for school in reading.catalogue.schools.values():
        file = f"{school.institution.id}/tips.yaml"
        days = _days(reading, school)
        for index, tip in enumerate(school.tips):
            offering = offerings[tip.offering]
            for path, what in (*_never(tip, days[tip.id]), *_offering(tip, offering), *_long(tip)):
                yield reading.doubt(file, (index, *path), what)
        for (_, first), (index, tip) in combinations(enumerate(school.tips), 2):
            same = sorted(set(days[first.id]) & set(days[tip.id]))
            if same and first.theme == tip.theme and _may_meet(first, tip):
                day = same[0].isoformat()
                said = text("tips-check.same-day", other=first.id, day=day, theme=tip.theme)
                yield reading.doubt(file, (index, "when"), said)


def _days(reading: Reading, school: School) -> dict[str, list[dt.date]]:
    """The first days on which each tip goes out."""
    calendar = reading.catalogue.calendar_of(school.institution.id)
    return {tip.id: [day for _, day in occasions(tip, calendar)] for tip in school.tips}


def _never(tip: Tip, days: list[dt.date]) -> Iterator[tuple[Path, Text]]:
    if not days and tip.when.kind is not None:
        yield ("when", "kind"), text("tips-check.never", kind=tip.when.kind)


def _offering(tip: Tip, offering: Offering) -> Iterator[tuple[Path, Text]]:
    if offering.use == "crisis":
        yield ("offering",), text("tips-check.crisis", offering=offering.id)
    for language in tip.only.languages or LANGUAGES:
        if offering.languages and language not in offering.languages:
            known = Several(offering.languages)
            yield ("offering",), text("tips-check.language", known=known, found=language)


def _long(tip: Tip) -> Iterator[tuple[Path, Text]]:
    for language in LANGUAGES:
        length = len(tip.text.in_(language))
        if length > _LONG:
            yield ("text", language), text("tips-check.long", length=length, most=_LONG)


def _may_meet(one: Tip, other: Tip) -> bool:
    """Whether there can be a student who gets both."""
    for first, second in (
        (set(one.only.locations), set(other.only.locations)),
        (set(one.only.years), set(other.only.years)),
        (set(one.only.languages), set(other.only.languages)),
    ):
        if first and second and not first & second:
            return False
    return True
