"""From a folder with YAML to a catalogue, or to every problem in it at once.

elements.yaml themes.yaml        what help is made of, and how needs are grouped
answers.yaml                     how students answer the bot's questions
safety.yaml                      when somebody is in danger; the safety room reads it
needs/<need>.yaml                one need: its name and how students say it
small_talk/<kind>.yaml           what is about something else, and the answer to it
<institution>/institution.yaml   one institution; `national` is the Netherlands as a whole
              offerings.yaml     what it offers
              staff.yaml         who takes over (optional)
              calendar.yaml      the school year (optional)
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from bot.catalogue.catalogue import NATIONAL, Catalogue, School
from bot.catalogue.models import (
    AnswerWords,
    CalendarEntry,
    Elements,
    Institution,
    Need,
    Offering,
    SmallTalk,
    StaffMember,
    Theme,
)
from bot.catalogue.problems import CatalogueError, Problem
from bot.catalogue.references import Source, check_references
from bot.catalogue.shape import shape
from bot.catalogue.yaml_text import read_yaml
from bot.text import text

_SCHOOL_FILES: dict[str, TypeAdapter[Any]] = {
    "institution.yaml": TypeAdapter(Institution),
    "offerings.yaml": TypeAdapter(tuple[Offering, ...]),
    "staff.yaml": TypeAdapter(tuple[StaffMember, ...]),
    "calendar.yaml": TypeAdapter(tuple[CalendarEntry, ...]),
}
_TOP_FILES: dict[str, TypeAdapter[Any]] = {
    "elements.yaml": TypeAdapter(Elements),
    "themes.yaml": TypeAdapter(tuple[Theme, ...]),
    "answers.yaml": TypeAdapter(tuple[AnswerWords, ...]),
}
_NEED = TypeAdapter(Need)
_SMALL_TALK = TypeAdapter(SmallTalk)
_READ_ELSEWHERE = ("safety.yaml",)  # by the room that uses it
_NEEDED = ("institution.yaml", "offerings.yaml")
_ELSEWHERE = frozenset(("safety.yaml",))  # read and checked by the safety room


def read_catalogue(folder: Path) -> Catalogue:
    """Read and check the whole folder. Raises CatalogueError with every problem, in file order."""
    sources, problems = _read_files(folder)
    problems += check_references(sources)
    if problems:
        raise CatalogueError(tuple(sorted(problems, key=lambda p: (p.file, p.line, p.column))))
    return _assemble({source.document.file: source.value for source in sources})


def _read_files(folder: Path) -> tuple[list[Source], list[Problem]]:
    sources: list[Source] = []
    problems: list[Problem] = []
    if not folder.is_dir():
        return [], [Problem(str(folder), 1, 1, text("catalogue.no-folder"))]
    for name in _expected(folder):
        path = folder / name
        into = _kind(name)
        if into is None:
            problems.append(Problem(name, 1, 1, text("catalogue.unknown-file")))
            continue
        try:
            content = path.read_bytes()
        except OSError:
            problems.append(Problem(name, 1, 1, text("catalogue.missing-file")))
            continue
        document = read_yaml(content, name)
        value, wrong = shape(document, into)
        sources.append(Source(document, value))
        problems += wrong
    return sources, problems


def _expected(folder: Path) -> list[str]:
    """Every file that is there or should be, by its path inside the folder."""
    present = {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.suffix in (".yaml", ".yml") and path.is_file()
    } - set(_READ_ELSEWHERE)
    folders = {name.split("/")[0] for name in present if "/" in name}
    schools = folders - {"needs", "small_talk"} | {NATIONAL}
    needed = {f"{school}/{name}" for school in schools for name in _NEEDED}
    return sorted((present | set(_TOP_FILES) | needed) - _ELSEWHERE)


def _kind(name: str) -> TypeAdapter[Any] | None:
    match name.split("/"):
        case [top]:
            return _TOP_FILES.get(top)
        case ["needs", need] if need.endswith(".yaml"):
            return _NEED
        case ["small_talk", kind] if kind.endswith(".yaml"):
            return _SMALL_TALK
        case [_, file]:
            return _SCHOOL_FILES.get(file)
    return None


def _assemble(files: dict[str, Any]) -> Catalogue:
    elements: Elements = files["elements.yaml"]
    schools: dict[str, School] = {}
    for name in files:
        folder, _, file = name.partition("/")
        if file == "institution.yaml":
            school = School(
                institution=files[name],
                offerings=files[f"{folder}/offerings.yaml"],
                staff=files.get(f"{folder}/staff.yaml", ()),
                calendar=files.get(f"{folder}/calendar.yaml", ()),
            )
            schools[school.institution.id] = school
    national = schools.pop(NATIONAL)
    needs: Iterable[Need] = (value for name, value in files.items() if name.startswith("needs/"))
    everyone = (*schools.values(), national)
    return Catalogue(
        levels=elements.levels,
        elements={element.id: element for element in elements.elements},
        needs={need.id: need for need in needs},
        themes={theme.id: theme for theme in files["themes.yaml"]},
        schools=schools,
        national=national,
        offerings={o.id: o for school in everyone for o in school.offerings},
        owner={o.id: school.institution.id for school in everyone for o in school.offerings},
        answers=files["answers.yaml"],
        small_talk={
            kind.id: kind for name, kind in files.items() if name.startswith("small_talk/")
        },
    )
