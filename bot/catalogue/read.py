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
              tips.yaml          messages at the right moment (optional)
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path as FolderPath
from pathlib import PurePosixPath
from typing import Any

from pydantic import TypeAdapter
from rapidfuzz import process

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
    Tip,
)
from bot.catalogue.problems import MOST_TOLD, CatalogueError, Path, Problem, shown
from bot.catalogue.references import Source, check_references
from bot.catalogue.shape import shape
from bot.catalogue.yaml_text import MAX_BYTES, Document, read_yaml, too_large
from bot.text import Text, text

_SCHOOL_FILES: dict[str, TypeAdapter[Any]] = {
    "institution.yaml": TypeAdapter(Institution),
    "offerings.yaml": TypeAdapter(tuple[Offering, ...]),
    "staff.yaml": TypeAdapter(tuple[StaffMember, ...]),
    "calendar.yaml": TypeAdapter(tuple[CalendarEntry, ...]),
    "tips.yaml": TypeAdapter(tuple[Tip, ...]),
}
_TOP_FILES: dict[str, TypeAdapter[Any]] = {
    "elements.yaml": TypeAdapter(Elements),
    "themes.yaml": TypeAdapter(tuple[Theme, ...]),
    "answers.yaml": TypeAdapter(tuple[AnswerWords, ...]),
}
_NEED = TypeAdapter(Need)
_SMALL_TALK = TypeAdapter(SmallTalk)
_TALK = ("needs", "small_talk")
_NEEDED = ("institution.yaml", "offerings.yaml")
_READ_ELSEWHERE = frozenset(("safety.yaml",))  # by the room that uses it


@dataclass(frozen=True)
class Reading:
    """A catalogue with its files, so that a doubt about it can say where."""

    catalogue: Catalogue
    documents: Mapping[str, Document]  # by path inside the folder

    def doubt(self, file: str, path: Path, what: Text) -> Problem:
        """A warning about the value at this path of a file, such as (3, "title", "nl")."""
        line, column = self.documents[file].position(path)
        return Problem(file, line, column, what, path=path, severity="warning")


def read_catalogue(folder: FolderPath) -> Catalogue:
    """Read and check the whole folder. Raises CatalogueError with every problem, in file order."""
    return read(folder).catalogue


def read(folder: FolderPath) -> Reading:
    """The same, with where everything stands. Raises CatalogueError."""
    if not folder.is_dir():
        nowhere = Problem(str(folder), 1, 1, text("catalogue.no-folder"))
        raise CatalogueError((nowhere,))
    names = _names(folder)
    sources, problems = _read_files(folder, names)
    problems += _beside(check_references(sources, names.unread), problems)
    if problems:
        raise CatalogueError(tuple(sorted(problems, key=lambda p: (p.file, p.line, p.column))))
    catalogue = _assemble({source.file: source.value for source in sources})
    return Reading(catalogue, {source.file: source.document for source in sources})


def _read_files(folder: FolderPath, names: _Names) -> tuple[list[Source], list[Problem]]:
    sources: list[Source] = []
    problems = list(names.problems)
    for name in sorted(names.expected):
        document = _document(folder / name, name)
        if document is None:
            problems.append(Problem(name, 1, 1, text("catalogue.missing-file")))
            continue
        value, wrong = shape(document, names.expected[name])
        sources.append(Source(document, value))
        problems += wrong
    return sources, problems


def _document(path: FolderPath, name: str) -> Document | None:
    """The file as read; None where there is none, or it cannot be opened."""
    try:
        if not path.is_file():
            return None
        size = path.stat().st_size
        if size > MAX_BYTES:
            return too_large(size, name)
        return read_yaml(path.read_bytes(), name)
    except OSError:
        return None


def _beside(more: Iterable[Problem], problems: Iterable[Problem]) -> list[Problem]:
    """Of the same value only the first mistake is told, and only once."""
    told = {(p.file, p.path) for p in problems}
    counts: Counter[str] = Counter()
    new: list[Problem] = []
    for problem in more:
        if (problem.file, problem.path) not in told and counts[problem.file] < MOST_TOLD:
            told.add((problem.file, problem.path))
            counts[problem.file] += 1
            new.append(problem)
    return new


@dataclass(frozen=True)
class _Names:
    """The files that are there or should be, by their path inside the folder."""

    expected: dict[str, TypeAdapter[Any]]
    unread: tuple[str, ...]  # there, with a name that means nothing
    problems: tuple[Problem, ...]


def _names(folder: FolderPath) -> _Names:
    present = set(_yaml_files(folder))
    known = {name for name in present if _kind(name)}
    unread = tuple(sorted(present - known - _READ_ELSEWHERE))
    schools = {name.split("/")[0] for name in known if name.split("/")[-1] in _SCHOOL_FILES}
    required = {f"{school}/{name}" for school in schools | {NATIONAL} for name in _NEEDED}
    required |= set(_TOP_FILES)
    # A file with a slip in its name is one mistake: it is not missing as well.
    meant = {name: _meant(name, schools, known) for name in unread}
    expected = {name: into for name in known | required if (into := _kind(name))}
    problems = list(_misnamed(meant, known))
    for name in set(meant.values()) & set(expected):
        del expected[name]
    if not any(name.startswith("needs/") for name in (*present, *meant.values())):
        problems.append(Problem("needs", 1, 1, text("catalogue.no-needs")))
    return _Names(expected, unread, tuple(problems))


def _yaml_files(folder: FolderPath) -> Iterator[str]:
    """All but the hidden ones: those belong to other programs."""
    for path in folder.rglob("*"):
        inside = path.relative_to(folder)
        hidden = any(part.startswith(".") for part in inside.parts)
        if path.suffix.lower() in (".yaml", ".yml") and not hidden and path.is_file():
            yield inside.as_posix()


def _misnamed(meant: dict[str, str], known: set[str]) -> Iterator[Problem]:
    """One for each file; one for a folder in which nothing is known."""
    told: set[str] = set()
    for name, right in meant.items():
        folder = name.partition("/")[0] if "/" in name else ""
        if right:
            message = text("catalogue.misnamed-file", near=shown(right))
            yield Problem(name, 1, 1, message)
        elif folder in ("", *_TALK) or any(other.startswith(f"{folder}/") for other in known):
            yield Problem(name, 1, 1, text("catalogue.unknown-file"))
        elif folder not in told:
            told.add(folder)
            yield Problem(folder, 1, 1, text("catalogue.unknown-folder"))


def _meant(name: str, schools: set[str], known: set[str]) -> str:
    """The file name that was probably meant; empty where nothing is near."""
    folder, _, file = name.rpartition("/")
    if folder in _TALK:
        right = f"{folder}/{PurePosixPath(file).stem.lower()}.yaml"
        return right if _kind(right) and right not in known else ""
    in_folder = _TOP_FILES if not folder else _SCHOOL_FILES if folder in schools else {}
    inside = f"{folder}/" if folder else ""
    free = [f for f in in_folder if f"{inside}{f}" not in known]
    best = process.extractOne(file.lower(), free, score_cutoff=80)  # of the file's name alone
    return f"{inside}{best[0]}" if best else ""


def _kind(name: str) -> TypeAdapter[Any] | None:
    if not name.isprintable():  # a name that no message could show
        return None
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
                tips=files.get(f"{folder}/tips.yaml", ()),
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
        offerings={o.id: o for school in everyone for o in school.offerings if o.use != "hidden"},
        owner={o.id: school.institution.id for school in everyone for o in school.offerings},
        answers=files["answers.yaml"],
        small_talk={
            kind.id: kind for name, kind in files.items() if name.startswith("small_talk/")
        },
    )
