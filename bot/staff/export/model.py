"""The catalogue in its own model: everything that is not about persons or about how we work."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel

from bot.catalogue import Catalogue, Offering, School, StaffMember
from bot.staff.export import public_staff, published

VERSION = 1  # of the format: goes up when a reader would have to change


def as_model(catalogue: Catalogue, school_id: str | None) -> dict[str, Any]:
    """Levels, elements, themes and needs, and the institutions with their offerings.

    Made of what JSON knows, in an order that only depends on the catalogue; dates are ISO 8601 and
    what is absent is left out. `school_id` None means all institutions and the national one; see
    `published`. Of the staff only desks and teams are in it, without mail addresses; of the needs
    the phrases are not, nor of `checked` by whom. Raises KeyError for an unknown institution.
    """
    return {
        "format": "wegwijs-catalogue",
        "version": VERSION,
        "levels": [{"id": id, "name": _plain(name)} for id, name in catalogue.levels.items()],
        "elements": _all(catalogue.elements.values()),
        "themes": _all(catalogue.themes.values()),
        "needs": [_plain(need, without={"phrases"}) for need in catalogue.needs.values()],
        "institutions": [_school(school) for school in published(catalogue, school_id)],
    }


def _school(school: School) -> dict[str, Any]:
    public = public_staff(school)
    ids = {member.id for member in public}
    lists = {
        "offerings": [_offering(offering, ids) for offering in school.offerings],
        "staff": [_staff(member) for member in public],
        "calendar": _all(school.calendar),
    }
    return _plain(school.institution, without={"handover"}) | _filled(lists)


def _offering(offering: Offering, public: set[str]) -> dict[str, Any]:
    plain = _plain(offering, without={"staff", "checked"})
    checked = {"checked": offering.checked.on.isoformat()} if offering.checked else {}
    return plain | _filled({"staff": [id for id in offering.staff if id in public]}) | checked


def _staff(member: StaffMember) -> dict[str, Any]:
    shown = {"id", "name", "kind", "role", "languages", "needs", "locations"}
    hours = {"nl": member.hours.in_words("nl"), "en": member.hours.in_words("en")}
    return _plain(member, only=shown) | {"hours": hours}


def _all(models: Iterable[BaseModel]) -> list[dict[str, Any]]:
    return [_plain(model) for model in models]


def _plain(
    model: BaseModel, *, only: set[str] | None = None, without: set[str] | None = None
) -> dict[str, Any]:
    return _filled(
        model.model_dump(
            mode="json", by_alias=True, exclude_none=True, include=only, exclude=without
        )
    )


def _filled(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Without what says nothing, at any depth; false and 0 do say something."""
    inside = {k: _filled(v) if isinstance(v, dict) else v for k, v in fields.items()}
    return {key: value for key, value in inside.items() if value not in ({}, [])}
