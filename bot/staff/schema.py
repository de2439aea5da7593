"""JSON Schema of the catalogue files: an editor completes fields and ids, and explains them.

The schemas follow from the models. They are of draft 7, which every version of the YAML extension
for VS Code understands, and hold no references, so that each field has its own explanation. They
take every scalar that the reader takes: that keeps everything as text, so 112 need not be quoted.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from bot.catalogue import (
    CalendarEntry,
    Catalogue,
    Institution,
    Need,
    Offering,
    StaffMember,
    Theme,
    Tip,
)
from bot.catalogue.models import AnswerWords, Elements, Localised, SmallTalk
from bot.staff.json_schema import Schema, resolved

_DRAFT = "http://json-schema.org/draft-07/schema#"
_FILES: Mapping[str, TypeAdapter[Any]] = {
    "offerings.schema.json": TypeAdapter(tuple[Offering, ...]),
    "institution.schema.json": TypeAdapter(Institution),
    "staff.schema.json": TypeAdapter(tuple[StaffMember, ...]),
    "calendar.schema.json": TypeAdapter(tuple[CalendarEntry, ...]),
    "tips.schema.json": TypeAdapter(tuple[Tip, ...]),
    "need.schema.json": TypeAdapter(Need),
    "small_talk.schema.json": TypeAdapter(SmallTalk),
    "elements.schema.json": TypeAdapter(Elements),
    "themes.schema.json": TypeAdapter(tuple[Theme, ...]),
    "answers.schema.json": TypeAdapter(tuple[AnswerWords, ...]),
}
_A_NUMBER = "112"
# A title repeats the name of the field, a default is not to be typed, and models are explained
# where a field holds them.
_NOT_FOR_KEEPERS = ("$defs", "title", "default", "description", "properties")

# What each field means, in Dutch; by model and field where a field means more than one thing.
_DUTCH: Mapping[str, str] = {
    "id": "Kleine letters, cijfers en streepjes. Verandert nooit meer als het in gebruik is.",
    "name": "De naam, in beide talen.",
    "title": "Zoals studenten het tegenkomen. Hooguit 60 tekens.",
    "nl": "In het Nederlands, met je, in korte zinnen.",
    "en": "In het Engels, in korte zinnen.",
    "languages": "Talen waarin een student geholpen kan worden; weglaten: niet bekend.",
    "locations": "De id's van locaties uit institution.yaml.",
    "from": "De eerste dag, als jaar-maand-dag.",
    "to": "De laatste dag; die telt mee. Weglaten: alleen die ene dag.",
    "email": "Een e-mailadres.",
    "faculties": "De faculteiten die een doelgroep noemt.",
    "programmes": "De opleidingen die een doelgroep noemt.",
    "phrases": "Hoe studenten het zeggen. Zet er een regel bij als je er een hoort.",
    "Absence.from": "De eerste vrije dag, als jaar-maand-dag.",
    "Access.by": "Hoe je er komt: website, afspraak, inloop, formulier, telefoon, mail of chat.",
    "Access.phone": "Telefoonnummers, als lijst: [088 525 75 50].",
    "Access.url": "De pagina waar je het doet, met https:// ervoor.",
    "Ages.from": "De laagste leeftijd; die telt mee.",
    "Ages.to": "De hoogste leeftijd; die telt mee.",
    "AnswerWords.as_answer": "Begrepen als deze vraag net is gesteld.",
    "AnswerWords.choice": "Welk antwoord de student geeft.",
    "AnswerWords.in_story": "Zo duidelijk dat het overal in een bericht telt, ook ongevraagd.",
    "AnswerWords.question": "Bij welke vraag van de bot het hoort.",
    "Audience.ages": "Alleen voor deze leeftijden: {from: 16, to: 25}.",
    "Audience.faculties": "Alleen voor deze faculteiten: id's uit institution.yaml.",
    "Audience.group": "Een andere groep waarvoor het alleen is, zoals topsporters.",
    "Audience.international": "true: alleen voor studenten uit het buitenland.",
    "Audience.levels": "Alleen voor deze niveaus.",
    "Audience.programmes": "Alleen voor deze opleidingen: id's uit institution.yaml.",
    "Audience.years": "Alleen voor deze studiejaren: [1, 2].",
    "CalendarEntry.kind": "Wat voor dag of periode het is.",
    "CalendarEntry.title": "Hoe de dag of periode heet.",
    "CalendarEntry.needs": "Hulpvragen van studenten voor wie dit telt: de bot noemt het dan.",
    "CalendarEntry.levels": "In de landelijke kalender: voor welke niveaus; weglaten: voor alle.",
    "CalendarEntry.offerings": "Wat je er beter vóór doet; bij een activiteit: welk aanbod het is.",
    "CalendarEntry.matters": "Een zin aan een student voor wie dit telt: wat je vóór die dag doet.",
    "CalendarEntry.time": "Van een activiteit: 12:30-13:30.",
    "CalendarEntry.every": "Een activiteit die terugkomt, van de eerste dag tot de laatste.",
    "CalendarEntry.place": "Van een activiteit, als het niet de plek van het aanbod is.",
    "Tip.theme": "Een id uit themes.yaml: alleen wie dat koos, krijgt de tip.",
    "Tip.when": "De dag, geteld vanaf iets in calendar.yaml.",
    "Tip.offering": "Waar de tip over gaat: aanbod van deze school.",
    "Tip.from": "Namens wie: een bekende persoon of balie uit staff.yaml.",
    "Tip.text": "Eén tot drie korte zinnen.",
    "Tip.only": "Voor wie, naast het thema; weglaten: voor iedereen.",
    "TipMoment.kind": "Van alles van deze soort in de kalender.",
    "TipMoment.entry": "Of van dit ene: een id uit calendar.yaml.",
    "TipMoment.days_before": "Zoveel dagen vóór de eerste dag.",
    "TipMoment.days_after": "Zoveel dagen na de eerste dag.",
    "TipAudience.facts": "Studenten voor wie een hiervan waar is.",
    "TipAudience.languages": "De taal waarin de student met de bot praat.",
    "TipAudience.years": "first: eerstejaars; later: de anderen.",
    "StaffMember.keeper": "true: hoort het als de catalogus is veranderd en er iets fout is.",
    "StaffMember.reviews": "Hoe vaak per maand hooguit de vraag komt of aanbod nog klopt; "
    "weglaten: nooit.",
    "Checked.by": "Welke afdeling zei dat het klopt. Geen naam van een persoon.",
    "Checked.on": "De dag waarop iemand zei: dit klopt. Als jaar-maand-dag.",
    "Element.level": "Het niveau: education, extracurricular of organisation.",
    "Element.need": "Wat het de student geeft, zoals 'gezien en gehoord worden'.",
    "Element.number": "Het nummer binnen het niveau.",
    "Element.skill": "Wat het van de docent of medewerker vraagt.",
    "Elements.elements": "De 16 werkzame elementen.",
    "Elements.levels": "De drie niveaus waarop ze elkaar versterken.",
    "Group.need": "De hulpvraag waaraan je een student uit deze groep herkent.",
    "Handover.answer_within": "Binnen hoeveel uren dat er iemand is, een student antwoord krijgt.",
    "Handover.content_in_mail": "true: wat de student schreef staat in de mail. Anders staat er "
    "een link in.",
    "InCrisis.day_and_night": "true: altijd bereikbaar. Anders: als de school open is.",
    "InCrisis.kinds": "Voor welke soorten gevaar; weglaten: voor alle.",
    "InCrisis.offering": "Het id van het aanbod.",
    "Institution.also_called": "Andere namen die studenten typen: afkortingen, bijnamen, oude "
    "namen.",
    "Institution.contact": "Aanbod om te noemen als een student een mens wil; het eerste dat past "
    "telt.",
    "Institution.handover": "Hoe een vraag van een student hier naar een mens gaat.",
    "Institution.in_crisis": "Genoemd in een crisisbericht, onder de hulplijnen; het eerste dat "
    "past telt.",
    "Institution.locations": "De plaatsen waar de school lesgeeft.",
    "Institution.sector": "mbo, hbo, wo, of national voor heel Nederland.",
    "Institution.status": "compiled-from-public-pages totdat de school het zelf heeft bevestigd.",
    "Institution.website": "De website van de school, met https:// ervoor.",
    "Need.description": "Eén zin tegen de student: wanneer dit het is.",
    "Need.name": "Een korte naam, zoals op een knop.",
    "Offering.access": "Hoe een student er komt.",
    "Offering.audience": "Voor wie het is, als het beperkt is. Wat je weglaat is open voor "
    "iedereen.",
    "Offering.checked": "Wie wanneer zei dat het klopt. Weglaten: nog niemand van de school.",
    "Offering.cost": "free (gratis) of paid (betaald). Weglaten: niet bekend.",
    "Offering.elements": "Welke werkzame elementen hier werken.",
    "Offering.first_step": "Precies wat je als eerste doet: wie, waar, hoe.",
    "Offering.form": "Wat voor soort aanbod het is.",
    "Offering.hours": "Wanneer, in woorden.",
    "Offering.mode": "Waar of waarmee het gaat: op de campus, online, per telefoon, chat of mail.",
    "Offering.months": "De maanden waarin het er is, als getallen; weglaten: het hele jaar.",
    "Offering.needs": "Voor welke hulpvragen het is, de sterkste eerst.",
    "Offering.place": "Gebouw, lokaal of adres.",
    "Offering.replaces": "Landelijk aanbod waarvan dit de plaatselijke vorm is.",
    "Offering.source": "De pagina waar de feiten vandaan komen.",
    "Offering.source_year": "Het jaar van die pagina, als die oud is.",
    "Offering.staff": "Wie hier antwoordt: id's uit staff.yaml.",
    "Offering.summary": "Wat het is en wat je eraan hebt, in 1 tot 3 zinnen.",
    "Offering.use": "crisis: alleen voor crisisberichten, nooit een suggestie. hidden: niet "
    "getoond.",
    "Phrases.en": "Zinnen in het Engels, één per regel.",
    "Phrases.nl": "Zinnen in het Nederlands, één per regel.",
    "SmallTalk.answer": "Eén of twee korte zinnen, met de weg terug.",
    "StaffMember.away": "Dagen waarop iemand er niet is.",
    "StaffMember.backup": "Wie het overneemt als er geen antwoord komt: een id uit dit bestand.",
    "StaffMember.capacity": "Hoeveel studenten tegelijk.",
    "StaffMember.hours": "Wanneer iemand er is: ma-do 09:00-12:30, 13:00-17:00.",
    "StaffMember.id": "Kleine letters, cijfers en streepjes; hooguit 32. Verandert nooit meer.",
    "StaffMember.kind": "person, team of desk: een balie waar alles heen mag.",
    "StaffMember.languages": "Talen waarin je hier geholpen wordt; de eerste is die van de mails.",
    "StaffMember.name": "De naam die studenten zien.",
    "StaffMember.needs": "Hulpvragen, naast die van het aanbod.",
    "StaffMember.reach": "Hoe een vraag iemand mag bereiken; weglaten: allebei.",
    "StaffMember.role": "De functie, in beide talen.",
    "StaffMember.team": "Het team waarin iemand zit: een id uit dit bestand.",
    "Theme.needs": "In de volgorde waarin ze getoond worden.",
    "WordsPerLanguage.en": "Woorden in het Engels; de lijst mag leeg zijn.",
    "WordsPerLanguage.nl": "Woorden in het Nederlands; de lijst mag leeg zijn.",
}
# The same in English, for the fields of which the models say nothing.
_ENGLISH: Mapping[str, str] = {
    "id": "Small letters, digits and hyphens. Never changes once it is in use.",
    "name": "The name, in both languages.",
    "from": "The first day, as year-month-day.",
    "to": "The last day, included. Absent: only that one day.",
    "email": "An e-mail address.",
    "locations": "Ids of the institution's locations.",
    "phrases": "How students say it. Add a line whenever you hear one.",
    "Access.by": "How to get there: website, appointment, walk-in, form, phone, mail or chat.",
    "Access.phone": "Phone numbers, as a list: [088 525 75 50].",
    "Access.url": "The page where to do it, with https:// in front.",
    "Ages.from": "The lowest age, included.",
    "Ages.to": "The highest age, included.",
    "AnswerWords.choice": "Which answer the student gives.",
    "AnswerWords.question": "To which question of the bot.",
    "Audience.ages": "Only for these ages: {from: 16, to: 25}.",
    "Audience.faculties": "Only for these faculties: ids from institution.yaml.",
    "Audience.group": "Any other group that it is only for, such as top athletes.",
    "Audience.levels": "Only for these levels.",
    "Audience.programmes": "Only for these programmes: ids from institution.yaml.",
    "Audience.years": "Only for these years of study: [1, 2].",
    "CalendarEntry.kind": "What kind of day or period it is.",
    "CalendarEntry.title": "What the day or period is called.",
    "Tip.when": "The day, counted from something in calendar.yaml.",
    "Tip.only": "For whom, besides the theme; absent: for everybody.",
    "TipMoment.days_before": "So many days before its first day.",
    "TipMoment.days_after": "So many days after its first day.",
    "Checked.by": "Which department said it is right. No name of a person.",
    "Checked.on": "The day on which somebody said: this is right. As year-month-day.",
    "Elements.elements": "The 16 effective elements.",
    "Elements.levels": "The three levels on which they strengthen each other.",
    "Group.nl": "In Dutch, short sentences.",
    "InCrisis.offering": "The id of the offering.",
    "Institution.handover": "How a student's request goes to a person here.",
    "Institution.sector": "mbo, hbo, wo, or national for all of the Netherlands.",
    "Institution.website": "The website of the school, with https:// in front.",
    "Localised.nl": "In Dutch, short sentences.",
    "Offering.access": "How a student gets there.",
    "Offering.audience": "Who may use it, where that is limited. What is absent is open to all.",
    "Offering.form": "What kind of offering it is.",
    "Offering.mode": "Where or by which means: on campus, online, by phone, chat or mail.",
    "Phrases.en": "Phrases in English, one a line.",
    "Phrases.nl": "Phrases in Dutch, one a line.",
    "StaffMember.languages": "Languages in which they can help; the first is that of their mail.",
    "StaffMember.name": "The name that students see.",
    "StaffMember.role": "What they do, in both languages.",
    "WordsPerLanguage.en": "Words in English; the list may be empty.",
    "WordsPerLanguage.nl": "Words in Dutch; the list may be empty.",
}


def schemas(catalogue: Catalogue) -> dict[str, Schema]:
    """File name → JSON Schema, with the needs, elements and levels of this catalogue as choices."""
    choices = _choices(catalogue)
    return {
        name: _Maker(adapter.json_schema(by_alias=True), choices).made()
        for name, adapter in _FILES.items()
    }


def write(folder: Path, catalogue: Catalogue) -> None:
    """Write them into this folder, which is made where it is not there."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, schema in schemas(catalogue).items():
        (folder / name).write_text(as_json(schema), encoding="utf-8", newline="\n")


