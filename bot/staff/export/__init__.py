"""`wegwijs export`: the catalogue for other programs and websites. Here is what all formats share.

hsds.py       services as in Open Referral HSDS 3.1
model.py      our own model, whole, as JSON
markdown.py   a page for a website
"""

from __future__ import annotations

import re
from dataclasses import replace
from urllib.parse import quote

from babel import Locale

from bot.catalogue import Catalogue, Institution, Offering, School, StaffMember
from bot.text import FromCatalogue, Language, Several, Text, text

_IN_A_URI = "-._~:/?@!$&'()*+,;=%"  # what RFC 3986 allows everywhere behind the host


def published(catalogue: Catalogue, school_id: str | None) -> tuple[School, ...]:
    """The school with this id; without an id all of them and the national one. Nothing hidden.

    A made-up school is only there for who asks for it: its help is not to be found anywhere. Raises
    KeyError for an id that does not exist.
    """
    if school_id is not None:
        return (_shown(catalogue.school(school_id)),)
    real = (s for s in catalogue.schools.values() if s.institution.status != "example")
    return (*map(_shown, real), _shown(catalogue.national))


def _shown(school: School) -> School:
    """The school without what is hidden, and without what names it."""
    offerings = tuple(offering for offering in school.offerings if offering.use != "hidden")
    if len(offerings) == len(school.offerings):
        return school
    hidden = {offering.id for offering in school.offerings} - {o.id for o in offerings}
    institution = school.institution
    named = {
        "contact": tuple(id for id in institution.contact if id not in hidden),
        "in_crisis": tuple(one for one in institution.in_crisis if one.offering not in hidden),
    }
    calendar = tuple(
        entry.model_copy(update={"offerings": tuple(i for i in entry.offerings if i not in hidden)})
        for entry in school.calendar
        if entry.kind != "activity" or not hidden.issuperset(entry.offerings)
    )
    return replace(
        school,
        institution=institution.model_copy(update=named),
        offerings=offerings,
        calendar=calendar,
    )


def public_staff(school: School) -> tuple[StaffMember, ...]:
    """Its desks and teams. Persons never leave: they said yes to this bot, not to everybody."""
    return tuple(member for member in school.staff if member.kind != "person")


def uri(url: str) -> str:
    """A web address as RFC 3986 wants it: what does not belong in one is percent-encoded."""
    whole, _, fragment = re.sub(r"%(?![0-9A-Fa-f]{2})", "%25", url).partition("#")
    encoded = quote(whole, safe=_IN_A_URI)
    return f"{encoded}#{quote(fragment, safe=_IN_A_URI)}" if fragment else encoded


def about_data(institution: Institution) -> Text | None:
    """What a reader should know about these facts; None where the institution confirmed them."""
    match institution.status:
        case "example":
            return text(
                "unconfirmed.example", institution=FromCatalogue("institution", institution.id)
            )
        case "compiled-from-public-pages":
            return text("export.compiled")
    return None


def for_whom(offering: Offering, institution: Institution, language: Language) -> list[Text]:
    """Who may use it, a sentence for each limit; nothing where everybody may."""
    audience, said = offering.audience, list[Text]()
    if audience.levels:
        levels = tuple("PhD" if level == "phd" else level for level in audience.levels)
        said.append(text("export.levels", levels=Several(levels, "or")))
    if audience.years:
        said.append(text("export.years", years=Several(audience.years, "or")))
    limited_to = {*audience.faculties, *audience.programmes}
    if parts := [p.name.in_(language) for p in institution.parts if p.id in limited_to]:
        said.append(text("export.parts", parts=Several(tuple(parts), "or")))
    if audience.international:
        said.append(text("advice.only-international"))
    if audience.group:
        said.append(text("export.group", group=audience.group.in_(language)))
    if audience.ages:
        said.append(_ages(audience.ages.from_, audience.ages.to))
    return said


def cost(offering: Offering) -> Text | None:
    """Whether it costs something; None where that is not known."""
    match offering.cost:
        case "free":
            return text("export.free")
        case "paid":
            return text("export.paid")
    return None


def in_months(offering: Offering, language: Language) -> Text | None:
    """In which part of the year; None for all year."""
    if not offering.months:
        return None
    names = Locale(language).months["format"]["wide"]
    return text("export.months", months=Several(tuple(names[month] for month in offering.months)))


def _ages(youngest: int | None, oldest: int | None) -> Text:
    if oldest is None:
        return text("export.ages-from", youngest=youngest or 0)
    if youngest is None:
        return text("export.ages-to", oldest=oldest)
    return text("export.ages", youngest=youngest, oldest=oldest)
