"""What a sheet changes in offerings.yaml, and whether the catalogue is still right afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bot.catalogue import CatalogueError, Problem
from bot.catalogue.yaml_text import Value, read_yaml
from bot.staff.problems_with import problems_in, problems_with
from bot.staff.replace_file import put_changed
from bot.staff.sheet.changes import Changed, change_offerings
from bot.staff.sheet.columns import COLUMNS, ID, clean
from bot.staff.sheet.read import Sheet, read_sheet
from bot.staff.sheet.source import file_of, read_offerings
from bot.staff.sheet.write import Form
from bot.staff.yaml_edit import EditError
from bot.text import Text, text


@dataclass(frozen=True)
class Change:
    """What an import comes to. With problems, nothing of it may be written."""

    school: str
    before: str  # the text of offerings.yaml as it was, to the byte
    text: str  # and as it becomes
    differences: tuple[Text, ...] = ()
    problems: tuple[Text, ...] = ()


def import_sheet(folder: Path, school: str, content: bytes, form: Form) -> Change:
    """What the content of an xlsx or csv file changes in the offerings of a school. Writes nothing.

    Rows are known by their id: a new id is a new offering, an id that is gone is removed, and the
    order of the file stays what it is. A column that is not in the sheet changes nothing. Raises
    CatalogueError where offerings.yaml itself is missing or has mistakes.
    """
    source = read_offerings(folder, school)
    sheet = read_sheet(content, form)
    if sheet.problems:
        return Change(school, source.text, source.text, problems=sheet.problems)
    try:
        changed = change_offerings(source, sheet)
    except EditError:
        problem = text("sheet.cannot-edit", file=file_of(school))
        return Change(school, source.text, source.text, problems=(problem,))
    if changed.text == source.text:
        return Change(school, source.text, source.text)
    problems = tuple(_problems(folder, school, sheet, changed))
    return Change(school, source.text, changed.text, changed.differences, problems)


def write_change(folder: Path, change: Change) -> None:
    """Put the new offerings.yaml in the place of the old one, whole or not at all.

    Raises CatalogueError where the file is no longer what it was when the change was made, OSError
    where it cannot be written, and ValueError for a change with problems.
    """
    if change.problems:
        raise ValueError("a change with problems is not written")
    name = file_of(change.school)
    before, now = change.before.encode("utf-8"), change.text.encode("utf-8")
    if not put_changed(folder / name, before, now):
        raise CatalogueError((Problem(name, 1, 1, text("sheet.file-changed")),))


def _problems(folder: Path, school: str, sheet: Sheet, changed: Changed) -> Iterator[Text]:
    """What is wrong in the catalogue with the new file in it, and was not wrong before."""
    name = file_of(school)
    content = changed.text.encode("utf-8")
    known, found = problems_in(folder), problems_with(folder, name, content)
    offerings = read_yaml(content, name).value
    yield from (_in_sheet(sheet, offerings, one) for one in found if one.file == name)
    for problem in found:
        if problem.file != name and problem not in known:
            yield text("sheet.elsewhere", place=problem.place, what=problem.text)


def _in_sheet(sheet: Sheet, offerings: Value, problem: Problem) -> Text:
    """The problem at the cell that it is about, as far as one is."""
    index, *within = problem.path or (None,)
    entry = offerings[index] if isinstance(offerings, list) and isinstance(index, int) else None
    id = ID.cell(entry)
    row = next((row.number for row in sheet.rows if clean(row.cells[ID.name]) == id), None)
    if row is None:
        return text("sheet.elsewhere", place=problem.place, what=problem.text)
    fields = tuple(step for step in within if isinstance(step, str))
    names = (c.name for c in COLUMNS if fields and c.path[: len(fields)] == fields)
    return sheet.at(row, next(names, ""), problem.text)
