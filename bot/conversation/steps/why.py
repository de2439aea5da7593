"""Why this one: the student's own words, the wishes it meets, and what it gives."""

from __future__ import annotations

from bot.advice import Student, reasons
from bot.catalogue import Offering
from bot.conversation.state import State
from bot.text import Arg, FromCatalogue, Several, Text, text

WISH: dict[str, Text] = {
    "fellow-student": text("why.fellow-student"),
    "group": text("why.group"),
    "professional": text("why.professional"),
    "on-my-own": text("why.on-my-own"),
    "campus": text("why.campus"),
    "online": text("why.online"),
    "phone": text("why.phone"),
    "first-year": text("why.first-year"),
    "international": text("why.international"),
    "job": text("why.job"),
    "caring": text("why.caring"),
    "travel": text("why.travel"),
    "master": text("why.master"),
    "phd": text("why.phd"),
}


def why(offering: Offering, student: Student, state: State) -> Text:
    """One sentence or two: "Because you wrote … and prefer …. It gives you …."."""
    clauses: list[Arg] = []
    told = reasons(offering, student)
    evidence = _evidence(offering, state)
    if evidence is not None:
        clauses.append(evidence)
    for reason in told:
        if reason in WISH:
            clauses.append(WISH[reason])
        elif reason not in student.needs:  # a part of the institution
            part = FromCatalogue("part", f"{student.institution}/{reason}")
            is_place = reason == student.location
            clauses.append(
                text("why.location", place=part) if is_place else text("why.faculty", faculty=part)
            )
    gives = FromCatalogue("element", offering.elements[0], "need")
    if not clauses:
        return text("why.gives", gives=gives)
    return text("why.because", reasons=Several(tuple(clauses), "and"), gives=gives)


def _evidence(offering: Offering, state: State) -> Text | None:
    """What the student wrote or chose that this offering answers."""
    chosen = state.answers.get("need")
    for found in state.story.needs if state.story else ():
        if found.need in offering.needs and chosen in (None, found.need) and found.because:
            return text("why.wrote", words=found.because)
    if chosen and chosen in offering.needs:
        return text("why.chose", need=FromCatalogue("need", chosen))
    return None
