"""WHAT THERE IS: elements, needs, offerings, institutions, staff. YAML in, frozen models out."""

from bot.catalogue.catalogue import NATIONAL, Catalogue, School
from bot.catalogue.models import DangerKind, Element, Institution, Need, Offering, Theme
from bot.catalogue.problems import CatalogueError, Problem
from bot.catalogue.read import read_catalogue

__all__ = [
    "NATIONAL",
    "Catalogue",
    "CatalogueError",
    "DangerKind",
    "Element",
    "Institution",
    "Need",
    "Offering",
    "Problem",
    "School",
    "Theme",
    "read_catalogue",
]
