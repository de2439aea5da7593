"""`python -m tests.benchmarks.questions`: asking by worth against asking in a fixed order.

Simulates students drawn from the catalogue: each has a school, a need, and likes and circumstances
taken from one offering that answers this need, which is then what suits them. Counts how many
questions are asked and how well the first suggestion suits who the student really is.
"""

from __future__ import annotations

import datetime as dt
import random
import sys
from collections.abc import Callable
from dataclasses import replace

from bot.advice import FACTS, Question, Student, next_question, rank
from bot.advice.fit import likes_company, rank_among
from bot.advice.questions import HOW, QUESTIONS, WITH_WHOM, choices_of
from bot.catalogue import Catalogue, read_catalogue
from bot.settings import read_settings

_STUDENTS = 2000
_MOST = 3
TODAY = dt.date(2026, 11, 23)
Chooser = Callable[[Student, Catalogue, tuple[str, ...]], Question | None]


def main() -> None:
    catalogue = read_catalogue(read_settings({}).catalogue)
    drawn = [_draw(random.Random(seed), catalogue) for seed in range(_STUDENTS)]
    sys.stdout.write("| asked | questions | fit of the first suggestion |\n| --- | --- | --- |\n")
    for name, choose in (("nothing", _never), ("fixed order", _in_order), ("by worth", _by_worth)):
        results = [_ask(known, real, catalogue, choose) for known, real in drawn]
        asked = sum(count for count, _ in results) / len(results)
        suits = sum(suit for _, suit in results) / len(results)
        sys.stdout.write(f"| {name} | {asked:.2f} | {suits:.3f} |\n")


def _draw(chance: random.Random, catalogue: Catalogue) -> tuple[Student, Student]:
    """A student as the bot first knows them, and as they really are."""
    school = chance.choice(
        [s for s in catalogue.schools.values() if s.institution.id != "voorbeeld"]
    )
    need = chance.choice(sorted(catalogue.needs))
    known = Student(school.institution.id, school.institution.sector, "nl", {need: 1.0})
    fits = rank(known, catalogue, TODAY)
    suits = chance.choices(fits, [fit.score for fit in fits])[0].offering
    company = max(WITH_WHOM, key=lambda w: (likes_company(suits, w), chance.random()))
    how = chance.choice([h for h in HOW if h in suits.mode] or ["campus"])
    places = [part.id for part in school.institution.locations]
    real = replace(
        known,
        with_whom=company if chance.random() < 0.75 else None,
        how=how if chance.random() < 0.7 else None,
        location=chance.choice(list(suits.locations) or places) if places else None,
        faculty=chance.choice([*suits.audience.faculties, "other"]),
        facts={fact: chance.random() < likely for fact, likely in FACTS.items()}
        | {
            "first-year": 1 in suits.audience.years,
            "international": bool(suits.audience.international),
        },
    )
    return known, real


def _ask(known: Student, real: Student, catalogue: Catalogue, choose: Chooser) -> tuple[int, float]:
    """How many questions were asked, and how well the suggestion then fits the real student."""
    asked: tuple[str, ...] = ()
    while len(asked) < _MOST and (question := choose(known, catalogue, asked)):
        asked = (*asked, question.name)
        known = _answered(known, real, question)
    first = rank(known, catalogue, TODAY)[0].offering
    best = rank(real, catalogue, TODAY)[0].score
    found = rank_among(real, (first,), catalogue, TODAY)
    return len(asked), (found[0].score if found else 0.0) / best


def _answered(known: Student, real: Student, question: Question) -> Student:
    if question.name == "about-you":
        facts = {fact: real.facts[fact] for fact in question.choices}
        return replace(known, facts={**known.facts, **facts})
    field = {"with-whom": "with_whom", "where": "location"}.get(question.name, question.name)
    return replace(known, **{field: getattr(real, field)})


def _never(student: Student, catalogue: Catalogue, asked: tuple[str, ...]) -> Question | None:
    return None


def _in_order(student: Student, catalogue: Catalogue, asked: tuple[str, ...]) -> Question | None:
    """Always with whom, how, where, … as far as there is something to choose."""
    candidates = rank(student, catalogue, TODAY)
    for name in QUESTIONS:
        question = None if name in asked else choices_of(name, student, catalogue, candidates)
        if question:
            return question
    return None


def _by_worth(student: Student, catalogue: Catalogue, asked: tuple[str, ...]) -> Question | None:
    return next_question(student, catalogue, TODAY, asked)


if __name__ == "__main__":
    main()
