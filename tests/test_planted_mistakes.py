"""Mistakes planted in a catalogue that is good: each is told at its line, with what to do.

One of each kind. Errors that `tests/test_catalogue_problems.py` plants in many ways are planted
once here, for what the message tells a keeper to do. A « in what is planted shows where it is to be
told, and is not planted itself.
"""

from __future__ import annotations

import datetime as dt
import random
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.catalogue import CatalogueError, Problem, Reading, read
from bot.staff.doubts import calendar, gaps, links, people, phrases, tips
from bot.staff.problems_with import problems_in
from bot.staff.report import FORMS, report
from tests.test_catalogue_problems import (
    CALENDAR,
    INSTITUTION,
    OFFERINGS,
    SHIPPED,
    SINGLE,
    STAFF,
    STRESS,
    TRANSLATORS,
    Mistake,
    first_phrases,
    place,
)

TODAY = dt.date(2026, 11, 23)
SLEEP = "needs/sleep.yaml"
TIPS = "voorbeeld/tips.yaml"


@pytest.fixture(scope="module")
def one_school(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example school, the national offerings it names and a few phrases: quick to read."""
    folder = tmp_path_factory.mktemp("one") / "catalogue"
    others = shutil.ignore_patterns("avans", "hanze", "leiden", "noorderpoort")
    shutil.copytree(SHIPPED, folder, ignore=others, copy_function=shutil.copyfile)
    for path in (*folder.glob("needs/*.yaml"), *folder.glob("small_talk/*.yaml")):
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        path.write_text("".join(first_phrases(lines)), encoding="utf-8")
    national = folder / "national/offerings.yaml"
    named = (folder / OFFERINGS).read_text(encoding="utf-8")
    begin, *entries = re.split(r"(?m)^(?=- id: )", national.read_text(encoding="utf-8"))
    kept = [entry for entry in entries if entry.split()[2] in re.findall(r"nat-[a-z-]+", named)]
    national.write_text("".join([begin, *kept]), encoding="utf-8")
    return folder


@pytest.fixture
def folder(one_school: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(one_school, tmp_path / "catalogue", copy_function=shutil.copyfile))


def doubts_of(reading: Reading) -> Iterator[Problem]:
    yield from gaps.doubts(reading)
    yield from phrases.doubts(reading)
    yield from people.doubts(reading)
    yield from links.doubts(reading, TODAY)
    yield from calendar.doubts(reading, TODAY)
    yield from tips.doubts(reading)


# Errors

WHAT_TO_DO = {  # what the Dutch message tells a keeper to do, in a word or more, by its key
    "yaml.boolean-word": "Schrijf",
    "yaml.time": "Schrijf",
    "yaml.tab": "Gebruik spaties",
    "yaml.odd-space": "Typ hier gewone spaties",
    "yaml.unprintable": "Typ de tekst opnieuw",
    "yaml.duplicate-key": "Verwijder",
    "yaml.missing-dash": "streepje",
    "yaml.colon": "tussen aanhalingstekens",
    "yaml.colon-space": "Schrijf naam: waarde",
    "yaml.quote": "Sluit het af",
    "yaml.after-quote": "Zet de hele tekst",
    "yaml.bracket": "Elke [ heeft een ] nodig",
    "yaml.start-character": "tussen aanhalingstekens",
    "yaml.alias": "schrijf de waarde voluit",
    "yaml.tag": "Laat alles vanaf het uitroepteken weg",
    "yaml.indent": "Zet de regel even ver",
    "yaml.hash": "tussen aanhalingstekens",
    "yaml.two-documents": "Laat die regel weg",
    "yaml.key": "Schrijf een naam",
    "yaml.too-deep": "Kijk naar het inspringen",
    "catalogue.unknown-key": "Bedoel je",
    "catalogue.unknown-key-far": "Kies uit",
    "catalogue.unknown-key-full": "Laat het weg",
    "catalogue.indent-more": "twee spaties meer",
    "catalogue.indent-less": "evenveel spaties",
    "catalogue.extra-dash": "Vervang het streepje",
    "catalogue.missing-translation": "in beide talen",
    "catalogue.missing": "Voeg het toe",
    "catalogue.empty": "Vul het in",
    "catalogue.needs-entry": "Begin met id:",
    "catalogue.needs-fields": "een regel nl: en een regel en:",
    "catalogue.needs-list": "Schrijf bijvoorbeeld [",
    "catalogue.needs-text": "Schrijf gewoon de tekst",
    "catalogue.one-of": "Kies uit",
    "catalogue.needs-number-between": "heel getal van",
    "catalogue.ages-order": "Draai ze om",
    "catalogue.ages-empty": "Geef from, to of allebei",
    "catalogue.needs-date": "jaar-maand-dag",
    "catalogue.dates-order": "Draai from en to om",
    "catalogue.bad-url": "met https:// ervoor",
    "catalogue.bad-phone": "Schrijf het zoals",
    "catalogue.bad-email": "Schrijf het zoals",
    "catalogue.bad-id": "kleine letters",
    "catalogue.too-long": "Houd het onder",
    "catalogue.double": "Verwijder er een",
    "catalogue.unknown-id": "Bedoel je",
    "catalogue.unknown-id-far": "Kies uit",
    "catalogue.unknown-id-none": "haal het weg",
    "catalogue.id-twice": "andere id",
    "catalogue.hours-unknown-far": "Schrijf alleen dagen en tijden",
    "catalogue.id-file": "Maak ze gelijk",
    "catalogue.need-theme": "Zet hem één keer in themes.yaml",
}

HERE_AS_WELL = (OFFERINGS, INSTITUTION, STAFF, CALENDAR, STRESS, "themes.yaml", "elements.yaml")
ERRORS: dict[str, Mistake] = {}
for mistake in SINGLE:
    if mistake.file in HERE_AS_WELL or mistake.file.startswith("national/"):
        ERRORS.setdefault(mistake.key, mistake)


@pytest.mark.parametrize("key", WHAT_TO_DO)
def test_an_error_is_told_where_it_is_and_what_to_do(key: str, folder: Path) -> None:
    expected = ERRORS[key].plant(folder)
    (problem,) = problems_in(folder)
    assert (place(problem), problem.severity) == (expected, "error")
    assert WHAT_TO_DO[key] in TRANSLATORS["nl"].say(problem.text)


# Errors in the calendar and the tips

EXAMS = "when: {kind: exams, days_before: 10}"
MEETS = "offerings: [vb-sport-together]\n  time: 17:00-18:30\n"
TIMED = "kind: introduction\n  «time: 12:00-13:00"
BLOCK = "when:\n  «kind: exams\n  days_before: 10"


def time(instead: str) -> Mistake:
    right, wrong = "time: 17:00-18:30", f"«time: {instead}"
    return Mistake(f"a time: {instead}", CALENDAR, right, wrong, "catalogue.bad-time")


def day(instead: str) -> Mistake:
    right, wrong = "from: 2026-08-24", f"«from: {instead}"
    return Mistake(f"a day: {instead}", CALENDAR, right, wrong, "catalogue.needs-date")


def when(instead: str, key: str) -> Mistake:
    return Mistake(instead[:30], TIPS, EXAMS, instead, key)


OF_THE_YEAR: list[tuple[Mistake, str]] = [
    (day("24-08-2026"), "Schrijf jaar-maand-dag"),
    (day("24 augustus 2026"), "Schrijf jaar-maand-dag"),
    (time("12.30"), "09:00-13:30"),
    (time("17.00-18.30"), "dubbele punten"),
    (time("17:00 - 18:30"), "geen spaties"),
    (time("9:00-10:00"), "met vier cijfers"),
    (Mistake("a kind in Dutch", CALENDAR, "kind: introduction", "«kind: introductie",
             "catalogue.one-of"), "Kies uit: exams"),
    (Mistake("a rhythm in Dutch", CALENDAR, "every: week", "«every: maand", "catalogue.one-of"),
     "Kies uit: week"),
    (Mistake("a time for a day", CALENDAR, "kind: introduction", TIMED,
             "catalogue.activity-only"), "haal ze weg"),
    (Mistake("an activity of nothing", CALENDAR, "kind: introduction", "«kind: activity",
             "catalogue.activity-needs"), "Zet erbij wat ontbreekt"),
    (Mistake("an activity of two", CALENDAR, "kind: activity\n  offerings: [vb-sport-together]",
             "«kind: activity\n  offerings: [vb-sport-together, vb-neuro-table]",
             "catalogue.activity-needs"), "een eigen activiteit"),
    (Mistake("a series without end", CALENDAR, "  to: 2026-10-14\n", "", "catalogue.activity-end",
             told_at="every: week"), "Zet er “to” bij"),
    (Mistake("from after to", CALENDAR, "to: 2026-08-28", "«to: 2026-08-20",
             "catalogue.dates-order"), "Draai from en to om"),
    (Mistake("an activity of what is not there", CALENDAR, MEETS,
             MEETS.replace("[vb-sport-together]", "[«vb-sport-togehter]"), "catalogue.unknown-id"),
     "Bedoel je “vb-sport-together”"),
    (Mistake("no English title", CALENDAR, "title: {nl: Introductieweek, en: Introduction week}",
             "«title: {nl: Introductieweek}", "catalogue.missing-translation"), "in beide talen"),
    (Mistake("a theme in Dutch", TIPS, "theme: studying", "«theme: studie",
             "catalogue.unknown-id"), "Bedoel je “studying”"),
    (when("«when: {kind: exams, entry: vb-2026-exams-1}", "catalogue.moment-of"), "niet allebei"),
    (when("«when: {days_before: 10}", "catalogue.moment-of"), "Schrijf “kind”"),
    (when("«when: {kind: exams, days_before: 2, days_after: 2}", "catalogue.moment-days"),
     "Haal “days_before” of “days_after” weg"),
    (when("when: {kind: exams, «days_before: 100}", "catalogue.needs-number-between"),
     "van 0 tot en met 90"),
    (when("when: {kind: exams, «days-before: 10}", "catalogue.unknown-key"),
     "Bedoel je “days_before”"),
    (when("when: {«entry: vb-2026-exam-1}", "catalogue.unknown-id"), "vb-2026-exams-1"),
    (when("«when: exams", "catalogue.needs-own-fields"), "{naam: waarde}"),
    (when("«when: 2027-01-12", "catalogue.needs-own-fields"), "kind, entry, days_before of"),
    (when(BLOCK, "catalogue.indent-more"), "twee spaties meer"),
    (when(f"«\t{EXAMS}", "yaml.tab"), "Gebruik spaties"),
    (Mistake("an unknown offering", TIPS, "offering: vb-study-together",
             "«offering: vb-study-togeter", "catalogue.unknown-id"), "vb-study-together"),
    (Mistake("a name for who says it", TIPS, "from: vb-studieadvies", "«from: Team studieadvies",
             "catalogue.bad-id"), "kleine letters"),
    (Mistake("nobody says it", TIPS, "  from: vb-studieadvies\n", "", "catalogue.missing",
             told_at="id: vb-tip-exams"), "Voeg het toe"),
    (Mistake("an id twice", TIPS, "id: vb-tip-resits", "«id: vb-tip-exams",
             "catalogue.id-twice"), "andere id"),
    (Mistake("a year in a number", TIPS, "only: {years: [first]}", "only: {years: [«1]}",
             "catalogue.one-of"), "Kies uit: first of later"),
    (Mistake("no English text", TIPS, "    en: Starting alone", "    de: Starting alone",
             "catalogue.unknown-key", told_at="    de: "), "Bedoel je “en”"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("mistake", "says"), OF_THE_YEAR, ids=[mistake.name for mistake, _ in OF_THE_YEAR]
)
def test_an_error_in_the_calendar_or_the_tips_is_told_once_and_what_to_do(
    mistake: Mistake, says: str, folder: Path
) -> None:
    expected = mistake.plant(folder)
    (problem,) = problems_in(folder)
    assert (place(problem), problem.text.key) == (expected, mistake.key)
    assert says in TRANSLATORS["nl"].say(problem.text)
    assert "{" not in TRANSLATORS["en"].say(problem.text).replace("{name: value}", "")


# Doubts

WEBSITE = "website: https://voorbeeld.example"
FIRST_OF_STAFF = "- id: vb-milan-brugmans\n"
NEW_COLLEAGUE = """\
- «id: vb-nieuw
  name: Nieuw
  role: {{nl: r, en: r}}
  languages: [nl]
  hours: ma 9-12
  backup: vb-servicepunt
{more}
"""
NEW_ELEMENT = """
elements:
- id: extra
  level: education
  number: 7
  name: {nl: a, en: b}
  need: {nl: a, en: b}
  skill: {nl: a, en: b}
"""
IN_CRISIS = """\
in_crisis:
- {offering: vb-emergency, kinds: [medical-now, violence-now, harm-to-others], day_and_night: true}
- {offering: vb-confidential, kinds: [sexual-violence]}
- {offering: vb-psychologist, kinds: [suicidal, self-harm]}
"""


def website(instead: str, key: str) -> Mistake:
    return Mistake(instead, INSTITUTION, WEBSITE, f"website: «{instead}", key)


def phrase(added: str, file: str, key: str, **told: str) -> Mistake:
    return Mistake(added[:30], file, "  nl:\n  - ", f"  nl:\n  - {added}\n  - ", key, **told)


DOUBTS: list[tuple[Mistake, str]] = [
    (website("http://voorbeeld.example", "links.http"), "Schrijf https"),
    (website("https://voorbeeld.example/?a=1&utm_source=mail", "links.tracking"), "Haal"),
    (website("https://www.google.nl/search?q=voorbeeld", "links.search"), "Open het goede"),
    (website("https://voorbeeld.example/zoeken?q=hulp", "links.search"), "zet dat adres"),
    (website("https://bit.ly/3abc", "links.shortener"), "Open hem"),
    (website("https://voorbeeld.example/gids-2021-2022.pdf", "links.old-pdf"), "Zoek een nieuwere"),
    (website("https://voorbeeld.example/x;jsessionid=12?a=b", "links.session"), "zonder in"),
    (website("https://intranet/hulp.html", "links.host"), "dat overal opent"),
    (website("https://[voorbeeld.example/", "links.host"), "dat overal opent"),
    (Mistake("the same phrase", STRESS, "  nl:\n  - ", "  nl:\n  - «Kan níét  slapen!\n  - ",
             "phrases.same"), "Haal de zin"),
    (phrase("«Hoi!", STRESS, "phrases.small-talk"), "Haal de zin"),
    (phrase("stressklachten studenten", SLEEP, "phrases.near", told_in=STRESS,
            told_at="stressklachten student"), "Haal een van de twee weg"),
    (phrase("\n  - ".join(f"overspannen {n}" for n in range(13)), SLEEP, "phrases.inside",
            told_in=STRESS, told_at="- overspannen"), "Maak de zin langer"),
    (Mistake("nobody to take over", STAFF, "  backup: vb-servicepunt\n", "", "people.no-backup",
             told_at="id: vb-studieadvies"), "Zet bij backup of team"),
    (Mistake("a backup of oneself", STAFF, "backup: vb-sanne-kolk", "backup: vb-milan-brugmans",
             "people.own-backup", told_at=FIRST_OF_STAFF), "iemand anders"),
    (Mistake("a team that is a desk", STAFF, "team: vb-studieadvies", "team: vb-servicepunt",
             "people.not-a-team", told_at=FIRST_OF_STAFF), "kind: team"),
    (Mistake("somebody for nothing", STAFF, FIRST_OF_STAFF,
             NEW_COLLEAGUE.format(more="") + FIRST_OF_STAFF, "people.for-nothing"), "Zet iets bij"),
    (Mistake("mail without an address", STAFF, FIRST_OF_STAFF,
             NEW_COLLEAGUE.format(more="  needs: [stress]\n  reach: [email]\n") + FIRST_OF_STAFF,
             "people.no-address"), "Zet er email bij"),
    (Mistake("no desk", STAFF, "kind: desk", "kind: team", "people.no-desk",
             told_at=FIRST_OF_STAFF), "kind: desk"),
    (Mistake("no such time", OFFERINGS, "'ma-do 15:00-18:00'", "'«ma-do 15:00-25:00'",
             "people.no-clock"), "Schrijf een tijd tot 24:00"),
    (Mistake("the wrong way round", OFFERINGS, "'ma-do 15:00-18:00'", "'«ma-do 9.00-8.00'",
             "people.hours-order"), "Schrijf eerst het begin"),
    (Mistake("a place without anything", INSTITUTION, "locations:\n",
             "«locations:\n- {id: zwolle, name: {nl: Zwolle, en: Zwolle}}\n", "gaps.locations"),
     "Zet de plaats bij locations"),
    (Mistake("a faculty without anything", INSTITUTION, "faculties:\n",
             "«faculties:\n- {id: kunst, name: {nl: Kunst, en: Art}}\n", "gaps.unused"),
     "Noem het in audience"),
    (Mistake("nobody to talk to", INSTITUTION, "contact: [vb-study-adviser, vb-student-counsellor]",
             "", "gaps.no-contact", told_at="id: voorbeeld"), "bij contact"),
    (Mistake("nobody in a crisis", INSTITUTION, IN_CRISIS, "", "gaps.no-crisis",
             told_at="id: voorbeeld"), "bij in_crisis"),
    (Mistake("an element nobody has", "elements.yaml", "\nelements:\n", NEW_ELEMENT,
             "gaps.elements", told_in=INSTITUTION, told_at="id: voorbeeld"), "bij elements"),
    (Mistake("a time that ends first", CALENDAR, "time: 17:00-18:30", "«time: 18:30-17:00",
             "calendar-check.time-order"), "Schrijf eerst het begin"),
    (Mistake("a series that comes once", CALENDAR, "  every: week\n", "", "calendar-check.once",
             told_at="to: 2026-10-14"), "every: week"),
    (Mistake("a slip in the year", CALENDAR, "from: 2027-02-12", "«from: 2072-02-12",
             "calendar-check.far"), "Kijk of het jaar klopt"),
    (Mistake("a deadline without what to do", CALENDAR, "kind: internship\n",
             "kind: deadline\n", "calendar-check.no-matters", told_at="id: vb-2027-internship\n"),
     "Schrijf dat bij matters"),
    (Mistake("a tip that never comes", TIPS, EXAMS, "when: {«kind: other}", "tips-check.never"),
     "kies een andere soort"),
    (Mistake("two tips on a day", TIPS, "theme: programme\n  when: {entry: vb-2027-resits-1, "
             "days_before: 26}", "theme: studying\n  «when: {entry: vb-2026-exams-1, "
             "days_before: 10}", "tips-check.same-day"), "Verander de dagen"),
    (Mistake("a long tip", TIPS, "nl: Alleen beginnen", f"«nl: {'Kom een keer langs. ' * 16}En",
             "tips-check.long"), "laat weg"),
    (Mistake("a tip about help in a crisis", TIPS, "offering: vb-study-together",
             "«offering: vb-emergency", "tips-check.crisis"), "Kies ander aanbod"),
]  # fmt: skip


def test_there_are_fifty_kinds() -> None:
    kinds = {*WHAT_TO_DO, *(mistake.key for mistake, _ in DOUBTS)}
    assert len(kinds) >= 70
    assert {*WHAT_TO_DO} <= {*ERRORS}


@pytest.mark.parametrize(("mistake", "says"), DOUBTS, ids=[m.name for m, _ in DOUBTS])
def test_a_doubt_is_told_where_it_is_and_what_to_do(
    mistake: Mistake, says: str, folder: Path, before: frozenset[tuple[str, str]]
) -> None:
    expected = mistake.plant(folder)
    reading = read(folder)
    said = {(place(p), p.text.key): p for p in doubts_of(reading) if p.severity == "warning"}
    problem = said[expected, mistake.key]
    words = TRANSLATORS["nl"].say(problem.text, reading.catalogue)
    assert (problem.text.key, words) not in before
    assert says in words
    assert "{" not in TRANSLATORS["en"].say(problem.text, reading.catalogue)


@pytest.fixture(scope="module")
def before(one_school: Path) -> frozenset[tuple[str, str]]:
    """The doubts that there are without any mistake: what they are, and in words."""
    found = doubts_of(read(one_school))
    return frozenset((p.text.key, TRANSLATORS["nl"].say(p.text)) for p in found)


def test_the_example_school_has_few_doubts(before: frozenset[tuple[str, str]]) -> None:
    assert {key for key, _ in before} <= {"people.no-backup", "gaps.elements"}


# Anything at all

BITS = ["", "no", "\t", ":", ": ", "- ", "[", "}", '"', "'", "&a", "#", "  ", "9:00", "\x00", "é"]


def test_whatever_is_changed_there_is_never_a_traceback(one_school: Path, tmp_path: Path) -> None:
    """Either it reads, and every doubt can be said, or it is a CatalogueError."""
    folder = Path(shutil.copytree(one_school, tmp_path / "changed"))
    chance = random.Random(7)
    files = [folder / file for file in (OFFERINGS, INSTITUTION, STAFF, CALENDAR, TIPS, STRESS)]
    outcomes: set[bool] = set()
    for _ in range(200):
        path = chance.choice(files)
        source = path.read_bytes()
        path.write_text(damaged(source.decode("utf-8"), chance), encoding="utf-8", newline="")
        outcomes.add(can_be_told(folder))
        path.write_bytes(source)
    assert outcomes == {True, False}


def can_be_told(folder: Path) -> bool:
    """Whether it can be read; all that there is to say about it is said."""
    try:
        found = [*doubts_of(read(folder))]
    except CatalogueError as error:
        found = [*error.problems]
        assert found
    for form in FORMS:
        report(found, form, TRANSLATORS["nl"].say)
    return all(problem.severity == "warning" for problem in found)


def damaged(source: str, chance: random.Random) -> str:
    lines = source.split("\n")
    for _ in range(chance.randint(1, 3)):
        at, other = chance.randrange(len(lines)), chance.randrange(len(lines))
        column = chance.randint(0, len(lines[at]))
        match chance.choice(("delete", "swap", "copy", "insert", "replace")):
            case "delete":
                lines[at] = ""
            case "swap":
                lines[at], lines[other] = lines[other], lines[at]
            case "copy":
                lines[at] = lines[other]
            case "insert":
                lines[at] = lines[at][:column] + chance.choice(BITS) + lines[at][column:]
            case _:
                lines[at] = lines[at][:column] + chance.choice(BITS) + lines[at][column + 1 :]
    return "\n".join(lines)
