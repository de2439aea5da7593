"""One mistake in the catalogue is one line, at the right place; ten mistakes are ten lines.

Every mistake is planted in a copy of the shipped catalogue. A « in what is planted shows where it
is to be told, and is not planted itself.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bot.catalogue import Problem
from bot.catalogue.yaml_text import MAX_BYTES
from bot.settings import read_settings
from bot.staff.problems_with import problems_in
from bot.text import LANGUAGES
from bot.words import load_translators

SHIPPED = read_settings({}).catalogue
TRANSLATORS = load_translators(read_settings({}).locales)
HERE = "«"

OFFERINGS = "voorbeeld/offerings.yaml"
INSTITUTION = "voorbeeld/institution.yaml"
STAFF = "voorbeeld/staff.yaml"
CALENDAR = "voorbeeld/calendar.yaml"
STRESS = "needs/stress.yaml"


@dataclass(frozen=True)
class Mistake:
    name: str
    file: str
    right: str  # what is there; the first of it is replaced
    wrong: str
    key: str  # of the one message that tells it
    told_in: str = ""  # the file and the line with this text, where not at the «
    told_at: str = ""

    def plant(self, folder: Path) -> str:
        """Plant it; where it is to be told, as file:line."""
        path = folder / self.file
        before = path.read_text(encoding="utf-8")
        assert self.right in before, f"{self.file} has no {self.right!r}"
        planted = before.replace(self.right, self.wrong, 1)
        path.write_text(planted.replace(HERE, ""), encoding="utf-8")
        if HERE in planted:
            return f"{self.file}:{line_of(planted, HERE)}"
        file = self.told_in or self.file
        return f"{file}:{line_of((folder / file).read_text(encoding='utf-8'), self.told_at)}"


def line_of(source: str, what: str) -> int:
    assert what in source, f"{what!r} is not there"
    return source.count("\n", 0, source.index(what)) + 1


def place(problem: Problem) -> str:
    return problem.place.rpartition(":")[0]


@pytest.fixture(scope="session")
def short(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped catalogue with fewer phrases and offerings: quicker to copy and to read."""
    folder = tmp_path_factory.mktemp("short") / "catalogue"
    shutil.copytree(SHIPPED, folder, copy_function=shutil.copyfile)
    for path in (*folder.glob("needs/*.yaml"), *folder.glob("small_talk/*.yaml")):
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        path.write_text("".join(first_phrases(lines)), encoding="utf-8")
    for school in ("avans", "hanze", "leiden", "noorderpoort"):
        path = folder / school / "offerings.yaml"
        entries = path.read_text(encoding="utf-8").split("\n\n")
        named = set(
            re.findall(r"[a-z0-9-]+", path.with_name("institution.yaml").read_text("utf-8"))
        )
        few = [entry for entry in entries[4:] if "  audience:" in entry][:5]
        kept = entries[:4] + [e for e in entries[4:] if e in few or _id_of(e) in named]
        path.write_text("\n\n".join(kept) + "\n", encoding="utf-8")
    national = folder / "national/offerings.yaml"
    entries = national.read_text(encoding="utf-8").split("\n\n")
    schools = [path for path in folder.glob("*/offerings.yaml") if path != national]
    named = set(re.findall(r"nat-[a-z-]+", "".join(p.read_text("utf-8") for p in schools)))
    kept = [e for e in entries[2:] if _id_of(e) in named]
    national.write_text("\n\n".join(entries[:2] + kept) + "\n", encoding="utf-8")
    return folder


def _id_of(entry: str) -> str:
    return entry.split("\n")[0].removeprefix("- id: ")


def first_phrases(lines: list[str]) -> Iterator[str]:
    phrases = 0
    for line in lines:
        phrases = phrases + 1 if line.lstrip().startswith("- ") else 0
        if phrases <= 4:
            yield line


@pytest.fixture
def folder(short: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(short, tmp_path / "catalogue", copy_function=shutil.copyfile))


def test_the_shipped_catalogue_is_good(folder: Path) -> None:
    assert [problem.place for problem in problems_in(SHIPPED)] == []
    assert [problem.place for problem in problems_in(folder)] == []


# Single mistakes

BUDDY = "- id: vb-buddy\n  title:\n    nl: Een ouderejaars als buddy\n"
ADVISER_TITLE = "  title:\n    nl: Studieadviseur\n    en: Study adviser\n"

