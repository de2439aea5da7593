"""Which question is worth asking next: the one whose answers change the suggestion most.

A question is worth what its answers are expected to add to the fit of the first suggestion, over
the answer each student may give. A question that cannot change the suggestion is worth nothing and
is not asked.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from bot.advice.fit import Fit, can_be_had, rank, rank_among
from bot.advice.student import FACTS, Student
from bot.catalogue import Catalogue

MOST_QUESTIONS = 3
# Part of the fit that an answer has to add on average before it is worth a student's time: with
# this, 1.1 questions do what 2.9 in a fixed order do (tests/benchmarks/questions.py).
_WORTH_ASKING = 0.02
_CANDIDATES = 40

WITH_WHOM = ("fellow-student", "group", "professional", "on-my-own")
HOW = ("campus", "online", "phone")
_ASKED_FACTS = tuple(FACTS)
# How easily a student can say it without thinking: a heavier question has to bring more.
_EASE: Mapping[str, float] = {
    "with-whom": 1.0,
    "how": 0.7,
    "where": 0.9,
    "faculty": 0.9,
    "about-you": 0.8,
}
# How students answer, roughly; the rest has no preference or skips. Most want a professional or a
# peer, few want to call.
_SHARES: Mapping[str, Mapping[str, float]] = {
    "with-whom": {
        "fellow-student": 0.25,
        "group": 0.15,
        "professional": 0.25,
        "on-my-own": 0.10,
    },
    "how": {"campus": 0.35, "online": 0.30, "phone": 0.05},
}


@dataclass(frozen=True)
class Question:
    """A follow-up question with the choices that matter for the candidates that are left."""

    name: str
    choices: tuple[str, ...]


QUESTIONS = ("with-whom", "how", "where", "faculty", "about-you")


def next_question(
    student: Student, catalogue: Catalogue, today: dt.date, asked: Collection[str]
) -> Question | None:
    """The question worth most now, or None when another one would not change the suggestion."""
    if len(asked) >= MOST_QUESTIONS:
        return None
    now = rank(student, catalogue, today)[:_CANDIDATES]
    if len(now) < 2:
        return None
    worth = _Worth(student, catalogue, today, now)
    best: tuple[float, Question] | None = None
    for name in QUESTIONS:
        if name in asked:
            continue
        question = choices_of(name, student, catalogue, now)
        value = worth.of(question) * _EASE[name] if question else 0.0
        if question and value >= _WORTH_ASKING and (best is None or value > best[0]):
            best = (value, question)
    return best[1] if best else None


def choices_of(
    name: str, student: Student, catalogue: Catalogue, candidates: Collection[Fit]
) -> Question | None:
    """The question with its choices, or None where it is answered or has nothing to choose."""
    school = catalogue.schools.get(student.institution or "")
    choices: tuple[str, ...]
    match name:
        case "with-whom":
            choices = () if student.with_whom else WITH_WHOM
        case "how":
            modes = {how for how in HOW for fit in candidates if can_be_had(fit.offering, how)}
            choices = () if student.how else tuple(how for how in HOW if how in modes)
        case "where":
            places = tuple(part.id for part in school.institution.locations) if school else ()
            choices = () if student.location else places
        case "faculty":
            named = {id for fit in candidates for id in fit.offering.audience.faculties}
            faculties = school.institution.faculties if school else ()
            known = tuple(part.id for part in faculties if part.id in named)
            choices = () if student.faculty or not known else (*known, "other")
        case "about-you":
            choices = tuple(fact for fact in _ASKED_FACTS if _matters(fact, student, candidates))
            return Question(name, choices) if choices else None
        case _:
            raise ValueError(f"no such question: {name}")
    return Question(name, choices) if len(choices) > 1 else None


def _matters(fact: str, student: Student, candidates: Collection[Fit]) -> bool:
    """Whether this fact is open and limits or lifts any of the candidates."""
    if fact in student.facts:
        return False
    if fact in ("master", "phd") and student.sector == "mbo":
        return False
    for fit in candidates:
        audience = fit.offering.audience
        if fact == "first-year" and audience.years:
            return True
        if fact == "international" and audience.international:
            return True
        if fact == "job" and "work-study-balance" in fit.offering.needs:
            return True
        if fact == "caring" and "personal-circumstances" in fit.offering.needs:
            return True
        if fact in audience.levels:
            return True
    return False


class _Worth:
    """Computes what a question is worth for one student, given the candidates as they stand."""

    def __init__(
        self, student: Student, catalogue: Catalogue, today: dt.date, now: Collection[Fit]
    ) -> None:
        self._student, self._catalogue, self._today = student, catalogue, today
        self._offerings = tuple(fit.offering for fit in now)
        self._first = next(iter(now))

    def of(self, question: Question) -> float:
        """Expected gain in fit of the first suggestion, as a part of its fit now."""
        gain = sum(
            chance * self._gain(self._knowing(question, choice))
            for choice, chance in self._chances(question).items()
        )
        return gain / self._first.score

    def _gain(self, student: Student) -> float:
        fits = rank_among(student, self._offerings, self._catalogue, self._today)
        if not fits:
            return 0.0
        kept = next((f.score for f in fits if f.offering is self._first.offering), 0.0)
        return fits[0].score - kept

    def _knowing(self, question: Question, choice: str) -> Student:
        if question.name != "about-you":
            return self._student.knowing(question.name, choice)
        student = self._student
        for fact in question.choices:
            student = student.knowing(fact, "yes" if fact == choice else "no")
        return student

    def _chances(self, question: Question) -> Mapping[str, float]:
        if question.name == "about-you":
            chances = {fact: self._student.chance(fact) for fact in question.choices}
            none = 1.0
            for chance in chances.values():
                none *= 1 - chance
            total = sum(chances.values()) + none
            return {"none": none / total} | {f: c / total for f, c in chances.items()}
        if question.name in _SHARES:
            return {choice: _SHARES[question.name][choice] for choice in question.choices}
        return dict.fromkeys(question.choices, 1 / len(question.choices))
