"""The offerings as services of Open Referral's HSDS 3.1, in its nested ("compiled") form.

HSDS has no translations: an export is in one language, and only the title in the other language is
there, as `alternate_name`. It has no address without a postal code and a province, which the
catalogue does not hold: so a building or room is the `description` of the service at a location.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bot.catalogue import Catalogue, Element, Institution, Need, Offering, School
from bot.catalogue.days import AMSTERDAM
from bot.catalogue.hours import Hours, HoursError, read_hours
from bot.staff.export import (
    about_data,
    cost,
    for_whom,
    in_months,
    public_staff,
    published,
    uri,
)
from bot.text import FromCatalogue, Text, text
from bot.words import Translator, language_name

# Never changes: who took an earlier export over knows everything by ids that are made with it.
NAMESPACE = uuid.UUID("5b0f0f6e-6c0b-4d0e-9a5e-2f1c7f3f9a41")
_ELEMENTS = "Wegwijs: 16 effective elements of student bonding and wellbeing"
_NEEDS = "Wegwijs: needs"
_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_VIRTUAL = frozenset(("online", "chat"))

Record = dict[str, Any]


@dataclass(frozen=True)
class _Export:
    """What every part of one export is written with."""

    catalogue: Catalogue
    words: Translator
    utc_offset: dt.timedelta

    def say(self, *texts: Text | None) -> str:
        return " ".join(self.words.say(said, self.catalogue) for said in texts if said)


def as_hsds(
    catalogue: Catalogue, school_id: str | None, today: dt.date, words: Translator
) -> list[Record]:
    """Each offering as a service, in the language of `words`; made of what JSON knows.

    `school_id` None means all institutions and the national one; see `published`. Opening times
    carry the difference with UTC that holds on `today`, as HSDS wants it. Ids depend on ours only,
    so they are the same in every export. Of the staff only desks and teams are in it, as contacts
    without mail addresses. Raises KeyError for an unknown institution.
    """
    noon = dt.datetime.combine(today, dt.time(12), AMSTERDAM)
    export = _Export(catalogue, words, noon.utcoffset() or dt.timedelta())
    return [
        _service(offering, school, export)
        for school in published(catalogue, school_id)
        for offering in school.offerings
    ]


def hsds_id(kind: str, *path: str) -> str:
    """The id of something in every export: `hsds_id("service", "leiden-study-adviser")`."""
    return str(uuid.uuid5(NAMESPACE, "/".join((kind, *path))))


def _service(offering: Offering, school: School, export: _Export) -> Record:
    language, access, ages = export.words.language, offering.access, offering.audience.ages
    title = offering.title.in_(language)
    other_title = offering.title.in_("en" if language == "nl" else "nl")
    page, source = uri(access.url or offering.source), uri(offering.source)
    limits = for_whom(offering, school.institution, language)
    return _filled(
        id=hsds_id("service", offering.id),
        name=title,
        alternate_name=other_title if other_title != title else None,
        description=offering.summary.in_(language),
        url=page,
        additional_urls=[_source(offering, source, export)] if source != page else None,
        email=access.email,
        status="active",
        application_process=offering.first_step.in_(language),
        fees_description=export.say(cost(offering)),
        eligibility_description=export.say(*limits),
        minimum_age=ages.from_ if ages else None,
        maximum_age=ages.to if ages else None,
        assured_date=offering.checked.on.isoformat() if offering.checked else None,
        alert=export.say(_old(offering)),
        organization=_organization(school.institution, export),
        phones=[_phone(offering, number) for number in access.phone],
        schedules=_schedules(offering, export),
        service_at_locations=list(_at_locations(offering, school.institution, export)),
        languages=[
            {
                "id": hsds_id("language", offering.id, spoken),
                "name": language_name(spoken, language),
                "code": spoken,
            }
            for spoken in offering.languages
        ],
        cost_options=[_cost_option(offering, export)] if offering.cost else None,
        contacts=_contacts(offering, school, export),
        attributes=_attributes(offering, export),
    )


def _filled(**fields: object) -> Record:
    """Without what says nothing; an amount or age of 0 does say something."""
    return {key: value for key, value in fields.items() if value not in (None, "", [])}


def _source(offering: Offering, source: str, export: _Export) -> Record:
    label = export.say(text("export.source"))
    return {"id": hsds_id("url", offering.id, "source"), "label": label, "url": source}


def _old(offering: Offering) -> Text | None:
    year = offering.source_year
    return text("advice.check-first", year=year) if year else None


def _organization(institution: Institution, export: _Export) -> Record:
    name = FromCatalogue("institution", institution.id)
    return {
        "id": hsds_id("organization", institution.id),
        "name": institution.name.in_(export.words.language),
        "description": export.say(text("export.about", institution=name), about_data(institution)),
        "website": uri(institution.website),
    }


def _phone(offering: Offering, number: str) -> Record:
    return {"id": hsds_id("phone", offering.id, number), "number": number, "type": "voice"}


def _cost_option(offering: Offering, export: _Export) -> Record:
    return _filled(
        id=hsds_id("cost", offering.id),
        currency="EUR",
        amount=0 if offering.cost == "free" else None,  # what it costs is not known to us
        amount_description=export.say(cost(offering)),
    )


def _contacts(offering: Offering, school: School, export: _Export) -> list[Record]:
    return [
        {
            "id": hsds_id("contact", offering.id, member.id),
            "name": member.name,
            "title": member.role.in_(export.words.language),
        }
        for member in public_staff(school)
        if member.id in offering.staff
    ]


# When and where


def _schedules(offering: Offering, export: _Export) -> list[Record]:
    """In words; and as times where the words are nothing but times, all year."""
    said = [offering.hours.in_(export.words.language)] if offering.hours else []
    if offering.months:
        said.append(export.say(in_months(offering, export.words.language)))
    times = [] if offering.months else _times(_readable(offering), export.utc_offset)
    return [
        _filled(
            id=hsds_id("schedule", offering.id, str(number)), **time, description=". ".join(said)
        )
        for number, time in enumerate(times or [{}])
        if said
    ]


def _readable(offering: Offering) -> Hours:
    """The hours, where both languages say the same times; else none."""
    if offering.hours is None:
        return Hours()
    try:
        dutch, english = read_hours(offering.hours.nl), read_hours(offering.hours.en)
    except HoursError:
        return Hours()
    return dutch if dutch == english else Hours()


def _times(hours: Hours, utc_offset: dt.timedelta) -> list[Record]:
    """A weekly rule for each opening time, with the days on which it holds."""
    days: dict[tuple[int, int], list[str]] = {}
    for period in hours.periods:
        days.setdefault((period.start, period.end), []).append(_DAYS[period.weekday])
    return [
        {
            "timezone": utc_offset / dt.timedelta(hours=1),
            "freq": "WEEKLY",
            "byday": ",".join(on),
            "opens_at": _clock(start, utc_offset),
            "closes_at": _clock(end, utc_offset),
        }
        for (start, end), on in days.items()
    ]


def _clock(minutes: int, utc_offset: dt.timedelta) -> str:
    """`09:00+01:00`; midnight at the end of a day is the 00:00 that follows."""
    hours, minutes = divmod(minutes, 60)
    at = dt.time(hours % 24, minutes, tzinfo=dt.timezone(utc_offset))
    return at.isoformat("minutes")


def _at_locations(
    offering: Offering, institution: Institution, export: _Export
) -> Iterator[Record]:
    """At each of its locations, or at all where it names none; and online, if it is there too."""
    if "campus" in offering.mode:
        place = offering.place.in_(export.words.language) if offering.place else None
        for location in _locations(offering, institution, export):
            at = hsds_id("service-at", offering.id, location["id"])
            yield _filled(id=at, description=place, location=location)
    if _VIRTUAL & set(offering.mode):
        location = _filled(
            id=hsds_id("location", offering.id, "virtual"),
            location_type="virtual",
            url=uri(offering.access.url) if offering.access.url else None,
        )
        yield {"id": hsds_id("service-at", offering.id, location["id"]), "location": location}


def _locations(offering: Offering, institution: Institution, export: _Export) -> list[Record]:
    cities = [
        {
            "id": hsds_id("location", institution.id, part.id),
            "location_type": "physical",
            "name": part.name.in_(export.words.language),
        }
        for part in institution.locations
        if part.id in offering.locations or not offering.locations
    ]
    if cities or offering.place is None:
        return cities
    return [{"id": hsds_id("location", offering.id, "place"), "location_type": "physical"}]


# What it is about


def _attributes(offering: Offering, export: _Export) -> list[Record]:
    """The needs, strongest first, and the elements, as terms of two taxonomies."""
    language, catalogue = export.words.language, export.catalogue
    needs = [catalogue.needs[id] for id in offering.needs]
    elements = [catalogue.elements[id] for id in offering.elements]
    about_needs = _taxonomy("needs", _NEEDS, text("export.needs"), export)
    about_elements = _taxonomy("elements", _ELEMENTS, text("export.elements"), export)
    terms = [
        *(_term(need, need.description.in_(language), about_needs, export) for need in needs),
        *(_term(one, one.need.in_(language), about_elements, export) for one in elements),
    ]
    return [
        {
            "id": hsds_id("attribute", offering.id, term["id"]),
            "link_entity": "service",
            "taxonomy_term": term,
        }
        for term in terms
    ]


def _taxonomy(id: str, name: str, about: Text, export: _Export) -> Record:
    return {"id": hsds_id("taxonomy", id), "name": name, "description": export.say(about)}


def _term(of: Need | Element, description: str, taxonomy: Record, export: _Export) -> Record:
    language = export.words.language
    return {
        "id": hsds_id("term", taxonomy["id"], of.id),
        "code": of.id,
        "name": of.name.in_(language),
        "description": description,
        "taxonomy": taxonomy["name"],
        "taxonomy_detail": taxonomy,
        "language": language,
    }