YAML_TRAPS = [
    Mistake("no", OFFERINGS, "cost: free", "cost: «no", "yaml.boolean-word"),
    Mistake("yes for a flag", "avans/offerings.yaml", "international: true", "international: «yes",
            "yaml.boolean-word"),
    Mistake("no for a list", OFFERINGS, "needs: [study-progress, study-choice, contact-teacher, "
            "study-skills]", "needs: «no", "yaml.boolean-word"),
    Mistake("no in a list of ids", OFFERINGS, "needs: [study-progress,", "needs: [«no,",
            "yaml.boolean-word"),
    Mistake("no for an id", STRESS, "id: stress", "id: «no", "yaml.boolean-word"),
    Mistake("no for a phrase", STRESS, "  nl:\n  - ", "  nl:\n  - «no\n  - ", "yaml.boolean-word"),
    Mistake("a time", OFFERINGS, "nl: 'ma-do 15:00-18:00'", "nl: «15:00", "yaml.time"),
    Mistake("a tab", OFFERINGS, "  form: one-to-one", "«\tform: one-to-one", "yaml.tab"),
    Mistake("a tab, deep", OFFERINGS, "    nl: Studieadviseur", "«\tnl: Studieadviseur",
            "yaml.tab"),
    Mistake("a tab for a phrase", STRESS, "  nl:\n  - ", "  nl:\n«\t- stressvol\n  - ", "yaml.tab"),
    Mistake("a tab in a mapping", INSTITUTION, "  nl: Voorbeeld", "«\tnl: Voorbeeld", "yaml.tab"),
    Mistake("a space from Word", OFFERINGS, "  form: one", "«\u00a0 form: one", "yaml.odd-space"),
    Mistake("an invisible character", OFFERINGS, "id: vb-buddy", "id: vb«\u200b-buddy",
            "yaml.unprintable"),
    Mistake("a field twice", OFFERINGS, "  form: one-to-one\n",
            "  form: one-to-one\n  «form: one-to-one\n", "yaml.duplicate-key"),
    Mistake("a translation twice", OFFERINGS, "    en: Study adviser\n",
            "    en: Study adviser\n    «en: Study adviser\n", "yaml.duplicate-key"),
    Mistake("a forgotten dash", OFFERINGS, "- id: vb-buddy", "  «id: vb-buddy",
            "yaml.missing-dash"),
    Mistake("a colon in a text", OFFERINGS, "nl: Studieadviseur", "nl: Let op«: kom",
            "yaml.colon"),
    Mistake("no space behind a colon", OFFERINGS, "    nl: Studieadviseur",
            "    «nl:Studieadviseur", "yaml.colon-space"),
    Mistake("no space behind a colon, in braces", STAFF, "{nl: studieadviseur,",
            "{«nl:studieadviseur,", "yaml.colon-space"),
    Mistake("an open quote", OFFERINGS, "nl: Studieadviseur", 'nl: «"Studieadviseur', "yaml.quote"),
    Mistake("an apostrophe", STRESS, "  nl:\n  - ", "  nl:\n  - «'s nachts wakker\n  - ",
            "yaml.quote"),
    Mistake("an apostrophe in quotes", OFFERINGS, "nl: Studieadviseur", "nl: 'Foto«'s",
            "yaml.after-quote"),
    Mistake("an open list", OFFERINGS, "mode: [campus, online, phone]",
            "mode: «[campus, online, phone", "yaml.bracket"),
    Mistake("open braces", INSTITUTION, "name: {nl: Utrecht, en: Utrecht}}",
            "name: {nl: Utrecht, en: «Utrecht}", "yaml.bracket"),
    Mistake("a character that begins something", OFFERINGS, "nl: Studieadviseur", "nl: «@school",
            "yaml.start-character"),
    Mistake("a star", OFFERINGS, "nl: Studieadviseur", "nl: «*Studieadviseur", "yaml.alias"),
    Mistake("a tag", OFFERINGS, "nl: Studieadviseur", "nl: «!Studieadviseur", "yaml.tag"),
    Mistake("a wrong indentation", OFFERINGS, "    en: Study adviser\n", "   «en: Study adviser\n",
            "yaml.indent"),
    Mistake("an id that is not indented", OFFERINGS, "  form: one-to-one\n", "«form: one-to-one\n",
            "yaml.indent"),
    Mistake("a lost end of a text", OFFERINGS, "nl: Studieadviseur", "nl: Studieadviseur «#1",
            "yaml.hash"),
    Mistake("a second document", OFFERINGS, "- id: vb-buddy", "«---\n- id: vb-buddy",
            "yaml.two-documents"),
    Mistake("a template's braces", OFFERINGS, "nl: Studieadviseur", "nl: {«{naam}}", "yaml.key"),
    Mistake("too deep", OFFERINGS, "nl: Studieadviseur", "nl: [[[[[[[[[«[]]]]]]]]]]",
            "yaml.too-deep"),
]  # fmt: skip

