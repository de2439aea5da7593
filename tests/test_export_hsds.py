"""The offerings as HSDS services: against the official schema, and what the schema cannot see."""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker

from bot.app import App
from bot.catalogue import Catalogue, School
from bot.staff.export import published, uri
from bot.staff.export.hsds import as_hsds, hsds_id
from bot.text import LANGUAGES, Language

# The official schema is not ours to pass on: download `service.json` of HSDS 3.1 from
# https://docs.openreferral.org/ and name it in HSDS_SCHEMA to have everything held against it.
SCHEMA = os.environ.get("HSDS_SCHEMA")
# What it asks of what we write, in short; this is always looked at.
_RULES = {
    "type": "object",
    "required": ["id", "name", "status", "organization"],
    "properties": {
        "id": {"format": "uuid"},
        "name": {"type": "string", "minLength": 1},
        "status": {"enum": ["active", "inactive", "defunct", "temporarily closed"]},
        "url": {"format": "uri"},
        "email": {"format": "email"},
        "minimum_age": {"type": "number"},
        "maximum_age": {"type": "number"},
        "assured_date": {"format": "date"},
        "organization": {"required": ["id", "name", "description"]},
        "phones": {"items": {"required": ["id", "number"]}},
        "languages": {"items": {"required": ["id"]}},
        "schedules": {"items": {"required": ["id"]}},
        "attributes": {"items": {"required": ["id", "taxonomy_term"]}},
    },
}
WINTER, SUMMER = dt.date(2026, 11, 23), dt.date(2026, 7, 1)
FORMATS = FormatChecker()


