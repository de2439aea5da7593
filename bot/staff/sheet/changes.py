"""From the cells that differ to the lines of offerings.yaml that change."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from bot.catalogue.problems import shown
from bot.catalogue.yaml_text import Value, read_yaml
from bot.staff.sheet.columns import COLUMNS, ID, ORDER, Column, as_text, clean
from bot.staff.sheet.read import Row, Sheet
from bot.staff.sheet.source import OfferingsFile
from bot.staff.yaml_edit import (
    EditError,
    append_entry,
    remove_entry,
    remove_value,
    replace_value,
)
from bot.staff.yaml_write import New
from bot.text import Text, text

_ALIKE = 20  # so many letters before the first difference are shown


@dataclass(frozen=True)
class Changed:
    """The new text of the file, and what differs in words."""

    text: str
    differences: tuple[Text, ...]


class _Difference(NamedTuple):
    column: Column
    old: str
    new: str
    value: New | None


def change_offerings(source: OfferingsFile, sheet: Sheet) -> Changed:
    """The file with what is different in the sheet. Raises EditError where that cannot be done."""
    lines = source.text
    said: list[Text] = []
    rows = {clean(row.cells[ID.name]): row for row in sheet.rows}
    expected = copy.deepcopy(source.offerings)
    for index, offering in enumerate(source.offerings):
        id = _id(offering)
        for differs in _differences(offering, rows[id]) if id in rows else ():
            said.append(_in_words(id, differs))
            path = (index, *differs.column.path)
            if differs.value is None:
                lines = remove_value(lines, path)
            else:
                lines = replace_value(lines, path, differs.value, ORDER)
            _put(expected[index], differs)
    for index in reversed(range(len(source.offerings))):
        id = _id(source.offerings[index])
        if id not in rows:
            said.append(text("sheet.removed", id=id))
            lines = remove_entry(lines, index)
            del expected[index]
    known = {_id(offering) for offering in source.offerings}
    for id, row in rows.items():
        if id not in known:
            said.append(text("sheet.added", id=shown(id)))
            entry = _entry(row)
            lines = append_entry(lines, entry)
            expected.append(as_text(entry))
    _make_sure(lines, expected)
    return Changed(lines, tuple(said))


def _make_sure(lines: str, expected: list[Value]) -> None:
    """Nothing but what was meant may have changed, however oddly the file is written."""
    document = read_yaml(lines.encode("utf-8"), "")
    if document.value != expected or document.problems:
        raise EditError


def _id(offering: Value) -> str:
    return ID.cell(offering)


def _differences(offering: Value, row: Row) -> Iterator[_Difference]:
    """The cells whose meaning changed: another way to write the same is no change."""
    for column in COLUMNS:
        if column.name not in row.cells:
            continue
        old, new = column.cell(offering), clean(row.cells[column.name])
        value = column.value(new)
        if new != old and as_text(value) != (column.of(offering) or None):
            yield _Difference(column, old, new, value)


def _entry(row: Row) -> dict[str, New]:
    """The offering that a row describes, as far as its cells are filled."""
    entry: dict[str, New] = {}
    for column in COLUMNS:
        value = column.value(row.cells.get(column.name, ""))
        here = entry
        if value is not None:
            for step in column.path[:-1]:
                inner = here.setdefault(str(step), {})
                here = inner if isinstance(inner, dict) else {}
            here[str(column.path[-1])] = value
    return entry


def _put(offering: Value, differs: _Difference) -> None:
    """What the change should come to, apart from how it is written."""
    *around, last = (str(step) for step in differs.column.path)
    holders = [offering]
    for step in around:
        holder = holders[-1]
        if isinstance(holder, dict):
            holder[step] = holder.get(step) or {}
            holders.append(holder[step])
    if isinstance(holders[-1], dict):
        holders[-1][last] = as_text(differs.value)
    if differs.value is None:
        for holder, step in zip(reversed(holders), reversed((*around, last)), strict=True):
            if isinstance(holder, dict) and not holder[step]:
                del holder[step]


def _in_words(id: str, differs: _Difference) -> Text:
    field = differs.column.name
    if not differs.old:
        return text("sheet.filled", id=id, field=field, new=shown(differs.new))
    if not differs.new:
        return text("sheet.emptied", id=id, field=field, old=shown(differs.old))
    letters = enumerate(zip(differs.old, differs.new, strict=False))
    alike = next((at for at, (a, b) in letters if a != b), len(differs.old)) - _ALIKE
    old, new = (f"…{one[alike:]}" if alike > 0 else one for one in (differs.old, differs.new))
    return text("sheet.changed", id=id, field=field, old=shown(old), new=shown(new))
