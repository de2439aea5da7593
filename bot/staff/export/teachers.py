"""A page for teachers: by element what a student needs, what it asks of them, and whom to name."""

from __future__ import annotations

from collections.abc import Iterator

from bot.catalogue import Catalogue, Element, Offering
from bot.staff.export import about_data, for_whom
from bot.staff.export.markdown import Page, escape, website
from bot.text import FromCatalogue, text
from bot.words import Translator


def for_teachers(catalogue: Catalogue, school_id: str, words: Translator) -> str:
    """The page in Markdown, in the language of `words`.

    All elements are on it by level, each with the offerings of this school in which it works; what
    is hidden or only for danger is not. Raises KeyError for an unknown institution.
    """
    school = catalogue.school(school_id)
    page = Page(catalogue, words)
    name = FromCatalogue("institution", school_id)
    blocks = ["# " + page.say(text("teachers.title", institution=name))]
    blocks.append(page.say(text("teachers.intro")))
    if said := page.say(about_data(school.institution)):
        blocks.append(said)
    shown = [offering for offering in school.offerings if offering.use is None]
    for level, level_name in catalogue.levels.items():
        blocks.append("## " + escape(level_name.in_(words.language)))
        for element in catalogue.elements.values():
            if element.level == level:
                here = [offering for offering in shown if element.id in offering.elements]
                blocks += _element(element, here, school_id, page)
    return "\n\n".join(blocks) + "\n"


def _element(
    element: Element, offerings: list[Offering], school_id: str, page: Page
) -> Iterator[str]:
    language = page.words.language
    # A backslash, or the number would make it a list in some readers.
    yield f"### {element.number}\\. {escape(element.name.in_(language))}"
    needs = page.say(text("teachers.need", need=element.need.in_(language)))
    asks = page.say(text("teachers.skill", skill=element.skill.in_(language)))
    yield f"{needs}  \n{asks}"
    if not offerings:
        yield page.say(text("teachers.nothing"))
        return
    yield "\n".join(_offering(offering, school_id, page) for offering in offerings)


def _offering(offering: Offering, school_id: str, page: Page) -> str:
    language = page.words.language
    institution = page.catalogue.school(school_id).institution
    limits = page.say(*for_whom(offering, institution, language))
    lines = (
        f"- **{escape(offering.title.in_(language))}**",
        page.say(text("advice.step", step=offering.first_step.in_(language))),
        *((limits,) if limits else ()),
        website(offering, page),
    )
    return "  \n  ".join(lines)