def _closed(schema: Any) -> Any:
    """Without other fields, at every level: one that HSDS does not know is a slip of ours."""
    if isinstance(schema, list):
        return [_closed(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    inside = {key: _closed(value) for key, value in schema.items()}
    fields = inside.get("properties")
    if isinstance(fields, dict) and inside.get("type") == "object":
        return inside | {"additionalProperties": False}
    return inside


@pytest.fixture(scope="session")
def validator() -> Draft202012Validator:
    if not SCHEMA:
        pytest.skip("HSDS_SCHEMA does not name the official schema")
    schema = _closed(json.loads(Path(SCHEMA).read_text("utf-8")))
    return Draft202012Validator(schema, format_checker=FORMATS)


def _ids(catalogue: Catalogue) -> list[str]:
    return [*catalogue.schools, catalogue.national.institution.id]


def _exported(
    app: App, language: Language, id: str | None = None, today: dt.date = WINTER
) -> list[dict[str, Any]]:
    return as_hsds(app.catalogue, id, today, app.translators[language])


def _everything(app: App, language: Language) -> dict[str, dict[str, Any]]:
    """The services of all schools, also the made-up one, by our id."""
    services = [s for id in _ids(app.catalogue) for s in _exported(app, language, id)]
    ours = {hsds_id("service", id): id for id in app.catalogue.offerings}
    return {ours[service["id"]]: service for service in services}


def _objects(value: object) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from _objects(item)


@pytest.mark.parametrize("format", ["uuid", "uri", "email", "date-time"])
def test_the_formats_of_the_schema_are_really_checked(format: str) -> None:
    assert not FORMATS.conforms("no such thing", format)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_offering_is_a_valid_service(
    app: App, validator: Draft202012Validator, language: Language
) -> None:
    services = _everything(app, language)
    assert set(services) == set(app.catalogue.offerings)
    wrong = {
        id: [f"{error.json_path}: {error.message[:200]}" for error in validator.iter_errors(one)]
        for id, one in services.items()
    }
    assert not {id: errors for id, errors in wrong.items() if errors}


@pytest.mark.parametrize(
    "slip",
    [
        {"status": "open"},
        {"id": "nat-113"},
        {"url": "no address"},
        {"opening_hours": "24/7"},
        {"phones": [{"id": hsds_id("phone", "one")}]},
        {"organization": {"id": hsds_id("organization", "one"), "name": "One"}},
        {"attributes": [{"id": hsds_id("attribute", "one"), "taxonomy_term": {"name": "One"}}]},
    ],
)
def test_the_schema_sees_a_slip(
    app: App, validator: Draft202012Validator, slip: dict[str, Any]
) -> None:
    service = _exported(app, "nl", "national")[0]
    assert validator.is_valid(service)
    assert not validator.is_valid(service | slip)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_hsds_asks_in_short(app: App, language: Language) -> None:
    rules = Draft202012Validator(_RULES, format_checker=FORMATS)
    for id, service in _everything(app, language).items():
        assert not list(rules.iter_errors(service)), id
    assert not rules.is_valid(service | {"status": "open"})
    assert not rules.is_valid(service | {"id": "nat-113"})
    assert not rules.is_valid(service | {"url": "no address"})


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_id_means_one_thing_and_nothing_is_empty(app: App, language: Language) -> None:
    known: dict[str, Mapping[str, Any]] = {}
    for one in _objects(list(_everything(app, language).values())):
        assert known.setdefault(one["id"], one) == one
        assert all(value not in (None, "", [], {}) for value in one.values()), one


def test_ids_stay_what_they_are(app: App) -> None:
    assert hsds_id("service", "nat-113") == "3e047cb7-418a-5db9-85fb-43add291490b"
    dutch, english = _everything(app, "nl"), _everything(app, "en")
    for id, service in dutch.items():
        here, there = _objects(service), _objects(english[id])
        assert [one["id"] for one in here] == [one["id"] for one in there]


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_says_what_the_catalogue_says(app: App, language: Language) -> None:
    for id, service in _everything(app, language).items():
        offering = app.catalogue.offerings[id]
        assert service["name"] == offering.title.in_(language)
        assert service["application_process"] == offering.first_step.in_(language)
        codes = [a["taxonomy_term"]["code"] for a in service["attributes"]]
        assert codes == [*offering.needs, *offering.elements]
        assert [one["code"] for one in service.get("languages", [])] == list(offering.languages)
        assert [one["number"] for one in service.get("phones", [])] == list(offering.access.phone)
        at = {one["location"]["location_type"] for one in service.get("service_at_locations", [])}
        assert ("virtual" in at) == bool({"online", "chat"} & set(offering.mode))
        assert "physical" not in at or "campus" in offering.mode
        if offering.place and "campus" in offering.mode:
            assert offering.place.in_(language) in json.dumps(service, ensure_ascii=False)
        checked = offering.checked.on.isoformat() if offering.checked else None
        assert service.get("assured_date") == checked


MONDAY = ("MO", "13:00+01:00", "17:00+01:00")
WEDNESDAY = ("WE", "09:00+01:00", "12:30+01:00")


@pytest.mark.parametrize(
    ("id", "rules"),
    [
        ("vb-peer-talk", [("MO,TU,WE,TH", "15:00+01:00", "18:00+01:00")]),
        ("vb-confidential", [MONDAY, WEDNESDAY]),
        ("vb-living-room", []),  # "…; samen eten wo 17:30" is more than times
        ("nat-112", []),  # 24/7
    ],
)
def test_hours_are_rules_only_where_they_can_be_read(
    app: App, id: str, rules: list[tuple[str, str, str]]
) -> None:
    schedules = _everything(app, "en")[id]["schedules"]
    assert all(one["description"] for one in schedules)
    found = [(s["byday"], s["opens_at"], s["closes_at"]) for s in schedules if "byday" in s]
    assert found == rules


def test_opening_times_follow_the_clock_of_the_season(app: App) -> None:
    summer = {s["id"]: s for s in _exported(app, "nl", "voorbeeld", SUMMER)}
    schedule = summer[hsds_id("service", "vb-peer-talk")]["schedules"][0]
    assert (schedule["opens_at"], schedule["timezone"]) == ("15:00+02:00", 2)


@pytest.mark.parametrize("language", LANGUAGES)
def test_persons_are_not_in_it_and_desks_are_without_mail(app: App, language: Language) -> None:
    written = json.dumps(list(_everything(app, language).values()), ensure_ascii=False)
    for school in app.catalogue.schools.values():
        public = {o.access.email for o in school.offerings}
        for member in school.staff:
            assert member.email is None or member.email in public or member.email not in written
            assert member.kind != "person" or member.name not in written


def test_desks_and_teams_are_contacts(app: App) -> None:
    voorbeeld = app.catalogue.schools["voorbeeld"]
    for id, service in _everything(app, "nl").items():
        staff = app.catalogue.offerings[id].staff
        desks = {m.name for m in voorbeeld.staff if m.id in staff and m.kind != "person"}
        assert {contact["name"] for contact in service.get("contacts", [])} == desks


def test_without_an_id_a_made_up_school_stays_out(app: App) -> None:
    exported = {service["organization"]["id"] for service in _exported(app, "nl")}
    real = [id for id in _ids(app.catalogue) if id != "voorbeeld"]
    assert exported == {hsds_id("organization", id) for id in real}
    schools: tuple[School, ...] = published(app.catalogue, "voorbeeld")
    assert [school.institution.id for school in schools] == ["voorbeeld"]
    with pytest.raises(KeyError):
        published(app.catalogue, "nowhere")


@given(st.from_regex(r"\Ahttps?://[a-z]{1,9}\.[a-z]{2,5}/[^\s]{0,30}\Z"))
def test_any_web_address_becomes_a_uri(url: str) -> None:
    written = uri(url)
    assert FORMATS.conforms(written, "uri"), written
    assert uri(written) == written
