"""How well an offering fits a student: one number between 0 and 1, made of parts that can be told.

What the catalogue states about who may use it (audience, level, location, language) is hard; where
it is silent, everybody may. Form, mode and timing are preferences: they weigh, they never exclude.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bot.advice.student import Student
from bot.advice.timing import close_to, closest
from bot.catalogue import Catalogue, Offering

# How much a need counts by its place in the offering's own list ("strongest first"). A person can
# help with what stands lower in their list; a course or an activity is about its first needs.
_PLACE_FOR_PERSON = (1.0, 0.8, 0.62, 0.48, 0.38, 0.32, 0.28)
_PLACE_FOR_THING = (1.0, 0.75, 0.5, 0.35, 0.25)
_PERSONS = frozenset(("one-to-one", "peer", "helpline", "service-desk"))
# An offering for everything is a less concrete answer than one for just this.
_PER_EXTRA_NEED = 0.98
# An institution's contact can be asked anything: named where nothing answers the need itself.
_CONTACT = 0.25
_NATIONAL = 0.72
# "An offering whose check date is over a year old still counts but ranks lower."
_OLD = 0.85
_VERY_OLD = 0.70
_OLD_AFTER = dt.timedelta(days=365)
_VERY_OLD_YEARS = 5
# A low threshold first, where one fits: a peer, a small group.
LOW_THRESHOLD = frozenset(("peer", "group"))
_LOW_THRESHOLD_BONUS = 1.08
# What takes place in another part of the year is no next step now.
_OTHER_MONTH = 0.35
# What is worth doing for something close in time goes before its equal, but never before what has
# the need higher in its list: one place is a larger difference.
_CLOSE_BONUS = 1.1
# Not everyone studies at a faculty or in a programme that an offering is limited to.
_FACULTY_CHANCE = 0.15
_PROGRAMME_CHANCE = 0.25
_GROUP_CHANCE = 0.15
# The ages of most students, as long as nobody has said theirs: from, to.
_AGES: Mapping[str, tuple[int, int]] = {"mbo": (16, 20), "hbo": (17, 24), "wo": (18, 25)}
_ANY_AGE = (16, 25)

_WITH_WHOM: Mapping[str, Mapping[str, float]] = {
    "fellow-student": {"peer": 1.0, "group": 0.7, "event": 0.6, "place": 0.5},
    "group": {"group": 1.0, "event": 0.85, "course": 0.8, "peer": 0.55, "place": 0.5},
    "professional": {"one-to-one": 1.0, "service-desk": 0.85, "helpline": 0.7, "course": 0.6},
    "on-my-own": {"self-guided": 1.0, "course": 0.6, "helpline": 0.5, "place": 0.5},
}
_PEER_ELEMENTS = frozenset(("peer-support", "peer-guidance"))
_OTHER_FORM = 0.3
_HOW: Mapping[str, frozenset[str]] = {
    "campus": frozenset(("campus",)),
    "online": frozenset(("online", "chat", "email")),
    "phone": frozenset(("phone",)),
}
_OTHER_MODE = 0.6
# What a student carries beside their question counts as a weaker need of its own.
_FACT_NEEDS = {
    "job": ("work-study-balance", 0.25),
    "caring": ("personal-circumstances", 0.25),
    "international": ("international-arrival", 0.15),
}


@dataclass(frozen=True)
class Fit:
    """An offering and how well it fits.

    `sure` is how likely it is that the student may use it; `answers` how well it answers the need,
    whatever the student would like.
    """

    offering: Offering
    score: float
    sure: float
    answers: float


def rank(student: Student, catalogue: Catalogue, today: dt.date) -> tuple[Fit, ...]:
    """Everything within reach that can fit, best first; ties go by id."""
    return rank_among(student, catalogue.within_reach(student.institution), catalogue, today)


def rank_among(
    student: Student, offerings: Iterable[Offering], catalogue: Catalogue, today: dt.date
) -> tuple[Fit, ...]:
    needs = _all_needs(student)
    school = catalogue.schools.get(student.institution or "")
    contacts = school.institution.contact if school else ()
    close = close_to(student.institution, catalogue, today)  # once: it is the same for all
    fits = []
    for offering in offerings:
        answers = _answers_need(offering, needs)
        if offering.id in contacts:
            answers = max(answers, _CONTACT)
        sure = may_use(offering, student) if answers else 0.0
        if sure:
            is_close = closest(close, offering, student) is not None
            score = answers * sure * _liking(offering, student)
            score *= _timing(offering, today, is_close)
            if catalogue.is_national(offering):
                score *= _NATIONAL
            fits.append(Fit(offering, score, sure, answers))
    replaced = {id for fit in fits for id in fit.offering.replaces}
    fits = [fit for fit in fits if fit.offering.id not in replaced]
    fits.sort(key=lambda fit: (-fit.score, fit.offering.id))
    return tuple(fits)


def _all_needs(student: Student) -> Mapping[str, float]:
    needs = dict(student.needs)
    for fact, (need, weight) in _FACT_NEEDS.items():
        if student.facts.get(fact):
            needs[need] = needs.get(need, 0.0) + weight
    return needs


def _answers_need(offering: Offering, needs: Mapping[str, float]) -> float:
    places = _PLACE_FOR_PERSON if offering.form in _PERSONS else _PLACE_FOR_THING
    total = 0.0
    for place, need in enumerate(offering.needs):
        if need in needs:
            total += needs[need] * places[min(place, len(places) - 1)]
    return min(total, 1.0) * _PER_EXTRA_NEED ** (len(offering.needs) - 1)


def may_use(offering: Offering, student: Student) -> float:
    """How likely it is that this student may use it: 0 never, 1 surely, between: not known yet."""
    audience = offering.audience
    if offering.languages and not student.speaks & set(offering.languages):
        return 0.0
    if not _within_reach(offering, student):
        return 0.0
    sure = _level(offering, student) * _age(offering, student)
    if audience.group is not None:
        sure *= max(_GROUP_CHANCE, student.needs.get(audience.group.need or "", 0.0))
    if audience.years:
        first = student.chance("first-year")
        sure *= first if set(audience.years) == {1} else 1.0 if 1 in audience.years else 1 - first
    if audience.international:
        sure *= student.chance("international")
    if audience.faculties:
        if student.faculty is None:
            sure *= min(1.0, _FACULTY_CHANCE * len(audience.faculties))
        elif student.faculty not in audience.faculties:
            return 0.0
    if audience.programmes:
        sure *= _PROGRAMME_CHANCE
    return sure


def _age(offering: Offering, student: Student) -> float:
    """Whether the age is right, or how many students of this sector have the right age."""
    ages = offering.audience.ages
    if ages is None:
        return 1.0
    youngest, oldest = ages.from_ or 0, ages.to or 99
    if student.age is not None:
        return float(youngest <= student.age <= oldest)
    first, last = _AGES.get(student.sector, _ANY_AGE)
    right = min(last, oldest) - max(first, youngest) + 1
    return max(right, 0) / (last - first + 1)


def _level(offering: Offering, student: Student) -> float:
    levels = set(offering.audience.levels)
    if not levels or student.sector in levels or student.sector == "national":
        return 1.0
    if student.sector == "mbo":  # bachelor, master and phd are of hbo and wo
        return 0.0
    later = {level: student.chance(level) for level in ("master", "phd")}
    chances = {"bachelor": max(0.0, 1 - sum(later.values())), **later}
    return min(1.0, sum(chances.get(level, 0.0) for level in levels))


def _within_reach(offering: Offering, student: Student) -> bool:
    """A place elsewhere is out of reach, unless it can be had without going there."""
    if student.location is None or not offering.locations or student.location in offering.locations:
        return True
    return bool(set(offering.mode) - {"campus"})


def _liking(offering: Offering, student: Student) -> float:
    """What the student prefers; never zero, for a preference is not a limit."""
    factor = _LOW_THRESHOLD_BONUS if offering.form in LOW_THRESHOLD else 1.0
    if student.with_whom is not None:
        factor *= likes_company(offering, student.with_whom)
    if student.how is not None and not can_be_had(offering, student.how):
        factor *= _OTHER_MODE
    if offering.languages and student.language not in offering.languages:
        factor *= 0.9
    if student.language == "en" and not offering.languages:
        factor *= 0.85
    return factor


def likes_company(offering: Offering, with_whom: str) -> float:
    """How well the form of an offering meets the wish with whom to be, 0.3 to 1."""
    liked = _WITH_WHOM.get(with_whom)
    if liked is None:
        return 1.0
    by_form = liked.get(offering.form, _OTHER_FORM)
    if with_whom == "fellow-student" and _PEER_ELEMENTS & set(offering.elements):
        return max(by_form, 0.8)
    return by_form


def can_be_had(offering: Offering, how: str) -> bool:
    """Whether it is to be had in this way: campus, online or phone."""
    return bool(_HOW[how] & set(offering.mode))


def is_old(offering: Offering, today: dt.date) -> bool:
    """Whether a student should check the page first: last confirmed or known over a year ago."""
    if offering.checked is not None:
        return today - offering.checked.on > _OLD_AFTER
    return offering.source_year is not None and today.year - offering.source_year > 1


def _timing(offering: Offering, today: dt.date, is_close: bool) -> float:
    """How fresh the facts are, whether it takes place this month or next, and before what."""
    soon = {today.month, today.month % 12 + 1}
    in_season = not offering.months or soon & set(offering.months)
    season = 1.0 if in_season else _OTHER_MONTH
    return _freshness(offering, today) * season * (_CLOSE_BONUS if is_close else 1.0)


def _freshness(offering: Offering, today: dt.date) -> float:
    if not is_old(offering, today):
        return 1.0
    year = offering.checked.on.year if offering.checked else offering.source_year or today.year
    return _VERY_OLD if today.year - year > _VERY_OLD_YEARS else _OLD
