"""What is doubtful in what is written: doubles, hard words, translations, numbers, old facts.

Every doubt is planted in the shipped catalogue, in a copy. A « in what is planted shows the line at
which it is to be told, and is not planted itself.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import os
import shutil
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bot.catalogue import Problem, Reading, School, read
from bot.settings import read_settings
from bot.staff.doubts import ages, numbers, plain, similar, translated
from bot.staff.doubts.translated import changed_lines, details
from bot.text import LANGUAGES
from bot.words import load_translators

SHIPPED = read_settings({}).catalogue
TRANSLATORS = load_translators(read_settings({}).locales)
TODAY = dt.date(2026, 11, 23)
HERE = "«"

VB = "voorbeeld/offerings.yaml"
INSTITUTION = "voorbeeld/institution.yaml"
BUDDY = "    nl: Een ouderejaars als buddy"
SUMMARY = "    nl: Loop je achter, of twijfel je over je studie?"
STEP_NL = "    nl: Kies op de pagina een tijd voor een gesprek van een half uur."
STEP_EN = "    en: Choose a time on the page for a talk of half an hour."
ANSWER = "  nl: Jammer dat je niets aan me hebt."
NEED_NL = "  nl: Je slaapt slecht, je ritme is in de war of je bent altijd moe."
NEED_EN = "  en: You sleep badly, your rhythm is off, or you are always tired."
PHONE = "    phone: [085 000 01 01]"
CHECKED = "  checked: {on: 2026-09-14, by: studentenzaken}"
DOUBLE = """- id: vb-adviser-again
  title: « {nl: Studieadviseurs, en: Study advisers}
  summary:
    nl: Loop je achter, of twijfel je over je studie? De studieadviseur kijkt met je waar je
      staat en maakt een plan dat haalbaar is.
    en: Are you behind, or in doubt about your programme? The study adviser looks at where
      you stand and makes a plan with you.
  needs: [study-progress]
  elements: [personal-attention]
  form: one-to-one
  mode: [campus]
  first_step: {nl: Kies een tijd., en: Choose a time.}
  access: {by: book, url: 'https://voorbeeld.example/studieadviseur'}
  source: https://voorbeeld.example/studieadviseur
  checked: {on: 2026-09-14, by: studentenzaken}
