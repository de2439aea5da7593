"""Our own model as JSON: whole, the same every time, and without what is not for everybody."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from bot.catalogue import Catalogue, Need, Offering
from bot.staff.export.model import as_model


@pytest.fixture(scope="module", params=[None, "voorbeeld", "leiden", "national"])
def model(catalogue: Catalogue, request: pytest.FixtureRequest) -> dict[str, Any]:
    return as_model(catalogue, request.param)


def _values(value: object) -> Iterator[object]:
    yield value
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for item in inside:
        yield from _values(item)


def test_it_is_json_and_nothing_in_it_is_empty(model: dict[str, Any]) -> None:
    assert json.loads(json.dumps(model)) == model
    assert not [value for value in _values(model) if value in (None, "", [], {})]


def test_it_is_the_same_every_time(catalogue: Catalogue) -> None:
    once, again = (json.dumps(as_model(catalogue, None)) for _ in range(2))
    assert once == again


def test_everything_common_is_in_it(model: dict[str, Any], catalogue: Catalogue) -> None:
    for field, held in (
        ("levels", catalogue.levels),
        ("elements", catalogue.elements),
        ("themes", catalogue.themes),
        ("needs", catalogue.needs),
    ):
        assert [one["id"] for one in model[field]] == list(held)
    assert all(set(need) == {"id", "name", "description"} for need in model["needs"])


def test_offerings_can_be_read_back(model: dict[str, Any], catalogue: Catalogue) -> None:
    """But for who answers and who checked: those are left out."""
    for school in model["institutions"]:
        theirs = catalogue.school(school["id"]).offerings
        assert [one["id"] for one in school["offerings"]] == [o.id for o in theirs]
        for written, offering in zip(school["offerings"], theirs, strict=True):
            bare = {k: v for k, v in written.items() if k not in ("checked", "staff")}
            expected = offering.model_copy(update={"checked": None, "staff": ()})
            assert Offering.model_validate(bare) == expected
            on = offering.checked.on.isoformat() if offering.checked else None
            assert written.get("checked") == on


def test_institutions(catalogue: Catalogue) -> None:
    every = [school["id"] for school in as_model(catalogue, None)["institutions"]]
    assert sorted(every) == sorted({*catalogue.schools, "national"} - {"voorbeeld"})
    for id in (*catalogue.schools, "national"):
        [school] = as_model(catalogue, id)["institutions"]
        assert school["id"] == id
        assert "handover" not in school
    with pytest.raises(KeyError):
        as_model(catalogue, "nowhere")


def test_of_the_staff_only_desks_and_teams(catalogue: Catalogue) -> None:
    model = as_model(catalogue, "voorbeeld")
    [school] = model["institutions"]
    staff = catalogue.schools["voorbeeld"].staff
    public = {member.id for member in staff if member.kind != "person"}
    assert public
    assert {member["id"] for member in school["staff"]} == public
    assert {member["kind"] for member in school["staff"]} <= {"desk", "team"}
    assert all("email" not in member for member in school["staff"])
    written = json.dumps(model, ensure_ascii=False)
    for member in staff:
        if member.kind == "person":
            assert member.id not in written
            assert member.name not in written


def test_no_phrase_of_a_student_is_in_it(catalogue: Catalogue) -> None:
    written = {value for value in _values(as_model(catalogue, None)) if isinstance(value, str)}
    needs: list[Need] = list(catalogue.needs.values())
    assert not written & {p for need in needs for p in need.phrases.both if len(p.split()) > 3}
