"""Who may use what, what fits better, which question is worth asking, and what comes next."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from bot.advice import Question, Student, next_question, rank, reasons, suggest
from bot.advice.fit import is_old, may_use
from bot.catalogue import Catalogue, Offering
from bot.conversation import State, World
from bot.conversation.steps.follow_up import answered, understood
from bot.understanding.answers import Answers, institutions_named

TODAY = dt.date(2026, 11, 23)
STUDENT = Student("leiden", "wo", "nl", {"stress": 1.0})


def _offering(**changes: Any) -> Offering:
    """An offering for everybody, with these fields changed."""
    fields: dict[str, Any] = {
        "id": "x-x",
        "title": {"nl": "x", "en": "x"},
        "summary": {"nl": "x", "en": "x"},
        "needs": ["stress"],
        "elements": ["peer-support"],
        "form": "one-to-one",
        "mode": ["campus"],
        "first_step": {"nl": "x", "en": "x"},
        "access": {"by": "book"},
        "source": "https://x.nl",
    }
    return Offering.model_validate({**fields, **changes})


@pytest.mark.parametrize(
    ("changes", "student", "sure"),
    [
        ({}, {}, 1.0),
        ({"languages": ["nl"]}, {"language": "en"}, 0.0),
        ({"languages": ["nl"]}, {"language": "en", "languages": ("nl", "en")}, 1.0),
        ({"languages": ["en"]}, {}, 1.0),
        ({"languages": ["en"]}, {"languages": ("nl",)}, 0.0),
        ({"locations": ["den-haag"]}, {"location": "leiden"}, 0.0),
        ({"locations": ["den-haag"], "mode": ["campus", "phone"]}, {"location": "leiden"}, 1.0),
        ({"locations": ["den-haag"]}, {"location": None}, 1.0),
        ({"audience": {"levels": ["mbo"]}}, {}, 0.0),
        ({"audience": {"levels": ["hbo", "wo"]}}, {}, 1.0),
        ({"audience": {"levels": ["phd"]}}, {"facts": {"phd": True}}, 1.0),
        ({"audience": {"levels": ["phd"]}}, {"facts": {"phd": False}}, 0.0),
        ({"audience": {"levels": ["phd"]}}, {"sector": "mbo"}, 0.0),
        ({"audience": {"years": [1]}}, {"facts": {"first-year": True}}, 1.0),
        ({"audience": {"years": [1]}}, {"facts": {"first-year": False}}, 0.0),
        ({"audience": {"international": "true"}}, {"facts": {"international": False}}, 0.0),
        ({"audience": {"international": "true"}}, {"facts": {"international": True}}, 1.0),
        ({"audience": {"ages": {"from": 12, "to": 25}}}, {"age": 25}, 1.0),
        ({"audience": {"ages": {"from": 12, "to": 25}}}, {"age": 26}, 0.0),
        ({"audience": {"ages": {"to": 17}}}, {}, 0.0),
        ({"audience": {"faculties": ["law"]}}, {"faculty": "law"}, 1.0),
        ({"audience": {"faculties": ["law"]}}, {"faculty": "other"}, 0.0),
    ],
)
def test_who_may_use_it(changes: dict[str, Any], student: dict[str, Any], sure: float) -> None:
    assert may_use(_offering(**changes), replace(STUDENT, **student)) == sure


@pytest.mark.parametrize(
    ("changes", "old"),
    [
        ({}, False),
        ({"checked": {"on": "2026-01-10", "by": "balie"}}, False),
        ({"checked": {"on": "2025-11-01", "by": "balie"}}, True),
        ({"source_year": 2019}, True),
        ({"source_year": 2019, "checked": {"on": "2026-10-01", "by": "balie"}}, False),
        ({"source_year": 2026}, False),
    ],
)
def test_what_is_old_says_check_the_page_first(changes: dict[str, Any], old: bool) -> None:
    assert is_old(_offering(**changes), TODAY) is old


def test_preferences_weigh_but_never_exclude(catalogue: Catalogue) -> None:
    for wish in ("fellow-student", "group", "professional", "on-my-own"):
        for how in ("campus", "online", "phone"):
            wishing = replace(STUDENT, with_whom=wish, how=how)
            without = {fit.offering.id for fit in rank(STUDENT, catalogue, TODAY)}
            assert {fit.offering.id for fit in rank(wishing, catalogue, TODAY)} == without


def test_an_own_offering_comes_before_the_same_national_one(catalogue: Catalogue) -> None:
    student = Student("leiden", "wo", "nl", {"loneliness": 1.0})
    named = [fit.offering.id for fit in rank(student, catalogue, TODAY)]
    assert "leiden-ease" in named
    assert "nat-ease" not in named


def test_one_of_three_suggestions_has_a_low_threshold(catalogue: Catalogue) -> None:
    student = Student("leiden", "wo", "nl", {"thesis": 1.0}, with_whom="professional")
    fits = rank(student, catalogue, TODAY)
    named: list[str] = []
    while fit := suggest(fits, named, catalogue):
        named.append(fit.offering.id)
    assert len(named) == len(set(named)) <= 3
    assert {catalogue.offerings[id].form for id in named} & {"peer", "group"}


def test_no_question_that_cannot_change_the_suggestion(catalogue: Catalogue) -> None:
    clear = Student("hanze", "hbo", "en", {"dutch-language": 1.0})
    assert next_question(clear, catalogue, TODAY, ()) is None
    lonely = Student("leiden", "wo", "nl", {"loneliness": 1.0})
    question = next_question(lonely, catalogue, TODAY, ())
    assert question is not None
    assert question.name == "with-whom"
    assert next_question(lonely, catalogue, TODAY, ("with-whom", "how", "where")) is None


def test_reasons_are_the_needs_and_the_answers_that_are_met() -> None:
    student = replace(STUDENT, with_whom="professional", how="online", location="leiden")
    offering = _offering(mode=["campus"], locations=["leiden"])
    assert reasons(offering, student) == ("stress", "professional", "leiden")


@pytest.mark.parametrize(
    ("typed", "named"),
    [
        ("leidse uni", ("leiden",)),
        ("hanze", ("hanze",)),
        ("noorderport", ("noorderpoort",)),
        ("Universiteit Leiden", ("leiden",)),
        ("avanz", ("avans",)),
        ("ik zit op de hanze in groningen", ("hanze",)),
        ("uni leiden", ("leiden",)),
        ("hogwarts", ()),
        ("ik ben moe", ()),
        ("hogeschool", ()),
    ],
)
def test_a_typed_institution(typed: str, named: tuple[str, ...], catalogue: Catalogue) -> None:
    schools = [school.institution for school in catalogue.schools.values()]
    assert institutions_named(typed, schools) == named


_CHOICES = ("fellow-student", "group", "professional", "on-my-own")


@pytest.mark.parametrize(
    ("question", "said", "choices"),
    [
        ("with-whom", "doe maar een medestudnt", ("fellow-student",)),
        ("with-whom", "niet met een groep, liever een professional", ("professional",)),
        ("with-whom", "paars", ()),
        ("with-whom", "on my own please", ("on-my-own",)),
    ],
)
def test_a_typed_answer(question: str, said: str, choices: tuple[str, ...], world: World) -> None:
    assert world.answers.answer(question, said, _CHOICES) == choices


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("ik ben eerstejaars en ken niemand", {"first-year": "yes"}),
        ("ik ben geen eerstejaars meer", {"first-year": "no"}),
        ("mijn medestudenten negeren me", {}),
        ("ik praat liever met een medestudent", {"with-whom": "fellow-student"}),
        ("I'm an international student, 19", {"international": "yes"}),
        ("ben pas 23 en opgebrand", {"age": "23"}),
        ("ik ben 20 minuten te laat", {}),
    ],
)
def test_answers_given_unasked(said: str, told: dict[str, str], catalogue: Catalogue) -> None:
    assert Answers(catalogue.answers).in_story(said) == told


def test_several_numbers_answer_who_you_are(world: World) -> None:
    question = Question("about-you", ("first-year", "international", "job"))
    state = State("nl", {"institution": "leiden"})
    assert understood(question, "1 en 3", world, state) == ("first-year", "job")
    assert understood(question, "7 en 9", world, state) == ()
    told = answered(state, question, understood(question, "1 en 2", world, state)).answers
    assert told == {"institution": "leiden", "first-year": "yes", "international": "yes"}
