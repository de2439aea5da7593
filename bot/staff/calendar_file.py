"""What the calendar of a school, as other programs know it, changes in its calendar.yaml."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from bot.catalogue import CalendarEntry, CatalogueError, Problem
from bot.catalogue.ics import from_ics, same_id
from bot.catalogue.problems import Path as Location
from bot.catalogue.problems import shown
from bot.catalogue.shape import shape
from bot.catalogue.yaml_text import Value, read_yaml
from bot.staff.problems_with import problems_in, problems_with
from bot.staff.replace_file import put_changed
from bot.staff.yaml_edit import EditError, append_entry, remove_value, replace_value
from bot.staff.yaml_write import New
from bot.text import LANGUAGES, Text, text

_FIRST_LINE = "# yaml-language-server: $schema=../schema/calendar.schema.json\n"
_CALENDAR: TypeAdapter[tuple[CalendarEntry, ...]] = TypeAdapter(tuple[CalendarEntry, ...])
_FIELDS = tuple(field.alias or name for name, field in CalendarEntry.model_fields.items())
_IN_TWO_LANGUAGES = ("title", "matters", "place")
_ORDER = tuple(
    path
    for name in _FIELDS
    for path in (
        [(name, language) for language in LANGUAGES] if name in _IN_TWO_LANGUAGES else [(name,)]
    )
)
# Of these, a file that does not tell them means nothing by it: keepers add them here.
_KEPT = ("needs", "levels", "offerings", "matters", "place")
_OF_AN_ACTIVITY = ("time", "every")


@dataclass(frozen=True)
class CalendarChange:
    """What an import comes to. With problems, nothing of it may be written."""

    school: str
    before: str | None  # the text of calendar.yaml as it was; None: there was none
    text: str  # and as it becomes
    differences: tuple[Text, ...] = ()
    remarks: tuple[Text, ...] = ()  # what could not be taken over
    problems: tuple[Text, ...] = ()


def import_ics(folder: Path, school: str, content: bytes) -> CalendarChange:
    """What the content of an .ics file changes in the calendar of a school. Writes nothing.

    An event that is here already, by its id or as it was imported before, changes; another is
    added; none is removed. Raises CatalogueError where calendar.yaml itself has mistakes.
    """
    before = _text_of(folder, school)
    lines = _FIRST_LINE if before is None else before
    here = _entries(lines, school)
    found = from_ics(content, school)
    if not found.entries:
        return CalendarChange(school, before, lines, problems=found.problems)
    said: list[Text] = []
    try:
        for entry in found.entries:
            new, assumed = _as_written(entry), found.assumed[entry.id]
            known = next((i for i, old in enumerate(here) if same_id(old["id"], entry.id)), None)
            if known is None:
                lines = append_entry(lines, new)
                said.append(text("sheet.added", id=entry.id))
                continue
            for path, value in _differences(here[known], new, assumed):
                said.append(_in_words(here[known], path, value))
                at: Location = (known, *path)
                lines = (
                    remove_value(lines, at)
                    if value is None
                    else replace_value(lines, at, value, _ORDER)
                )
    except EditError:
        problem = text("ics.cannot-edit", file=_file_of(school))
        return CalendarChange(school, before, lines, problems=(problem,))
    problems = tuple(_problems(folder, school, lines)) if said else ()
    return CalendarChange(school, before, lines, tuple(said), found.problems, problems)


def write_calendar(folder: Path, change: CalendarChange) -> None:
    """Put the new calendar.yaml in the place of the old one, or where there was none.

    Raises CatalogueError where the file is no longer what it was when the change was made, OSError
    where it cannot be written, and ValueError for a change with problems.
    """
    if change.problems:
        raise ValueError("a change with problems is not written")
    name = _file_of(change.school)
    before = change.before.encode() if change.before is not None else None
    if not put_changed(folder / name, before, change.text.encode()):
        raise CatalogueError((Problem(name, 1, 1, text("ics.file-changed")),))


def _file_of(school: str) -> str:
    return f"{school}/calendar.yaml"


def _text_of(folder: Path, school: str) -> str | None:
    try:
        return (folder / _file_of(school)).read_bytes().decode()
    except FileNotFoundError:
        return None


def _entries(lines: str, school: str) -> list[dict[str, Any]]:
    """The entries as they stand there, with every value a text."""
    if lines == _FIRST_LINE:
        return []
    document = read_yaml(lines.encode(), _file_of(school))
    _, problems = shape(document, _CALENDAR)
    if problems:
        raise CatalogueError(tuple(problems))
    entries: Any = document.value
    return list(entries)


def _as_written(entry: CalendarEntry) -> dict[str, New]:
    """The entry as a keeper would write it: without what is not there."""
    written = entry.model_dump(by_alias=True, exclude_none=True, exclude_defaults=True)
    return {
        name: [*value] if isinstance(value, tuple) else value for name, value in written.items()
    }


def _differences(
    old: dict[str, Any], new: dict[str, New], assumed: frozenset[str]
) -> Iterator[tuple[tuple[str, ...], New | None]]:
    """The paths of which the file tells something else, and what."""
    for name in _FIELDS[1:]:
        before, after = old.get(name), new.get(name)
        if name in assumed or (after is None and name in _KEPT):
            continue
        if "kind" in assumed and name in _OF_AN_ACTIVITY:
            continue  # without a kind the file cannot tell them either
        if name in _IN_TWO_LANGUAGES and isinstance(before, dict) and isinstance(after, dict):
            one = any(f"{name}.{language}" in assumed for language in LANGUAGES)
            if one and after["nl"] in before.values():
                continue  # in one language, and the same: whichever of the two it is
            for language in LANGUAGES:
                if f"{name}.{language}" not in assumed and before[language] != after[language]:
                    yield (name, language), after[language]
        elif _as_text(after) != before:
            yield (name,), after


def _as_text(value: New | None) -> Value:
    """As the reader of the catalogue gives it."""
    if isinstance(value, list):
        return [str(one) for one in value]
    if isinstance(value, dict):
        return {name: str(one) for name, one in value.items()}
    return None if value is None else str(value)


def _in_words(old: dict[str, Any], path: tuple[str, ...], value: New | None) -> Text:
    id, field = shown(old["id"]), ".".join(path)
    before = old.get(path[0]) if len(path) == 1 else old[path[0]][path[1]]
    if before is None:
        return text("sheet.filled", id=id, field=field, new=_said(value))
    if value is None:
        return text("sheet.emptied", id=id, field=field, old=_said(before))
    return text("sheet.changed", id=id, field=field, old=_said(before), new=_said(value))


def _said(value: object) -> str:
    return shown(", ".join(map(str, value)) if isinstance(value, list) else value)


def _problems(folder: Path, school: str, lines: str) -> Iterator[Text]:
    """What is wrong in the catalogue with this calendar in it, and was not wrong before."""
    known = problems_in(folder)
    for problem in problems_with(folder, _file_of(school), lines.encode()):
        if problem not in known:
            yield text("sheet.elsewhere", place=problem.place, what=problem.text)
