"""Which columns a sheet has, and how a value stands in a cell.

The columns are the fields of an offering, with dots: title.nl, access.phone. A cell is always text.
An empty cell is a field that is not there. A list stands in one cell with "; " between its items;
a ; that belongs to an item is written \\; and a \\ is written \\\\.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter

from bot.catalogue import Offering
from bot.catalogue.problems import Path
from bot.catalogue.yaml_text import Value
from bot.staff.json_schema import resolved
from bot.staff.yaml_write import UNSEEN, New

_LINE_END = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_ITEM = re.compile(r"(?:\\.|[^\\;\n]|\\\Z)+")
_DUTCH_DATE = re.compile(r"(\d{1,2})-(\d{1,2})-(\d{4})")  # what Excel makes of a date here
_WHOLE = re.compile(r"[0-9]{1,9}")
# What a Dutch or an English spreadsheet program makes of true and false.
_FLAGS = {"true": True, "waar": True, "false": False, "onwaar": False}


@dataclass(frozen=True)
class Column:
    """One field: its name, its path inside an offering, what it holds and what it is for."""

    name: str
    path: Path
    holds: str  # as in a JSON schema: string, integer, boolean, or date
    is_list: bool
    about: str

    def cell(self, offering: Value) -> str:
        """What stands in the cell for this offering."""
        here = self.of(offering)
        if isinstance(here, list):
            return clean("; ".join(_escaped(str(item)) for item in here))
        return clean(str(here)) if here is not None else ""

    def of(self, offering: Value) -> Value:
        """The value as it is read; None where there is none."""
        for step in self.path:
            offering = offering.get(str(step)) if isinstance(offering, dict) else None
        return offering

    def value(self, cell: str) -> New | None:
        """The value that a cell means; None where it is empty. What cannot be, stays text."""
        cell = clean(cell)
        if self.is_list:
            items = [self._scalar(item) for item in _items(cell)]
            return [*items] if items else None
        return self._scalar(cell) if cell else None

    def _scalar(self, word: str) -> str | int | bool | dt.date:
        if self.holds == "integer" and _WHOLE.fullmatch(word) and str(int(word)) == word:
            return int(word)
        if self.holds == "boolean":
            return _FLAGS.get(word.lower(), word)
        if self.holds == "date":
            return _date(word) or word
        return word


def clean(words: str) -> str:
    """The words as a cell holds them: without what a cell cannot hold, or what nobody sees."""
    return UNSEEN.sub("", _LINE_END.sub("\n", words)).strip()


def as_text(value: New | None) -> Value:
    """The value as the catalogue's reader reads it back: every scalar is text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return [as_text(item) for item in value]
    if isinstance(value, dict):
        return {key: as_text(inner) for key, inner in value.items()}
    return None if value is None else str(value)


def _date(word: str) -> dt.date | None:
    dutch = _DUTCH_DATE.fullmatch(word)
    try:
        if dutch:
            return dt.date(int(dutch[3]), int(dutch[2]), int(dutch[1]))
        return dt.date.fromisoformat(word) if len(word) == len("2026-09-14") else None
    except ValueError:
        return None


def _escaped(item: str) -> str:
    return item.replace("\\", "\\\\").replace(";", "\\;")


def _items(cell: str) -> list[str]:
    """The items of a list; a new line in the cell parts them too."""
    found = (re.sub(r"\\(.)", r"\1", item).strip() for item in _ITEM.findall(cell))
    return [item for item in found if item]


def _columns(schema: Mapping[str, Any], path: Path, about: str, defs: Any) -> Iterator[Column]:
    """A column for each field of the model with this JSON schema, and of the models in it."""
    for name, field in schema["properties"].items():
        kind = resolved(field, defs)
        purpose = field.get("description") or (kind.get("properties") and kind["description"])
        said = " ".join(part for part in (about, purpose) if part)
        if "properties" in kind:
            yield from _columns(kind, (*path, name), said, defs)
            continue
        item = resolved(kind["items"], defs) if "items" in kind else kind
        allowed = item.get("enum") or ([item["const"]] if "const" in item else [])
        full = (*path, name)
        yield Column(
            name=".".join(str(step) for step in full),
            path=full,
            holds="date" if item.get("format") == "date" else str(item.get("type", "string")),
            is_list="items" in kind,
            about="\n".join(part for part in (said, " | ".join(map(str, allowed))) if part),
        )


_SCHEMA = TypeAdapter(Offering).json_schema()
COLUMNS = tuple(_columns(_SCHEMA, (), "", _SCHEMA["$defs"]))
ORDER = tuple(column.path for column in COLUMNS)
ID = COLUMNS[0]
