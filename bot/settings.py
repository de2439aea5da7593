"""Settings from the environment, each with what it is for."""

from __future__ import annotations

import locale
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.text import Language

_INSIDE_WHEEL = Path(__file__).parent / "data"
_BESIDE_PACKAGE = Path(__file__).parent.parent


@dataclass(frozen=True, slots=True)
class Settings:
    """Where things are and which language to begin in."""

    catalogue: Path  # WEGWIJS_CATALOGUE: the folder with the catalogue; default: the shipped one
    shipped: Path  # the catalogue that is shipped: its safety rules serve where others are broken
    locales: Path  # the folder with the words; always the shipped one
    language: Language  # from the system's locale (LC_ALL, LC_MESSAGES, LANG): Dutch or English


def read_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings of this process."""
    shipped = _INSIDE_WHEEL if _INSIDE_WHEEL.is_dir() else _BESIDE_PACKAGE
    named = environment.get("WEGWIJS_CATALOGUE")
    return Settings(
        catalogue=Path(named) if named else shipped / "catalogue",
        shipped=shipped / "catalogue",
        locales=shipped / "locales",
        language=_language(environment),
    )


def _language(environment: Mapping[str, str]) -> Language:
    """Dutch for a Dutch system, English for any other that says so, Dutch where nothing is set."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        value = environment.get(name, "")
        if value and value not in ("C", "POSIX", "C.UTF-8", "C.utf8"):
            return "nl" if locale.normalize(value).startswith("nl") else "en"
    return "nl"