def as_json(schema: Schema) -> str:
    """The text of a schema file."""
    return json.dumps(schema, ensure_ascii=False, indent=1) + "\n"


class _Maker:
    """From pydantic's schema of one file to that for an editor."""

    def __init__(self, whole: Schema, choices: Mapping[str, Mapping[str, str]]) -> None:
        self._whole, self._choices = whole, choices

    def made(self) -> Schema:
        return {"$schema": _DRAFT, **self._made(self._whole)}

    def _made(self, schema: Schema) -> Schema:
        schema = resolved(schema, self._whole.get("$defs", {}))
        made = {key: part for key, part in schema.items() if key not in _NOT_FOR_KEEPERS}
        if "properties" in schema:
            made["properties"] = {
                field: self._field(f"{schema['title']}.{field}", part)
                for field, part in schema["properties"].items()
            }
        for key in ("items", "additionalProperties"):
            if isinstance(schema.get(key), dict):
                made[key] = self._made(schema[key])
        if made["type"] == "array" and made.pop("minLength", None):  # so pydantic says it of a list
            made["minItems"] = 1
        return {**made, **_as_typed(made)}

    def _field(self, name: str, schema: Schema) -> Schema:
        """The field of a model, named `Model.field`."""
        made = self._made(schema)
        if choices := self._choices.get(name):
            one = {"type": "string", "enum": list(choices)}
            one["enumDescriptions"] = list(choices.values())
            made = {**made, "items": one} if made["type"] == "array" else one
        alone = name.partition(".")[2]
        dutch = _DUTCH.get(name) or _DUTCH.get(alone, alone)
        own = _ENGLISH.get(name) or schema.get("description")
        english = own or _ENGLISH.get(alone, alone)
        return {"description": f"Nederlands: {dutch} / English: {english}", **made}


