"""What follows from a state: which student this is, what fits, and which step comes now."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

from bot.advice import FACTS, Fit, Question, Student, next_question, rank, suggest
from bot.advice.tips import Wishes
from bot.catalogue import Catalogue
from bot.conversation.state import State
from bot.conversation.world import World
from bot.understanding import likely_needs

# What stays true of a student whatever they come with: where they study, and who they are.
LASTING = ("where", "faculty", "languages", "age", *FACTS)
# Questions whose answer says something about the student (the others choose a direction).
WISHES = ("with-whom", "how", "where", "faculty", "languages", "age")


def student_of(state: State, world: World) -> Student:
    """The student, from the answers given so far."""
    return student_in(state, world.catalogue)


def student_in(state: State, catalogue: Catalogue) -> Student:
    """The same, for who has the catalogue only."""
    institution = state.answers.get("institution")
    school = catalogue.schools.get(institution or "")
    student = Student(
        institution=institution,
        sector=school.institution.sector if school else "national",
        language=state.language,
        needs=needs_of(state),
    )
    for question in (*WISHES, *FACTS):
        value = state.answers.get(question)
        if value:
            student = student.knowing(question, value)
    return student


def tips_agreed(state: State, today: dt.date) -> Wishes | None:
    """The tips that the student wants, as long as their yes holds."""
    return state.tips if state.tips is not None and state.tips.hold(today) else None


def needs_of(state: State) -> dict[str, float]:
    """How sure of each need: the chosen one wholly, else those of the story that counts."""
    chosen = state.answers.get("need")
    if chosen:
        return {chosen: 1.0}
    if state.story is None or state.story.outcome != "suggest":
        return {}
    return likely_needs(state.story.needs)


def fits_of(state: State, world: World) -> tuple[Fit, ...]:
    return rank(student_of(state, world), world.catalogue, world.today)


def suggestion_of(state: State, world: World) -> Fit | None:
    """The offering to name now; not one that the student tried, and that did not help."""
    tried = (one.offering for one in state.saved if one.helped == "no")
    return suggest(fits_of(state, world), (*state.declined, *tried), world.catalogue)


def question_of(state: State, world: World) -> Question | None:
    """The follow-up question to put now, if one is still worth asking."""
    if state.advised:
        return None
    return next_question(student_of(state, world), world.catalogue, world.today, state.asked)


def step_of(state: State, world: World) -> str:
    """The step that follows from the answers: the first thing that is not known yet."""
    if state.referred in world.catalogue.offerings:
        return "referred"
    if "institution" not in state.answers and len(world.catalogue.schools) > 0:
        return "institution"
    if state.promised is not None:
        return "promised"
    if needs_of(state):
        if question_of(state, world):
            return "follow-up"
        return "advice" if suggestion_of(state, world) else "nothing-left"
    if state.story is None:
        return "story"
    return "clarify" if state.story.outcome == "clarify" else "unknown"


def answer(state: State, **answers: str) -> State:
    """The state with these answers; hyphens of question names are written as underscores."""
    named = {name.replace("_", "-"): value for name, value in answers.items()}
    return with_answers(state, named)


def with_answers(state: State, answers: dict[str, str]) -> State:
    return replace(state, answers={**state.answers, **answers})


def without(state: State, *questions: str, **changes: Any) -> State:
    """The state without the answers to these questions, and with the given fields changed."""
    kept = {name: value for name, value in state.answers.items() if name not in questions}
    return replace(state, answers=kept, **changes)