"""
LONG = " ".join(["en dan loop je weer"] * 6)

KINDS: dict[str, Callable[[Reading], Iterator[Problem]]] = {
    "similar": similar.doubts,
    "plain": plain.doubts,
    "translated": lambda reading: translated.doubts(reading, {}),
    "numbers": numbers.doubts,
    "ages": lambda reading: ages.doubts(reading, TODAY),
}
# The shipped texts are read by people too: more than this is not worth reading any more.
MOST_SHIPPED = {"similar": 3, "plain": 5, "translated": 3, "numbers": 0, "ages": 50}


def doubts(reading: Reading) -> list[Problem]:
    return [problem for kind in KINDS.values() for problem in kind(reading)]


@pytest.fixture(scope="module")
def shipped() -> Reading:
    return read(SHIPPED)


def copied(into: Path) -> Path:
    """The example school and the national offerings; a full catalogue takes longer to read."""
    folder = Path(shutil.copytree(SHIPPED, into / "catalogue", copy_function=shutil.copyfile))
    for school in ("avans", "hanze", "leiden", "noorderpoort"):
        shutil.rmtree(folder / school)
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return copied(tmp_path)


def plant(folder: Path, file: str, right: str, wrong: str) -> str:
    """Replace the first of it; where the doubt is to be told, as file:line."""
    path = folder / file
    before = path.read_text(encoding="utf-8")
    assert right in before, f"{file} has no {right!r}"
    planted = before.replace(right, wrong, 1)
    path.write_text(planted.replace(HERE, ""), encoding="utf-8")
    return f"{file}:{planted.count(chr(10), 0, planted.index(HERE)) + 1}" if HERE in planted else ""


# name: file, what is there, what is planted instead, the doubt
PLANTED: dict[str, tuple[str, str, str, str]] = {
    "a double": (VB, "- id: vb-psychologist", f"{DOUBLE}\n- id: vb-psychologist", "similar.own"),
    "the same title": (
        VB,
        "  title:\n    nl: Studentendecaan\n    en: Student counsellor\n",
        "  title: « {nl: Studieadviseur, en: Student counsellor}\n",
        "similar.own",
    ),
    "a national one": (
        VB,
        "  title:\n    nl: Een ouderejaars als buddy\n    en: An older student as your buddy\n",
        "  title: « {nl: Discriminatie.nl, en: Discriminatie.nl desk}\n",
        "similar.national",
    ),
    "a long title": (
        VB,
        BUDDY,
        f"«{BUDDY} die je het hele jaar met raad en daad helpt",
        "plain.title",
    ),
    "a long sentence": (VB, SUMMARY, f"«    nl: Je komt {LONG}.", "plain.sentence"),
    "long words": (
        VB,
        SUMMARY,
        "«    nl: Studieloopbaanbegeleiders, studentenvoorzieningen, onderwijsbegeleiding en "
        "studievoortgangsnormen.",
        "plain.long-words",
    ),
    "an official word in Dutch": (
        VB,
        STEP_NL,
        f"«{STEP_NL} Dat gaat middels de site.",
        "plain.officialese",
    ),
    "an official word in English": (
        VB,
        STEP_EN,
        f"«{STEP_EN} Utilise the site.",
        "plain.officialese",
    ),
    "shouted": (VB, STEP_NL, f"«{STEP_NL} Doe het nu!!", "plain.shouted"),
    "a formal you": (VB, STEP_NL, f"«{STEP_NL} Daar vindt u meer.", "plain.formal-you"),
    "a formal you in an answer": (
        "small_talk/abuse.yaml",
        ANSWER,
        f"«{ANSWER} Zegt uw vraag.",
        "plain.formal-you",
    ),
    "an official word in a need": (
        "needs/sleep.yaml",
        NEED_NL,
        f"«{NEED_NL} Of indien je piekert.",
        "plain.officialese",
    ),
    "not translated": (
        "needs/sleep.yaml",
        NEED_EN,
        NEED_NL.replace("  nl:", "«  en:"),
        "translated.not-translated",
    ),
    "a number in one language": (
        VB,
        f"{STEP_NL} Schrijf erbij waar je over wilt praten.\n{STEP_EN}",
        f"«{STEP_NL} Schrijf erbij waar je over wilt praten.\n{STEP_EN} It costs 25 euros.",
        "translated.details-missing",
    ),
    "a time that differs": (
        VB,
        f"{STEP_NL} Schrijf erbij waar je over wilt praten.\n{STEP_EN}",
        f"{STEP_NL} Na 16.30 uur.\n«{STEP_EN} After 5.30 pm.",
        "translated.details-differ",
    ),
    "much shorter": (
        "needs/sleep.yaml",
        NEED_EN,
        "«  en: You sleep badly.",
        "translated.much-shorter",
    ),
    "a digit too few": (VB, PHONE, "«    phone: [085 000 01]", "numbers.short"),
    "a digit too many": (VB, PHONE, "«    phone: [085 000 01 011]", "numbers.long"),
    "no such number": (VB, PHONE, "«    phone: [099 000 01 01]", "numbers.unknown"),
    "checked half a year ago": (
        VB,
        CHECKED,
        "«  checked: {on: 2026-05-01, by: het loket}",
        "ages.half-year",
    ),
    "checked a year ago": (VB, CHECKED, "«  checked: {on: 2025-11-01, by: het loket}", "ages.year"),
    "checked tomorrow": (VB, CHECKED, "«  checked: {on: 2026-11-24, by: het loket}", "ages.future"),
    "an old page": (VB, CHECKED, "«  source_year: 2022", "ages.source-old"),
}


@pytest.fixture(scope="module")
def usual(tmp_path_factory: pytest.TempPathFactory) -> Counter[str]:
    """What is doubted in the small catalogue before anything is planted."""
    small = copied(tmp_path_factory.mktemp("usual"))
    return Counter(problem.text.key for problem in doubts(read(small)))


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_doubt_is_told_once_at_its_line(
    name: str, folder: Path, usual: Counter[str]
) -> None:
    file, right, wrong, key = PLANTED[name]
    place = plant(folder, file, right, wrong)
    reading = read(folder)
    found = doubts(reading)
    assert (key, place) in {(p.text.key, f"{p.file}:{p.line}") for p in found}
    assert Counter(p.text.key for p in found) - usual == {key: 1}
    assert all(p.severity == "warning" for p in found)
    for translator in TRANSLATORS.values():
        said = [translator.say(p.text, reading.catalogue) for p in found if p.text.key == key]
        assert all(sentence.endswith((".", "]")) and "{" not in sentence for sentence in said)


def test_a_wrong_number_in_a_text_is_told_in_each_language(folder: Path) -> None:
    plant(folder, VB, STEP_NL, f"{STEP_NL} Of bel 06 1234 567.")
    plant(folder, VB, STEP_EN, f"{STEP_EN} Or call 06 1234 567.")
    found = list(numbers.doubts(read(folder)))
    lines = (folder / VB).read_text(encoding="utf-8").splitlines()
    assert [lines[p.line - 1][4:7] for p in found] == ["nl:", "en:"]
    assert {p.text.key for p in found} == {"numbers.short"}


def test_a_confirmed_school_has_checked_everything(folder: Path) -> None:
    plant(folder, INSTITUTION, "status: example", "status: confirmed")
    before = sum(p.text.key == "ages.never-checked" for p in doubts(read(folder)))
    place = plant(folder, VB, "- id: vb-study-adviser", "«- id: vb-study-adviser")
    plant(folder, VB, CHECKED, "")
    found = [p for p in doubts(read(folder)) if p.text.key == "ages.never-checked"]
    assert len(found) == before + 1
    assert f"{found[0].file}:{found[0].line}" == place


def test_what_the_school_replaces_is_no_double(folder: Path) -> None:
    file, right, wrong, _ = PLANTED["a national one"]
    plant(folder, file, right, wrong.replace("«", "") + "  replaces: [nat-discriminatie-nl]\n")
    assert not list(similar.doubts(read(folder)))


# The shipped catalogue


@pytest.mark.parametrize("kind", KINDS)
def test_the_shipped_catalogue_has_few_doubts(kind: str, shipped: Reading) -> None:
    assert len(list(KINDS[kind](shipped))) <= MOST_SHIPPED[kind]


def test_thousands_of_offerings_are_quick(shipped: Reading) -> None:
    national = shipped.catalogue.national
    many = tuple(
        offering.model_copy(update={"id": f"{offering.id}-{copy}"})
        for copy in range(40)
        for offering in national.offerings
    )
    catalogue = dataclasses.replace(
        shipped.catalogue, schools={}, national=School(national.institution, many)
    )
    begin = time.process_time()
    found = list(similar.doubts(dataclasses.replace(shipped, catalogue=catalogue)))
    assert time.process_time() - begin < 8
    assert len(found) == len(many) - len(national.offerings)


# Texts and numbers


@pytest.mark.parametrize(
    ("dutch", "english"),
    [
        ("Van 9.00 tot 12.30 uur", "From 9:00 to 12:30"),
        ("Om 16.00 uur", "At 4 pm"),
        ("Om half twee: 13.30 uur", "At 1.30 p.m."),
        ("Het kost € 1.000", "It costs €1,000"),
        ("Bel 088 525 75 50", "Call +31 (0)88 525 7550"),
        ("Kijk op https://www.school.nl/hulp", "See https://school.nl/en/help."),
        ("Mail naar balie@school.nl.", "Mail Balie@School.nl"),
        ("Vanaf 1 september", "From September 1st"),
    ],
)
def test_the_same_is_the_same_in_both_languages(dutch: str, english: str) -> None:
    assert set(details(dutch)) == set(details(english)) != set()


@pytest.mark.parametrize(
    "words",
    [
        "112",
        "113",
        "144",
        "0800 0113",
        "0900 8844",
        "14 030",
        "14 0592",
        "116 111",
        "116123",
        "06 12345678",
        "+31 88 525 75 50",
        "088-5257550",
    ],
)
def test_a_number_that_exists_is_not_doubted(words: str, folder: Path) -> None:
    plant(folder, VB, PHONE, f"    phone: ['{words}']")
    for language, step in (("Bel", STEP_NL), ("Call", STEP_EN)):
        plant(folder, VB, step, f"{step} {language} {words}.")
    assert not list(numbers.doubts(read(folder)))


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("Bel 133 of 020 123 45 67.", ["020 123 45 67", "133"]),
        ("Open van 09.00-12.30, op 01-09-2026.", []),
        ("Bel 24 uur per dag, ook op Rapenburg 100.", []),
        ("Kamer B1.190, NL02 ABNA 0123 4567 89", []),
    ],
)
def test_what_looks_like_a_number_in_a_text(words: str, found: list[str]) -> None:
    assert list(numbers.numbers_in(words)) == found


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_plain_word_is_itself_hard(language: str) -> None:
    known = plain.PLAIN[language]  # type: ignore[index]
    assert len(known) >= 40
    assert not set(known) & set(known.values())


# When the two languages were changed

OLD = dt.datetime(2026, 1, 5, 12, tzinfo=dt.UTC)
SLEEP = "needs/sleep.yaml"


def apart(folder: Path, file: str, line: int, later: dt.timedelta) -> list[str]:
    """The doubts when this line was changed so much later than all the others."""
    reading = read(folder)
    count = reading.documents[file].source.count("\n") + 1
    changed = {file: dict.fromkeys(range(1, count + 1), OLD) | {line: OLD + later}}
    return [
        f"{p.file}:{p.line}"
        for p in translated.doubts(reading, changed)
        if p.text.key == "translated.changed-apart"
    ]


def line_of(folder: Path, file: str, words: str) -> int:
    lines = (folder / file).read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, 1) if words in line)


def test_a_language_that_stayed_behind(folder: Path) -> None:
    dutch, english = (line_of(folder, SLEEP, words) for words in (NEED_NL, NEED_EN))
    week = dt.timedelta(days=7)
    assert apart(folder, SLEEP, dutch, week) == [f"{SLEEP}:{english}"]
    assert apart(folder, SLEEP, english, week) == [f"{SLEEP}:{dutch}"]
    assert not apart(folder, SLEEP, dutch, dt.timedelta(hours=20))


def test_the_second_line_of_a_text_counts(folder: Path) -> None:
    dutch = line_of(folder, VB, SUMMARY)
    english = line_of(folder, VB, "    en: Are you behind, or in doubt")
    plant(folder, VB, CHECKED, "")
    assert english == dutch + 2
    assert apart(folder, VB, dutch + 1, dt.timedelta(days=7)) == [f"{VB}:{english}"]


def test_who_checked_the_offering_later_has_seen_both(folder: Path) -> None:
    dutch = line_of(folder, VB, SUMMARY)
    assert not apart(folder, VB, dutch, dt.timedelta(days=7))  # checked in September
    assert apart(folder, VB, dutch, dt.timedelta(days=300))


def test_both_languages_on_one_line_cannot_be_told_apart(folder: Path) -> None:
    line = line_of(folder, SLEEP, "name: {nl:")
    assert not apart(folder, SLEEP, line, dt.timedelta(days=7))


def git(folder: Path, *arguments: str, date: str = "2026-01-05T12:00:00Z") -> None:
    around = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "GIT_AUTHOR_DATE": date,
        "GIT_COMMITTER_DATE": date,
    }
    who = ["-c", "user.name=Keeper", "-c", "user.email=keeper@school.example"]
    command = ["git", "-C", str(folder), *who, *arguments]
    subprocess.run(command, check=True, capture_output=True, env=around)


@pytest.mark.skipif(shutil.which("git") is None, reason="there is no git here")
def test_git_says_when_lines_were_changed(folder: Path) -> None:
    git(folder, "init")
    git(folder, "add", ".")
    git(folder, "commit", "-m", "All there is")
    plant(folder, SLEEP, NEED_NL, f"{NEED_NL} Of je piekert.")
    git(folder, "commit", "-am", "One language", date="2026-03-01T12:00:00Z")
    changed = changed_lines(folder, [SLEEP, "nowhere.yaml"])
    assert list(changed) == [SLEEP]
    assert changed[SLEEP][1] == OLD
    (found,) = translated.doubts(read(folder), changed)
    english = line_of(folder, SLEEP, NEED_EN)
    assert (found.text.key, found.line) == ("translated.changed-apart", english)


def test_without_a_work_tree_nothing_is_known(tmp_path: Path) -> None:
    assert changed_lines(tmp_path, [SLEEP]) == {}
    assert changed_lines(tmp_path / "nowhere", [SLEEP]) == {}
