"""From the content of an xlsx or csv file to rows with cells, all of them text."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import warnings
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter

from bot.catalogue.problems import shown
from bot.staff.sheet.columns import COLUMNS, ID, clean
from bot.staff.sheet.guard import unguarded
from bot.staff.sheet.write import Form
from bot.text import Text, text

MAX_ROWS = 5_000
MAX_BYTES = 8_000_000
MAX_UNPACKED = 40_000_000  # an xlsx is a zip file, and a small one can hold a very large one
_MAX_COLUMNS = 200
_LAST_ROW = 1_048_576  # of a spreadsheet
_NAMES = {column.name for column in COLUMNS}
# How an xlsx file writes a _ that would otherwise begin the code of a letter: see write.py.
_LETTER_CODE = re.compile(r"_x005F_(?=x[0-9A-Fa-f]{4}_)")

_Line = list[str | Text]  # a Text is why the cell cannot be read


@dataclass(frozen=True)
class Row:
    """One offering as it stands in the sheet; `number` is that of the row, from 1."""

    number: int
    cells: Mapping[str, str]


@dataclass(frozen=True)
class Sheet:
    """What was read, or why not: with problems, the rows are not to be used."""

    letters: Mapping[str, str]  # of each column that is there: "title.nl" is "B"
    rows: tuple[Row, ...]
    problems: tuple[Text, ...]

    def at(self, row: int, column: str, what: Text) -> Text:
        """The problem with where it is: row 12, column title.en (D12)."""
        if column not in self.letters:
            return text("sheet.at-row", row=row, what=what)
        cell = f"{self.letters[column]}{row}"
        return text("sheet.at-cell", row=row, column=column, cell=cell, what=what)


class _UnreadableError(Exception):
    def __init__(self, why: Text) -> None:
        self.why = why


def read_sheet(content: bytes, form: Form) -> Sheet:
    """Read a file. Never raises: whatever is wrong is in `problems`."""
    try:
        if len(content) > MAX_BYTES:
            raise _UnreadableError(text("sheet.too-large"))
        lines = _xlsx_lines(content) if form == "xlsx" else _filled(_csv_lines(content))
    except _UnreadableError as error:
        return Sheet({}, (), (error.why,))
    if not lines:
        return Sheet({}, (), (text("sheet.empty"),))
    (top, header), *below = lines
    names = [clean(cell) if isinstance(cell, str) else "" for cell in header]
    sheet = Sheet({name: get_column_letter(n) for n, name in enumerate(names, 1) if name}, (), ())
    problems = list(_wrong_names(names, top))
    if not problems:
        problems = [wrong for number, line in below for wrong in _wrong_cells(names, number, line)]
    if problems:
        return Sheet({}, (), tuple(problems))
    rows = tuple(_row(names, number, line) for number, line in below)
    return Sheet(sheet.letters, rows, tuple(_wrong_ids(sheet, rows)))


def _filled(lines: Iterable[_Line]) -> list[tuple[int, _Line]]:
    """The lines that are not empty, with their numbers."""
    filled: list[tuple[int, _Line]] = []
    for number, line in enumerate(lines, 1):
        if any(isinstance(cell, Text) or clean(cell) for cell in line):
            filled.append((number, line))
        if len(filled) > MAX_ROWS or number > _LAST_ROW:
            raise _UnreadableError(text("sheet.too-many-rows", limit=MAX_ROWS))
    return filled


def _row(names: list[str], number: int, line: _Line) -> Row:
    cells = dict.fromkeys((name for name in names if name), "")
    cells |= {name: str(cell) for name, cell in zip(names, line, strict=False) if name}
    return Row(number, cells)


def _wrong_names(names: list[str], row: int) -> Iterator[Text]:
    for index, name in enumerate(names):
        cell = f"{get_column_letter(index + 1)}{row}"
        if name and name not in _NAMES:
            yield text("sheet.unknown-column", column=shown(name), cell=cell)
        elif name and name in names[:index]:
            yield text("sheet.double-column", column=name, cell=cell)
    if ID.name not in names:
        yield text("sheet.no-id-column", row=row)


def _wrong_cells(names: list[str], number: int, line: _Line) -> Iterator[Text]:
    for index, cell in enumerate(line):
        name = names[index] if index < len(names) else ""
        place = f"{get_column_letter(index + 1)}{number}"
        if isinstance(cell, Text) and name:
            yield text("sheet.at-cell", row=number, column=name, cell=place, what=cell)
        elif not name and (isinstance(cell, Text) or clean(cell)):
            yield text("sheet.no-column-name", cell=place)


def _wrong_ids(sheet: Sheet, rows: Iterable[Row]) -> Iterator[Text]:
    first: dict[str, int] = {}
    for row in rows:
        id = clean(row.cells[ID.name])
        if not id:
            yield sheet.at(row.number, ID.name, text("sheet.no-id"))
        elif id in first:
            double = text("sheet.double-id", id=shown(id), row=first[id])
            yield sheet.at(row.number, ID.name, double)
        first.setdefault(id, row.number)


# csv


def _csv_lines(content: bytes) -> Iterator[_Line]:
    try:
        source = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _UnreadableError(text("sheet.not-utf8")) from None
    for line in _csv_records(source, _delimiter(source)):
        yield [unguarded(cell) for cell in line]


def _delimiter(source: str) -> str:
    """The one with which the first line holds most names of columns."""

    def names(delimiter: str) -> int:
        first = next(_csv_records(source, delimiter), [])
        return len(_NAMES & {name.strip() for name in first})

    return max(";,\t", key=names)


def _csv_records(source: str, delimiter: str) -> Iterator[list[str]]:
    reader = csv.reader(io.StringIO(source, newline=""), delimiter=delimiter, strict=True)
    try:
        yield from reader
    except csv.Error:
        raise _UnreadableError(text("sheet.bad-csv", line=reader.line_num)) from None


# xlsx


def _xlsx_lines(content: bytes) -> list[tuple[int, _Line]]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            unpacked = sum(part.file_size for part in packed.infolist())
    except (zipfile.BadZipFile, ValueError, OSError, EOFError, NotImplementedError):
        raise _UnreadableError(text("sheet.not-xlsx")) from None
    if unpacked > MAX_UNPACKED:
        raise _UnreadableError(text("sheet.too-large"))
    try:
        with warnings.catch_warnings(action="ignore"):  # of what is no matter in the cells
            return _filled(_worksheet_lines(content))
    except _UnreadableError:
        raise
    except Exception:  # a broken file can make openpyxl raise anything
        raise _UnreadableError(text("sheet.not-xlsx")) from None


def _worksheet_lines(content: bytes) -> Iterator[_Line]:
    sheet = load_workbook(io.BytesIO(content), read_only=True).worksheets[0]
    sheet.reset_dimensions()  # what the file says of its own size is not believed
    before: object = None
    for row in sheet.iter_rows(max_col=_MAX_COLUMNS):
        # For rows that are not there, openpyxl gives the same filling again: up to a million times.
        yield [] if row is before else [_words(cell.value, cell.data_type) for cell in row]
        before = row


def _words(value: object, kind: str) -> str | Text:
    """The content of a cell as somebody would have typed it."""
    if kind == "f":
        return text("sheet.formula")
    if kind == "e":
        return text("sheet.error-value", found=shown(value))
    match value:
        case None:
            return ""
        case str():
            return _LETTER_CODE.sub("_", value).replace("_x000D_\n", "\n")
        case bool():
            return "true" if value else "false"
        case float() if value.is_integer():
            return str(int(value))
        case dt.datetime() if value.time() == dt.time():
            return value.date().isoformat()
        case dt.time():
            return value.isoformat("minutes")
    return str(value)
