"""From offerings.yaml to a sheet."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from bot.catalogue.yaml_text import Value
from bot.staff.sheet.columns import COLUMNS, Column
from bot.staff.sheet.guard import guarded
from bot.staff.sheet.source import read_offerings

Form = Literal["xlsx", "csv"]

_AS_TEXT = "@"  # the number format that keeps 0123 and 24/7 what they are
_WIDE, _MIDDLE, _NARROW = 48, 30, 16
_TOP = Alignment(wrap_text=True, vertical="top")
# In this file format _x0041_ means the letter A; a leading _x005F_ says that it is meant as it is.
_LETTER_CODE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")


def export_sheet(folder: Path, school: str, form: Form) -> bytes:
    """The offerings of a school as the content of an xlsx or csv file.

    The csv is UTF-8 with a byte order mark and semicolons: what Excel opens as it is in the
    Netherlands. Raises CatalogueError where offerings.yaml is missing or has mistakes.
    """
    offerings = read_offerings(folder, school).offerings
    return _xlsx(offerings, school) if form == "xlsx" else _csv(offerings)


def _rows(offerings: list[Value]) -> Iterator[list[str]]:
    yield [column.name for column in COLUMNS]
    for offering in offerings:
        yield [column.cell(offering) for column in COLUMNS]


def _csv(offerings: list[Value]) -> bytes:
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, delimiter=";")
    for row in _rows(offerings):
        writer.writerow([guarded(cell) for cell in row])
    return stream.getvalue().encode("utf-8-sig")


def _xlsx(offerings: list[Value], school: str) -> bytes:
    book = Workbook()
    book.properties.creator = "wegwijs"
    sheet = book.worksheets[0]
    sheet.title = re.sub(r"[^\w-]", "", school)[:31] or "sheet"
    sheet.freeze_panes = "B2"
    for number, column in enumerate(COLUMNS, 1):
        _begin_column(sheet, number, column)
    for row, cells in enumerate(_rows(offerings), 1):
        for number, words in enumerate(cells, 1):
            _write_cell(sheet, row, number, words)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _begin_column(sheet: Worksheet, number: int, column: Column) -> None:
    shape = sheet.column_dimensions[get_column_letter(number)]
    wide = column.path[-1] in ("nl", "en")
    shape.width = _WIDE if wide else _MIDDLE if column.is_list else _NARROW
    shape.number_format = _AS_TEXT  # for the rows that somebody adds
    shape.alignment = _TOP
    if column.about:
        note = Comment(column.about, "wegwijs", height=120, width=320)
        sheet.cell(1, number).comment = note


def _write_cell(sheet: Worksheet, row: int, number: int, words: str) -> None:
    cell = sheet.cell(row, number)
    cell.number_format, cell.alignment = _AS_TEXT, _TOP
    if row == 1:
        cell.font = Font(bold=True)
    if words:
        cell.value = _LETTER_CODE.sub("_x005F_", words)
        cell.data_type = "s"  # whatever it looks like: a formula, an error, a number
        cell.quotePrefix = words.startswith(("=", "+", "-", "@", "'"))
