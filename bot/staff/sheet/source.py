"""The file that a sheet is made of."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter

from bot.catalogue import CatalogueError, Offering, Problem
from bot.catalogue.shape import shape
from bot.catalogue.yaml_text import Value, read_yaml
from bot.text import text

_OFFERINGS: TypeAdapter[tuple[Offering, ...]] = TypeAdapter(tuple[Offering, ...])


@dataclass(frozen=True)
class OfferingsFile:
    """offerings.yaml of one school: its text to the byte, and what it says."""

    text: str
    offerings: list[Value]


def file_of(school: str) -> str:
    """Where it is inside the catalogue folder."""
    return f"{school}/offerings.yaml"


def read_offerings(folder: Path, school: str) -> OfferingsFile:
    """Read it. Raises CatalogueError where it is missing or has mistakes."""
    name = file_of(school)
    try:
        content = (folder / name).read_bytes()
    except OSError:
        raise CatalogueError((Problem(name, 1, 1, text("catalogue.missing-file")),)) from None
    document = read_yaml(content, name)
    _, problems = shape(document, _OFFERINGS)
    if problems or not isinstance(document.value, list):
        raise CatalogueError(problems)
    return OfferingsFile(content.decode("utf-8"), document.value)