FORM = [
    Mistake("an unknown field", OFFERINGS, "  cost: free\n", "  cost: free\n  «plase: good\n",
            "catalogue.unknown-key"),
    Mistake("a field from nowhere", OFFERINGS, "  cost: free\n", "  cost: free\n  «xyzzy: good\n",
            "catalogue.unknown-key-far"),
    Mistake("a third language", OFFERINGS, "    en: Study adviser\n",
            "    en: Study adviser\n    «de: Berater\n", "catalogue.unknown-key-full"),
    Mistake("a slip in a needed field", OFFERINGS, "  summary:\n", "  «sumary:\n",
            "catalogue.unknown-key"),
    Mistake("a needed field in Dutch", OFFERINGS, "  title:\n", "  «titel:\n",
            "catalogue.unknown-key"),
    Mistake("a slip in an optional field", OFFERINGS, "locations: [utrecht", "«location: [utrecht",
            "catalogue.unknown-key"),
    Mistake("a capital in a field", OFFERINGS, "    nl: Studieadviseur", "    «NL: Studieadviseur",
            "catalogue.unknown-key"),
    Mistake("a slip in id", OFFERINGS, "- id: vb-study-adviser", "- «idd: vb-study-adviser",
            "catalogue.unknown-key"),
    Mistake("a slip in the id of a national offering", "national/offerings.yaml", "- id: nat-ease",
            "- «ID: nat-ease", "catalogue.unknown-key"),
    Mistake("a language by another name", OFFERINGS, "    en: Study adviser",
            "    «engels: Study adviser", "catalogue.unknown-key"),
    Mistake("a slip in the locations of a school", INSTITUTION, "locations:", "«location:",
            "catalogue.unknown-key"),
    Mistake("a slip in the list of elements", "elements.yaml", "\nelements:", "\n«element:",
            "catalogue.unknown-key"),
    Mistake("a slip in the needs of a theme", "themes.yaml", "  needs:", "  «need:",
            "catalogue.unknown-key"),
    Mistake("a slip in phrases", STRESS, "phrases:", "«phrase:", "catalogue.unknown-key"),
    Mistake("a translation too far left", OFFERINGS, "    en: Study adviser\n",
            "  «en: Study adviser\n", "catalogue.indent-more"),
    Mistake("both translations too far left", OFFERINGS, ADVISER_TITLE,
            "  title:\n  «nl: Studieadviseur\n  en: Study adviser\n", "catalogue.indent-more"),
    Mistake("a field that belongs to another", OFFERINGS,
            "    email: studieadvies@", "  «email: studieadvies@", "catalogue.indent-more"),
    Mistake("an optional field too far right", OFFERINGS, "  cost: free\n  first_step:\n",
            "  first_step:\n    «cost: free\n", "catalogue.indent-less"),
    Mistake("a needed field too far right", OFFERINGS, "  source: https://voorbeeld.example/stille",
            "    «source: https://voorbeeld.example/stille", "catalogue.indent-less"),
    Mistake("a dash too many", OFFERINGS, BUDDY, BUDDY.replace("  title:", "- «title:"),
            "catalogue.extra-dash"),
    Mistake("no Dutch", OFFERINGS, ADVISER_TITLE, "  «title:\n    en: Study adviser\n",
            "catalogue.missing-translation"),
    Mistake("no English in braces", STAFF, "role: {nl: studieadviseur, en: study adviser}",
            "«role: {nl: studieadviseur}", "catalogue.missing-translation"),
    Mistake("no English phrases", STRESS, "  en:\n  - ", "  - ", "catalogue.missing-translation",
            told_at="phrases:"),
    Mistake("no form", OFFERINGS, "  form: one-to-one\n", "", "catalogue.missing",
            told_at="id: vb-study-adviser"),
    Mistake("no name of a need", STRESS, "name: {nl: Stress en druk, en: Stress and pressure}\n",
            "", "catalogue.missing", told_at="id: stress"),
    Mistake("no id of a need", STRESS, "id: stress\n", "", "catalogue.missing", told_at="name:"),
    Mistake("an empty field", OFFERINGS, ADVISER_TITLE, "  «title:\n", "catalogue.empty"),
    Mistake("empty braces", OFFERINGS, ADVISER_TITLE, "  «title: {}\n", "catalogue.empty"),
    Mistake("an empty list", OFFERINGS, "mode: [campus, online, phone]", "«mode: []",
            "catalogue.empty"),
    Mistake("an empty text", OFFERINGS, "nl: Studieadviseur", '«nl: ""', "catalogue.empty"),
    Mistake("an empty phrase", STRESS, "  nl:\n  - ", "  nl:\n  -«\n  - ", "catalogue.empty"),
    Mistake("an empty entry", OFFERINGS, "- id: vb-buddy", "-«\n- id: vb-buddy", "catalogue.empty"),
    Mistake("a text for an entry", OFFERINGS, "- id: vb-buddy", "- «buddy\n- id: vb-buddy",
            "catalogue.needs-entry"),
    Mistake("a text in one language", OFFERINGS, ADVISER_TITLE, "  «title: Studieadviseur\n",
            "catalogue.needs-fields"),
    Mistake("a text for a list", OFFERINGS, "languages: [nl, en]", "«languages: nl",
            "catalogue.needs-list"),
    Mistake("a list for a text", OFFERINGS, "nl: Studieadviseur", "«nl: [Studieadviseur]",
            "catalogue.needs-text"),
    Mistake("an unknown form", OFFERINGS, "form: one-to-one", "«form: gesprek", "catalogue.one-of"),
    Mistake("a list for a choice", OFFERINGS, "form: one-to-one", "«form: [peer]",
            "catalogue.one-of"),
    Mistake("an unknown mode", OFFERINGS, "mode: [campus, online,", "mode: [campus, «Online,",
            "catalogue.one-of"),
    Mistake("an unknown language", OFFERINGS, "languages: [nl, en]", "languages: [nl, «eng]",
            "catalogue.one-of"),
    Mistake("a word for a flag", "avans/offerings.yaml", "international: true",
            "«international: ja", "catalogue.needs-true-or-false"),
    Mistake("a word for a number", OFFERINGS, "ages: {from: 16,", "ages: {«from: zestien,",
            "catalogue.needs-number-between"),
    Mistake("a number too large", OFFERINGS, "to: 27}", "«to: 270}",
            "catalogue.needs-number-between"),
    Mistake("a number of a thousand digits", OFFERINGS, "to: 27}", f"«to: {'9' * 5_000}}}",
            "catalogue.needs-number-between"),
    Mistake("ages the wrong way round", OFFERINGS, "ages: {from: 16, to: 27}",
            "«ages: {from: 27, to: 16}", "catalogue.ages-order"),
    Mistake("no ages", OFFERINGS, "ages: {from: 16, to: 27}", "«ages: {}", "catalogue.ages-empty"),
    Mistake("a date the Dutch way", OFFERINGS, "{on: 2026-09-14,", "{«on: 14-09-2026,",
            "catalogue.needs-date"),
    Mistake("a date that does not exist", CALENDAR, "from: 2026-08-24", "«from: 2026-02-30",
            "catalogue.needs-date"),
    Mistake("dates the wrong way round", CALENDAR, "to: 2026-08-28", "«to: 2026-08-20",
            "catalogue.dates-order"),
    Mistake("an address without https", OFFERINGS, "url: https://voorbeeld.example/studieadviseur",
            "«url: voorbeeld.example", "catalogue.bad-url"),
    Mistake("a website that is none", INSTITUTION, "website: https://voorbeeld.example",
            "«website: >\n  een hele\n  zin\n", "catalogue.bad-url"),
    Mistake("a bad number", OFFERINGS, "phone: [085 000 01 01]", "phone: [«085-CALL]",
            "catalogue.bad-phone"),
    Mistake("a bad mail address", STAFF, "email: studieadvies@voorbeeld.example",
            "«email: studieadvies at school", "catalogue.bad-email"),
    Mistake("an id with capitals", OFFERINGS, "id: vb-study-adviser", "«id: VB Study adviser",
            "catalogue.bad-id"),
    Mistake("a need with a capital", OFFERINGS, "needs: [study-progress,",
            "needs: [«Study progress,", "catalogue.bad-id"),
    Mistake("a text too long", OFFERINGS, "nl: Studieadviseur", f"«nl: {'te lang ' * 90}",
            "catalogue.too-long"),
    Mistake("a need twice", OFFERINGS, "needs: [study-progress, study-choice,",
            "needs: [study-progress, study-choice, «study-progress,", "catalogue.double"),
]  # fmt: skip

