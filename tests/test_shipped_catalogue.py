"""What the shipped catalogue promises: everybody is led somewhere, and the numbers are right."""

from __future__ import annotations

import datetime as dt
import re

import pytest

from bot.advice import Student, rank, suggest
from bot.app import App
from bot.catalogue import Catalogue
from bot.conversation import Pressed, State, World, respond
from bot.safety.lines import LINES
from bot.text import LANGUAGES, Language
from bot.words import render

TODAY = dt.date(2026, 11, 23)
REAL = ("avans", "hanze", "leiden", "noorderpoort")
# The crisis numbers, as checked against their sources on 2026-11-23. Changes need a second look.
NUMBERS = {
    "nat-112": ("112",),
    "nat-113": ("113", "08000113"),
    "nat-veilig-thuis": ("08002000",),
    "nat-csg": ("08000188",),
}


def _digits(number: str) -> str:
    return re.sub(r"\D", "", number)


def test_what_is_shipped(catalogue: Catalogue) -> None:
    assert set(catalogue.schools) == {*REAL, "voorbeeld"}
    assert len(catalogue.elements) == 16
    assert len(catalogue.needs) == 36
    counts = {id: len(catalogue.schools[id].offerings) for id in REAL}
    assert counts == {"avans": 40, "hanze": 41, "leiden": 61, "noorderpoort": 31}
    assert len(catalogue.national.offerings) == 64
    assert 8 <= len(catalogue.themes) <= 9


def test_every_need_has_phrases_enough(catalogue: Catalogue) -> None:
    for known in catalogue.needs.values():
        assert len(known.phrases.nl) >= 100, known.id
        assert len(known.phrases.en) >= 100, known.id


def test_every_need_leads_somewhere_at_every_institution(catalogue: Catalogue) -> None:
    for id, school in catalogue.schools.items():
        for need in catalogue.needs:
            student = Student(id, school.institution.sector, "nl", {need: 1.0})
            assert suggest(rank(student, catalogue, TODAY), (), catalogue), f"{id}: {need}"


def test_crisis_lines_are_never_ordinary_suggestions(catalogue: Catalogue) -> None:
    for id, school in catalogue.schools.items():
        for need in catalogue.needs:
            student = Student(id, school.institution.sector, "nl", {need: 1.0})
            assert not [f for f in rank(student, catalogue, TODAY) if f.offering.use]


@pytest.mark.parametrize("id", sorted(NUMBERS))
def test_crisis_numbers(id: str, catalogue: Catalogue, app: App) -> None:
    in_catalogue = tuple(_digits(number) for number in catalogue.offerings[id].access.phone)
    assert in_catalogue == NUMBERS[id]
    line = next(line for line in LINES if line.offering == id)
    assert tuple(_digits(number) for number in line.phones) == NUMBERS[id]
    for translator in app.translators.values():
        said = translator.say(line.text)
        numbers = {_digits(n) for n in re.findall(r"0800 ?\d{4}|\b11[23]\b", said)}
        assert numbers == set(NUMBERS[id])


def test_no_private_person_in_the_real_catalogues(catalogue: Catalogue) -> None:
    for id in REAL:
        assert not catalogue.schools[id].staff


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_advice_is_longer_than_900_characters(
    language: Language, app: App, world: World
) -> None:
    """At each school for each need, everything that would be named, one after the other."""
    translator = app.translators[language]
    for school in app.catalogue.schools:
        for need in app.catalogue.needs:
            answers = {"institution": school, "need": need}
            state = State(language, answers, asked=("with-whom", "how", "where"))
            turn = respond(state, Pressed("on"), world)
            while turn.say[-1].name.startswith("advice:"):
                for message in turn.say:
                    shown = render(message, translator, app.catalogue)
                    assert len(shown.text) <= 900, f"{shown.name}: {len(shown.text)}"
                turn = respond(turn.state, Pressed("other"), world)