def _choices(catalogue: Catalogue) -> dict[str, Mapping[str, str]]:
    """For `Model.field`: the ids that can be chosen there, each with its names."""
    needs = {need.id: _named(need.name) for need in catalogue.needs.values()}
    elements = {element.id: _named(element.name) for element in catalogue.elements.values()}
    return {
        **dict.fromkeys(("Offering.needs", "StaffMember.needs", "Theme.needs"), needs),
        "CalendarEntry.needs": needs,
        "Tip.theme": {theme.id: _named(theme.name) for theme in catalogue.themes.values()},
        "Group.need": needs,
        "Offering.elements": elements,
        "Element.level": {id: _named(name) for id, name in catalogue.levels.items()},
    }


def _named(name: Localised) -> str:
    return f"{name.nl} / {name.en}"


def _as_typed(schema: Schema) -> Schema:
    """The types that a scalar may have in an editor: unquoted 112 is a number there."""
    match schema.get("type"):
        case "string" if "enum" not in schema and "const" not in schema:
            pattern = schema.get("pattern", "")
            return {"type": ["string", "number"]} if re.search(pattern, _A_NUMBER) else {}
        case "integer":
            return {"type": ["integer", "string"], "pattern": "^[0-9]+$"}
        case "boolean":
            return {"type": ["boolean", "string"], "pattern": "^(true|false)$"}
    return {}