MEANING = [
    Mistake("an unknown need", OFFERINGS, "needs: [study-progress,", "needs: [«study-progres,",
            "catalogue.unknown-id"),
    Mistake("a need that is like nothing", OFFERINGS, "needs: [study-progress,", "needs: [«qqqq,",
            "catalogue.unknown-id-far"),
    Mistake("an unknown element", OFFERINGS, "elements: [personal-attention,",
            "elements: [«personal-atention,", "catalogue.unknown-id"),
    Mistake("an unknown location", OFFERINGS, "locations: [utrecht, amersfoort]",
            "locations: [utrecht, «amersvoort]", "catalogue.unknown-id"),
    Mistake("a location where there are none", "national/offerings.yaml", "  form: ",
            "  locations: [«utrecht]\n  form: ", "catalogue.unknown-id-none"),
    Mistake("an unknown staff member", OFFERINGS, "staff: [vb-milan-brugmans]",
            "staff: [«vb-milan-brugman]", "catalogue.unknown-id"),
    Mistake("staff where there is none", "avans/offerings.yaml", "  form: ",
            "  staff: [«avans-jip]\n  form: ", "catalogue.unknown-id-none"),
    Mistake("an unknown national offering", OFFERINGS, "replaces: [nat-ease]",
            "replaces: [«nat-easy]", "catalogue.unknown-id"),
    Mistake("an offering of its own to replace", OFFERINGS, "replaces: [nat-ease]",
            "replaces: [«vb-buddy]", "catalogue.unknown-id-far"),
    Mistake("an unknown faculty", OFFERINGS, "faculties: [techniek]", "faculties: [«technieken]",
            "catalogue.unknown-id"),
    Mistake("an unknown programme", OFFERINGS, "faculties: [techniek]",
            "programmes: [«verpleegkundig]", "catalogue.unknown-id"),
    Mistake("an unknown need of a group", "avans/offerings.yaml", "need: disability",
            "«need: disabilty", "catalogue.unknown-id"),
    Mistake("an unknown contact", INSTITUTION, "contact: [vb-study-adviser,",
            "contact: [«vb-study-advisor,", "catalogue.unknown-id"),
    Mistake("an unknown location of staff", STAFF, "locations: [utrecht, amersfoort]",
            "locations: [«utrech, amersfoort]", "catalogue.unknown-id"),
    Mistake("an unknown level", "elements.yaml", "  level: education", "  «level: educational",
            "catalogue.unknown-id"),
    Mistake("an unknown need in a theme", "themes.yaml", "needs: [stress,", "needs: [«stres,",
            "catalogue.unknown-id"),
    Mistake("an offering's id twice", OFFERINGS, "id: vb-buddy", "«id: vb-study-adviser",
            "catalogue.id-twice"),
    Mistake("an id of another school", OFFERINGS, "id: vb-buddy", "«id: leiden-study-adviser",
            "catalogue.id-twice"),
    Mistake("an element's id twice", "elements.yaml", "- id: peer-guidance\n",
            "- id: peer-guidance\n  level: education\n  number: 7\n  name: {nl: a, en: b}\n"
            "  need: {nl: a, en: b}\n  skill: {nl: a, en: b}\n- «id: peer-guidance\n",
            "catalogue.id-twice"),
    Mistake("a location's id twice", INSTITUTION, "- {id: amersfoort, name: {nl: A",
            "- {«id: utrecht, name: {nl: U, en: U}}\n- {id: amersfoort, name: {nl: A",
            "catalogue.id-twice"),
    Mistake("a staff member's id twice", STAFF, "- id: vb-noor-wegman\n",
            "- id: vb-noor-wegman\n  name: Noor\n  role: {nl: r, en: r}\n  languages: [nl]\n"
            "  hours: ma 9-12\n- «id: vb-noor-wegman\n", "catalogue.id-twice"),
    Mistake("a day's id twice", CALENDAR, "id: vb-2026-enrolment", "«id: vb-2026-introduction",
            "catalogue.id-twice"),
    Mistake("hours that cannot be read", STAFF, "hours: di-do 10:00-16:00", "hours: «op afspraak",
            "catalogue.hours-unknown-far"),
    Mistake("a backup that is nobody", STAFF, "backup: vb-sanne-kolk", "backup: «vb-sanne-kolf",
            "catalogue.unknown-id"),
    Mistake("a theme's id twice", "themes.yaml", "id: not-okay", "«id: people",
            "catalogue.id-twice"),
    Mistake("another id than the file", STRESS, "id: stress", "«id: stresss", "catalogue.id-file"),
    Mistake("the id of another need", STRESS, "id: stress", "«id: sleep", "catalogue.id-file"),
    Mistake("another id than the folder", INSTITUTION, "id: voorbeeld", "«id: voorbeeldschool",
            "catalogue.id-file"),
    Mistake("a need in two themes", "themes.yaml", "needs: [stress,",
            "needs: [stress, «loneliness,", "catalogue.need-theme"),
    Mistake("a need in no theme", "themes.yaml", "needs: [stress, ", "needs: [",
            "catalogue.need-theme", told_in=STRESS, told_at="id: stress"),
    Mistake("a phrase of another need", STRESS, "  nl:\n  - stress\n",
            "  nl:\n  - stress\n  - «Piekeren en slapeloos\n", "catalogue.phrase-twice"),
]  # fmt: skip

