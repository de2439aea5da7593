"""WHAT THERE IS: elements, needs, offerings, institutions, staff. YAML in, frozen models out."""

from bot.catalogue.catalogue import NATIONAL, Catalogue, School
from bot.catalogue.models import (
    Absence,
    CalendarEntry,
    DangerKind,
    Element,
    Institution,
    Need,
    Offering,
    StaffMember,
    Theme,
    Tip,
)
from bot.catalogue.problems import CatalogueError, Problem
from bot.catalogue.read import Reading, read, read_catalogue

__all__ = [
    "NATIONAL",
    "Absence",
    "CalendarEntry",
    "Catalogue",
    "CatalogueError",
    "DangerKind",
    "Element",
    "Institution",
    "Need",
    "Offering",
    "Problem",
    "Reading",
    "School",
    "StaffMember",
    "Theme",
    "Tip",
    "read",
    "read_catalogue",
]
