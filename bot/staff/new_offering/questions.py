"""What is asked about a new offering, and how an answer is read."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from pydantic import TypeAdapter
from rapidfuzz import process

from bot.catalogue import NATIONAL, Catalogue, Offering
from bot.catalogue.models import Localised
from bot.catalogue.problems import shown
from bot.catalogue.shape import shape
from bot.catalogue.yaml_text import read_yaml
from bot.staff.new_offering.answers import Answer, Answers, entry_of
from bot.staff.yaml_edit import append_entry
from bot.text import Several, Text, text
from bot.understanding.normalise import fold
from bot.words import Translator

_WITH_PAGE = ("website", "book", "form", "chat")  # ways in that start on a page
_LONGEST_TITLE = 60
_OFFERINGS = TypeAdapter(tuple[Offering, ...])
_BETWEEN = re.compile(r"\s*[,;]\s*|\s+(?:en|and)\s+")


@dataclass(frozen=True)
class Choice:
    """What can be chosen: its id, and its names, that in the keeper's language first."""

    id: str
    names: tuple[str, ...]


@dataclass(frozen=True)
class Question:
    """One question: the field it fills in (`title.nl`), its words, and what may be answered.

    Two questions may fill in one field, where other answers decide which of the two is asked.
    """

    field: str
    words: Text
    choices: tuple[Choice, ...] = ()
    many: bool = False
    optional: bool = False
    asked: Callable[[Answers], bool] = lambda _: True


def questions(catalogue: Catalogue, translator: Translator) -> tuple[Question, ...]:
    """Every question that may be asked, in order."""

    def choices(names: Mapping[str, Text]) -> tuple[Choice, ...]:
        return tuple(Choice(id, (translator.say(name),)) for id, name in names.items())

    def named(names: Mapping[str, Localised]) -> tuple[Choice, ...]:
        return tuple(
            Choice(id, (name.in_(translator.language), name.nl, name.en))
            for id, name in names.items()
        )

    schools = {id: school.institution for id, school in catalogue.schools.items()}
    schools[NATIONAL] = catalogue.national.institution
    known = Several(tuple(schools), "or")
    needs = {need.id: need.name for need in catalogue.needs.values()}
    elements = {element.id: element.name for element in catalogue.elements.values()}
    return (
        Question(
            "school",
            text("new.school", known=known),
            tuple(
                Choice(id, (school.name.in_(translator.language), *school.also_called))
                for id, school in schools.items()
            ),
        ),
        Question("title.nl", text("new.title-nl")),
        Question("title.en", text("new.title-en")),
        Question("summary.nl", text("new.summary-nl")),
        Question("summary.en", text("new.summary-en")),
        Question("needs", text("new.needs"), named(needs), many=True),
        Question("elements", text("new.elements"), named(elements), many=True),
        Question("form", text("new.form"), choices(_forms())),
        Question("mode", text("new.mode"), choices(_modes()), many=True),
        Question(
            "languages",
            text("new.languages"),
            choices({"nl": text("new.dutch"), "en": text("new.english")}),
            many=True,
            optional=True,
        ),
        *_where(catalogue, named),
        Question("first_step.nl", text("new.first-step-nl")),
        Question("first_step.en", text("new.first-step-en")),
        Question("access.by", text("new.access"), choices(_ways_in())),
        Question("access.url", text("new.url"), asked=_on_a_page),
        Question(
            "access.url",
            text("new.url-optional"),
            optional=True,
            asked=lambda answers: not _on_a_page(answers),
        ),
        Question("access.phone", text("new.phone"), asked=lambda a: a["access.by"] == "phone"),
        Question("access.email", text("new.email"), asked=lambda a: a["access.by"] == "email"),
        Question("source", text("new.source"), asked=lambda a: not a["access.url"]),
        Question(
            "source",
            text("new.source-same"),
            optional=True,
            asked=lambda answers: bool(answers["access.url"]),
        ),
        Question("checked.by", text("new.checked"), optional=True),
    )


def _where(
    catalogue: Catalogue, named: Callable[[Mapping[str, Localised]], tuple[Choice, ...]]
) -> Iterator[Question]:
    """One question for each school that teaches in more than one city."""
    for school in catalogue.schools.values():
        places = {part.id: part.name for part in school.institution.locations}
        if len(places) > 1:
            yield Question(
                "locations",
                text("new.locations", known=Several(tuple(places), "or")),
                named(places),
                many=True,
                optional=True,
                asked=lambda answers, id=school.institution.id: answers["school"] == id,  # type: ignore[misc]
            )