SINGLE = [*YAML_TRAPS, *FORM, *MEANING]


@pytest.mark.parametrize("mistake", SINGLE, ids=[m.name for m in SINGLE])
def test_one_mistake_is_one_line(mistake: Mistake, folder: Path) -> None:
    if mistake.key == "catalogue.phrase-twice":
        path = folder / "needs/sleep.yaml"
        source = path.read_text(encoding="utf-8")
        path.write_text(source.replace("  nl:\n  - ", "  nl:\n  - piekeren en slapeloos\n  - ", 1))
    expected = mistake.plant(folder)
    problems = problems_in(folder)
    assert [(place(p), p.text.key) for p in problems] == [(expected, mistake.key)]
    for problem in problems:
        assert_said(problem)


def assert_said(problem: Problem) -> None:
    """The message is there in both languages, on one line, with every value filled in."""
    for language in LANGUAGES:
        said = TRANSLATORS[language].say(problem.text)
        assert said.isprintable()
        assert len(said) < 500
        assert "“”" not in said


def test_the_columns_are_right_as_well(folder: Path) -> None:
    source = (folder / OFFERINGS).read_text(encoding="utf-8")
    planted = source.replace("mode: [campus, online,", "mode: [campus, onlin,", 1)
    (folder / OFFERINGS).write_text(planted, encoding="utf-8")
    line = planted.splitlines()[line_of(planted, "onlin,") - 1]
    assert [p.column for p in problems_in(folder)] == [line.index("onlin,") + 1]


# Mistakes with whole files


def write(file: str, content: bytes) -> Callable[[Path], None]:
    def plant(folder: Path) -> None:
        path = folder / file
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)

    return plant


def remove(file: str) -> Callable[[Path], None]:
    def plant(folder: Path) -> None:
        path = folder / file
        shutil.rmtree(path) if path.is_dir() else path.unlink()

    return plant


def rename(file: str, to: str) -> Callable[[Path], None]:
    def plant(folder: Path) -> None:
        (folder / file).rename(folder / to)

    return plant


def copy(file: str, to: str) -> Callable[[Path], None]:
    def plant(folder: Path) -> None:
        shutil.copyfile(folder / file, folder / to)

    return plant


def a_folder_for_a_file(folder: Path) -> None:
    remove(OFFERINGS)(folder)
    (folder / OFFERINGS).mkdir()


LAUGHS = b"a: &a [x, x]\n" + b"".join(
    b"%c: &%c [*%c, *%c]\n" % (i + 1, i + 1, i, i) for i in b"abcd"
)
WHOLE_FILES: list[tuple[str, Callable[[Path], None], str, str]] = [
    ("no offerings", remove(OFFERINGS), f"{OFFERINGS}:1", "catalogue.missing-file"),
    ("no school", remove(INSTITUTION), f"{INSTITUTION}:1", "catalogue.missing-file"),
    ("no elements", remove("elements.yaml"), "elements.yaml:1", "catalogue.missing-file"),
    ("no themes", remove("themes.yaml"), "themes.yaml:1", "catalogue.missing-file"),
    ("no answers", remove("answers.yaml"), "answers.yaml:1", "catalogue.missing-file"),
    ("no national offerings", remove("national/offerings.yaml"), "national/offerings.yaml:1",
     "catalogue.missing-file"),
    ("no needs", remove("needs"), "needs:1", "catalogue.no-needs"),
    ("a folder for a file", a_folder_for_a_file, f"{OFFERINGS}:1", "catalogue.missing-file"),
    *(
        (f"empty {file}", write(file, b""), f"{file}:1", "catalogue.empty-file")
        for file in (OFFERINGS, INSTITUTION, STAFF, CALENDAR, STRESS, "elements.yaml",
                     "themes.yaml", "answers.yaml", "national/offerings.yaml",
                     "national/institution.yaml", "small_talk/greeting.yaml")
    ),
    ("only notes", write(STAFF, b"# later\n"), f"{STAFF}:1", "catalogue.empty-file"),
    ("a list for a need", write(STRESS, b"- id: stress\n"), f"{STRESS}:1",
     "catalogue.needs-fields"),
    ("a text for offerings", write(OFFERINGS, b"vb-buddy\n"), f"{OFFERINGS}:1",
     "catalogue.needs-list"),
    ("one mapping for offerings", write(OFFERINGS, b"# note\nid: vb-buddy\n"), f"{OFFERINGS}:2",
     "catalogue.needs-list"),
    ("a list for elements", write("elements.yaml", b"- id: x\n"), "elements.yaml:1",
     "catalogue.needs-fields"),
    ("Windows' own encoding", write(OFFERINGS, b"# eerst\n# caf\xe9\n"), f"{OFFERINGS}:2",
     "yaml.not-utf8"),
    ("a spreadsheet", write(STAFF, b"PK\x03\x04\x14\x00"), f"{STAFF}:1", "yaml.not-utf8"),
    ("too large", write("national/offerings.yaml", b"#" * (MAX_BYTES + 1)),
     "national/offerings.yaml:1", "yaml.too-large"),
    ("a billion laughs", write(STRESS, LAUGHS), f"{STRESS}:1", "yaml.alias"),
    ("a broken need", write(STRESS, b"id: stress\n- x\n"), f"{STRESS}:2", "yaml.indent"),
    ("a broken school", write(INSTITUTION, b"id: [voorbeeld\n"), f"{INSTITUTION}:1",
     "yaml.bracket"),
    ("another program's file", write("leiden/staff.yml", b""), "leiden/staff.yml:1",
     "catalogue.misnamed-file"),
    ("a file for nothing", write("voorbeeld/notes.yaml", b""), "voorbeeld/notes.yaml:1",
     "catalogue.unknown-file"),
    ("a file for nothing at the top", write("notes.yaml", b""), "notes.yaml:1",
     "catalogue.unknown-file"),
    ("a folder for nothing", write("drafts/notes.yaml", b""), "drafts:1",
     "catalogue.unknown-folder"),
    ("the wrong ending", rename(OFFERINGS, "voorbeeld/offerings.yml"), "voorbeeld/offerings.yml:1",
     "catalogue.misnamed-file"),
    ("a capital in a name", rename(STAFF, "voorbeeld/Staff.yaml"), "voorbeeld/Staff.yaml:1",
     "catalogue.misnamed-file"),
    ("the wrong ending of a need", rename(STRESS, "needs/stress.yml"), "needs/stress.yml:1",
     "catalogue.misnamed-file"),
    ("the wrong ending at the top", rename("themes.yaml", "theme.yaml"), "theme.yaml:1",
     "catalogue.misnamed-file"),
    ("a name that cannot be shown", write("voorbeeld/a\nb.yaml", b""), "voorbeeld/a?b.yaml:1",
     "catalogue.unknown-file"),
    ("another name for a need", rename(STRESS, "needs/stres.yaml"), "needs/stres.yaml:1",
     "catalogue.id-file"),
    ("a copy of a need", copy(STRESS, "needs/new.yaml"), "needs/new.yaml:1", "catalogue.id-file"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("plant", "expected", "key"), [row[1:] for row in WHOLE_FILES], ids=[r[0] for r in WHOLE_FILES]
)
def test_one_broken_file_is_one_line(
    plant: Callable[[Path], None], expected: str, key: str, folder: Path
) -> None:
    plant(folder)
    problems = problems_in(folder)
    assert [(place(p), p.text.key) for p in problems] == [(expected, key)]
    for problem in problems:
        assert_said(problem)


def test_a_catalogue_that_is_not_there(tmp_path: Path) -> None:
    problems = problems_in(tmp_path / "nowhere")
    assert [p.text.key for p in problems] == ["catalogue.no-folder"]


def test_an_empty_folder(tmp_path: Path) -> None:
    assert {place(p) for p in problems_in(tmp_path)} == {
        "answers.yaml:1",
        "elements.yaml:1",
        "national/institution.yaml:1",
        "national/offerings.yaml:1",
        "needs:1",
        "themes.yaml:1",
    }


def test_hidden_files_are_of_other_programs(folder: Path) -> None:
    write(".github/check.yaml", b"on: push\n")(folder)
    write(".lint.yaml", b"rules: {}\n")(folder)
    assert problems_in(folder) == ()


# Many at once

TEN = [
    Mistake("no", OFFERINGS, "cost: free", "cost: «no", "yaml.boolean-word"),
    Mistake("a bad number", OFFERINGS, "phone: [085 000 01 01]", "phone: [«085-CALL]",
            "catalogue.bad-phone"),
    Mistake("an open quote", "leiden/offerings.yaml", "nl: Studieadviseur", 'nl: «"Studieadviseur',
            "yaml.quote"),
    Mistake("a tab", "hanze/institution.yaml", "  nl: ", "«\tnl: ", "yaml.tab"),
    Mistake("a slip in a field", "national/institution.yaml", "sector:", "«secktor:",
            "catalogue.unknown-key"),
    Mistake("an unknown need", "themes.yaml", "needs: [stress,", "needs: [«stres,",
            "catalogue.unknown-id"),
    Mistake("no English", STAFF, "role: {nl: studieadviseur, en: study adviser}",
            "«role: {nl: studieadviseur}", "catalogue.missing-translation"),
    Mistake("a date", CALENDAR, "from: 2026-08-24", "«from: 24 augustus", "catalogue.needs-date"),
    Mistake("an unknown staff member", "avans/offerings.yaml", "  form: ",
            "  staff: [«avans-jip]\n  form: ", "catalogue.unknown-id-none"),
    Mistake("another id than the file", "small_talk/greeting.yaml", "id: greeting",
            "«id: greetings", "catalogue.id-file"),
]  # fmt: skip


def test_ten_mistakes_are_ten_lines(tmp_path: Path) -> None:
    folder = tmp_path / "catalogue"
    shutil.copytree(SHIPPED, folder, copy_function=shutil.copyfile)
    expected = sorted(mistake.plant(folder) for mistake in TEN)
    done = check(folder)
    lines = done.stdout.splitlines()
    matches = [re.match(r"([^:]+:\d+):\d+: \S", line) for line in lines]
    assert sorted(match[1] for match in matches if match) == expected
    assert len(lines) == 1 + len(TEN) == 11  # after how many there are
    assert done.returncode == 1
    assert "Traceback" not in done.stdout + done.stderr
    told = {(place(p), p.text.key) for p in problems_in(folder)}
    assert {key for _, key in told} == {mistake.key for mistake in TEN}


def check(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bot", "check", str(folder), "--lang", "en"],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        cwd=Path(__file__).parent.parent,
        check=False,
    )


def test_mistakes_in_one_file_are_all_told(folder: Path) -> None:
    """Also where several entries cannot be read, and others have mistakes of their own."""
    mistakes = [
        Mistake("", OFFERINGS, "nl: Studieadviseur", 'nl: «"Studieadviseur', "yaml.quote"),
        Mistake("", OFFERINGS, "nl: Studentendecaan", "nl: Hulp«: de decaan", "yaml.colon"),
        Mistake("", OFFERINGS, "nl: Studentenpsycholoog", "«ne: Psycholoog",
                "catalogue.unknown-key"),
        Mistake("", OFFERINGS, "form: peer", "«form: pear", "catalogue.one-of"),
        Mistake("", OFFERINGS, "replaces: [nat-ease]", "replaces: [«nat-eas]",
                "catalogue.unknown-id"),
        Mistake("", OFFERINGS, "id: vb-living-room", "«id: vb-peer-talk", "catalogue.id-twice"),
        Mistake("", OFFERINGS, "cost: free\n  hours:\n    nl: 'ma-vr",
                "cost: «no\n  hours:\n    nl: 'ma-vr", "yaml.boolean-word"),
    ]  # fmt: skip
    expected = {(mistake.plant(folder), mistake.key) for mistake in mistakes}
    assert {(place(p), p.text.key) for p in problems_in(folder)} == expected


def test_two_fields_missing_in_one_entry_are_two_lines(folder: Path) -> None:
    path = folder / OFFERINGS
    source = path.read_text(encoding="utf-8")
    for line in ("  form: one-to-one\n", "  mode: [campus, online, phone]\n"):
        source = source.replace(line, "", 1)
    path.write_text(source, encoding="utf-8")
    assert [p.text.key for p in problems_in(folder)] == ["catalogue.missing"] * 2


# Every message


def test_every_message_is_there_in_both_languages() -> None:
    """Also those that no test above brings about: what the reader's source names."""
    named = {
        key
        for path in (Path(__file__).parent.parent / "bot/catalogue").glob("*.py")
        for key in re.findall(r'"((?:yaml|catalogue)\.[a-z-]+)"', path.read_text(encoding="utf-8"))
        if not key.endswith(".yaml")
    }
    assert len(named) > 50
    for language in LANGUAGES:
        assert named - set(TRANSLATORS[language]._messages) == set()


# Anything at all

ENTRIES = (SHIPPED / OFFERINGS).read_text(encoding="utf-8").split("\n\n")
LINES = "\n\n".join(ENTRIES[:3]).split("\n")
BITS = [
    "",
    "no",
    "\t",
    ":",
    ": ",
    "- ",
    "[",
    "}",
    '"',
    "'",
    "&a",
    "*a",
    "!x",
    "#",
    "\n",
    "  ",
    "10:00",
]
Line = st.integers(0, len(LINES) - 1)
Column = st.integers(0, 40)
Bit = st.sampled_from(BITS) | st.text(max_size=5)
Mutation = (
    st.tuples(st.just("delete"), Line, st.just(0), st.just(""))
    | st.tuples(st.sampled_from(("duplicate", "swap")), Line, Line, st.just(""))
    | st.tuples(st.sampled_from(("replace", "insert")), Line, Column, Bit)
)


def mutated(mutations: list[tuple[str, int, int, str]]) -> str:
    lines = list(LINES)
    for kind, at, other, bit in mutations:
        line = lines[at]
        match kind:
            case "delete":
                lines[at] = ""
            case "duplicate":
                lines[at] = f"{line}\n{lines[other]}"
            case "swap":
                lines[at], lines[other] = lines[other], line
            case "replace":
                lines[at] = line[:other] + bit + line[other + 1 :]
            case "insert":
                lines[at] = line[:other] + bit + line[other:]
    return "\n".join(lines)


@pytest.fixture(scope="module")
def small(short: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Only the example school: what is read a hundred times had better be small."""
    folder = tmp_path_factory.mktemp("small") / "catalogue"
    shutil.copytree(short, folder, copy_function=shutil.copyfile)
    for school in ("avans", "hanze", "leiden", "noorderpoort"):
        shutil.rmtree(folder / school)
    school_itself = (folder / INSTITUTION).read_text("utf-8")
    school_itself = re.sub(r"contact: .*", "contact: [vb-study-adviser]", school_itself)
    school_itself = re.sub(r"in_crisis:\n(- .*\n)+", "", school_itself)
    (folder / INSTITUTION).write_text(school_itself, "utf-8")
    for name in ("calendar.yaml", "tips.yaml"):  # they name offerings that are not there now
        (folder / "voorbeeld" / name).unlink()
    (folder / OFFERINGS).write_text("\n".join(LINES), encoding="utf-8")
    national = folder / "national/offerings.yaml"
    entries = national.read_text(encoding="utf-8").split("\n\n")
    national.write_text("\n\n".join(entries[:3]) + "\n", encoding="utf-8")
    return folder


def test_the_small_catalogue_is_good(small: Path) -> None:
    (small / OFFERINGS).write_text(mutated([]), encoding="utf-8")
    assert [problem.place for problem in problems_in(small)] == []


SPOIL: dict[str, Callable[[str], str]] = {
    "deleted": lambda _: "",
    "twice": lambda line: f"{line}\n{line}",
    "a space too many": lambda line: f" {line}",
    "two spaces too many": lambda line: f"  {line}",
    "two spaces too few": lambda line: line[2:],
    "a tab": lambda line: "\t" + line.lstrip(),
    "a slip in the field": lambda line: line.replace(":", "x:", 1),
    "no colon": lambda line: line.replace(":", "", 1),
    "no space behind the colon": lambda line: line.replace(": ", ":", 1),
    "a dash too many": lambda line: re.sub(r"^( *)", r"\1- ", line),
    "an open quote": lambda line: line.replace(": ", ': "', 1),
    "no bracket": lambda line: line.rstrip("]}"),
}


@pytest.mark.parametrize("spoil", SPOIL.values(), ids=SPOIL.keys())
def test_whatever_happens_to_one_line_is_at_most_one_problem(
    small: Path, spoil: Callable[[str], str]
) -> None:
    end = LINES.index("")  # of the first offering
    for index in range(2, end):
        spoilt = [*LINES[:index], spoil(LINES[index]), *LINES[index + 1 :]]
        (small / OFFERINGS).write_text("\n".join(spoilt), encoding="utf-8")
        problems = problems_in(small)
        assert len(problems) <= 1, LINES[index]
        assert all(p.file == OFFERINGS and p.line <= end + 1 for p in problems), LINES[index]


@settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(Mutation, min_size=1, max_size=6))
@example([("replace", 28, 0, "\ud7fc")])  # a line of which nothing can be shown
def test_nothing_but_problems_comes_of_a_damaged_file(
    small: Path, mutations: list[tuple[str, int, int, str]]
) -> None:
    source = mutated(mutations)
    (small / OFFERINGS).write_bytes(source.encode("utf-8", "surrogatepass"))
    for problem in problems_in(small):
        assert problem.line <= source.count("\n") + source.count("\r") + 1
        assert_said(problem)