def _on_a_page(answers: Answers) -> bool:
    return answers["access.by"] in _WITH_PAGE


def _forms() -> dict[str, Text]:
    return {
        "one-to-one": text("new.one-to-one"),
        "group": text("new.group"),
        "peer": text("new.peer"),
        "course": text("new.course"),
        "event": text("new.event"),
        "place": text("new.place"),
        "self-guided": text("new.self-guided"),
        "helpline": text("new.helpline"),
        "service-desk": text("new.service-desk"),
    }


def _modes() -> dict[str, Text]:
    return {
        "campus": text("new.campus"),
        "online": text("new.online"),
        "phone": text("new.by-phone"),
        "chat": text("new.by-chat"),
        "email": text("new.by-email"),
    }


def _ways_in() -> dict[str, Text]:
    return {
        "website": text("new.by-website"),
        "book": text("new.by-book"),
        "walk-in": text("new.by-walk-in"),
        "form": text("new.by-form"),
        "phone": text("new.by-phone"),
        "email": text("new.by-email"),
        "chat": text("new.by-chat"),
    }


# From what is typed to an answer


def read_answer(question: Question, typed: str) -> Answer | Text:
    """The answer to keep, or what is wrong with it."""
    seen = (letter for letter in typed if letter.isprintable() or letter.isspace())
    said = " ".join("".join(seen).split())
    if not said:
        return ("" if not question.many else ()) if question.optional else text("new.empty")
    if question.choices:
        chosen = _chosen(said, question.choices)
        if isinstance(chosen, Text) or question.many:
            return chosen
        return chosen[0] if len(chosen) == 1 else text("new.only-one")
    return _complaint(question.field, said) or said


def _chosen(said: str, choices: tuple[Choice, ...]) -> tuple[str, ...] | Text:
    """The ids of what was named, with commas or "and" between; those may be in a name as well."""
    gaps = list(_BETWEEN.finditer(said))
    starts, ends = [0, *(gap.end() for gap in gaps)], [*(gap.start() for gap in gaps), len(said)]
    found: list[str] = []
    at = 0
    while at < len(starts):
        for last in range(len(ends) - 1, at - 1, -1):
            if id := _exactly(said[starts[at] : ends[last]], choices):
                break
        else:
            last, part = at, said[starts[at] : ends[at]]
            id = _nearly(part, choices) if part else ""
            if part and not id:
                return _unknown(part, choices)
        found += [id] if id else []
        at = last + 1
    return tuple(dict.fromkeys(found)) or text("new.empty")


def _exactly(part: str, choices: Iterable[Choice]) -> str:
    part = fold(part)
    for choice in choices:
        if part.replace(" ", "-") == choice.id or part in map(fold, choice.names):
            return choice.id
    return ""


def _nearly(part: str, choices: Iterable[Choice]) -> str:
    """The only one with a word that begins like this; empty where there is not just one."""
    begins = re.compile(rf"(?<!\w){re.escape(fold(part))}")
    found = [c.id for c in choices if any(begins.search(fold(n)) for n in (c.id, *c.names))]
    return found[0] if len(found) == 1 else ""


def _unknown(part: str, choices: Iterable[Choice]) -> Text:
    names = {fold(name): c.names[0] for c in choices for name in (c.id, *c.names)}
    near = process.extractOne(fold(part), list(names), score_cutoff=70)
    if near:
        return text("new.unknown-near", found=shown(part), near=names[near[0]])
    return text("new.unknown", found=shown(part))


# Answers with which nothing is wrong: whatever the catalogue says of an entry with one of them
# replaced, it says of that one.
_GOOD: Answers = {
    "title.nl": "-",
    "title.en": "-",
    "summary.nl": "-",
    "summary.en": "-",
    "needs": ("a",),
    "elements": ("a",),
    "form": "group",
    "mode": ("campus",),
    "first_step.nl": "-",
    "first_step.en": "-",
    "access.by": "walk-in",
    "source": "https://example.nl",
}


def _complaint(field: str, said: str) -> Text | None:
    if field.startswith("title") and len(said) > _LONGEST_TITLE:
        return text("catalogue.too-long", field=field, limit=_LONGEST_TITLE)
    entry = entry_of({**_GOOD, field: said}, "a", dt.date.min)
    document = read_yaml(append_entry("", entry).encode(), "offerings.yaml")
    _, problems = shape(document, _OFFERINGS)
    return problems[0].text if problems else None
