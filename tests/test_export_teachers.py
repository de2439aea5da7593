"""The page for teachers, read back with a Markdown parser."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from bot.app import App
from bot.catalogue.models import Localised
from bot.cli import main
from bot.staff.export import uri
from bot.staff.export.markdown import escape
from bot.staff.export.teachers import for_teachers
from bot.text import LANGUAGES, Language

SCHOOLS = ("avans", "hanze", "leiden", "noorderpoort", "voorbeeld", "national")
CASES = [(id, language) for id in SCHOOLS for language in LANGUAGES]
PARSER = MarkdownIt("commonmark")


def page_of(app: App, id: str, language: Language) -> str:
    return for_teachers(app.catalogue, id, app.translators[language])


def headings(page: str) -> list[tuple[str, str]]:
    tokens = PARSER.parse(page)
    return [(one.tag, shown(two)) for one, two in pairwise(tokens) if one.type == "heading_open"]


def shown(block: Token) -> str:
    return "".join(child.content for child in block.children or () if child.type == "text")


def sections(app: App, page: str) -> dict[str, str]:
    """What stands below the heading of each element, by the element's id."""
    parts = page.split("\n### ")[1:]
    return {
        id: part.split("\n## ")[0] for id, part in zip(app.catalogue.elements, parts, strict=True)
    }


@pytest.mark.parametrize(("id", "language"), CASES)
def test_all_elements_are_there_by_level(app: App, id: str, language: Language) -> None:
    catalogue = app.catalogue
    expected = []
    for level, name in catalogue.levels.items():
        expected.append(("h2", name.in_(language)))
        for element in catalogue.elements.values():
            if element.level == level:
                expected.append(("h3", f"{element.number}. {element.name.in_(language)}"))
    found = headings(page_of(app, id, language))
    assert [tag for tag, _ in found].count("h1") == 1
    assert found[1:] == expected


@pytest.mark.parametrize(("id", "language"), CASES)
def test_each_element_has_its_need_its_skill_and_its_offerings(
    app: App, id: str, language: Language
) -> None:
    offerings = [o for o in app.catalogue.school(id).offerings if o.use is None]
    for element, section in sections(app, page_of(app, id, language)).items():
        described = app.catalogue.elements[element]
        assert escape(described.need.in_(language)) in section
        assert escape(described.skill.in_(language)) in section
        here = [o for o in offerings if element in o.elements]
        assert section.count("\n- **") == len(here)
        for offering in here:
            assert f"**{escape(offering.title.in_(language))}**" in section
            assert escape(offering.first_step.in_(language))[1:] in section
            link = uri(offering.access.url or offering.source).replace("&", "&amp;")
            assert f"(<{link}>)" in section


@pytest.mark.parametrize("use", ["crisis", "hidden"])
def test_what_is_hidden_or_for_danger_is_not_in_it(app: App, use: str) -> None:
    school = app.catalogue.schools["voorbeeld"]
    first, *others = school.offerings
    changed = (first.model_copy(update={"use": use}), *others)
    schools = {**app.catalogue.schools, "voorbeeld": replace(school, offerings=changed)}
    page = for_teachers(replace(app.catalogue, schools=schools), "voorbeeld", app.translators["nl"])
    assert escape(first.title.nl) not in page
    assert escape(others[0].title.nl) in page


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_element_without_offerings_says_so(app: App, language: Language) -> None:
    empty = replace(app.catalogue.schools["leiden"], offerings=())
    catalogue = replace(app.catalogue, schools={"leiden": empty})
    page = for_teachers(catalogue, "leiden", app.translators[language])
    nothing = "nog geen aanbod" if language == "nl" else "no offering of this school"
    assert page.count(nothing) == len(catalogue.elements) == 16


def test_words_of_the_catalogue_stay_words(app: App) -> None:
    bad = "# *a* [b](c) <script>\n- d"
    school = app.catalogue.schools["voorbeeld"]
    titled = tuple(
        o.model_copy(update={"title": Localised(nl=bad, en=bad)}) for o in school.offerings
    )
    schools = {"voorbeeld": replace(school, offerings=titled)}
    page = for_teachers(replace(app.catalogue, schools=schools), "voorbeeld", app.translators["en"])
    assert "<script" not in PARSER.render(page)
    assert headings(page) == headings(page_of(app, "voorbeeld", "en"))


def test_an_unknown_school_is_a_key_error(app: App) -> None:
    with pytest.raises(KeyError):
        page_of(app, "nowhere", "nl")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("--format json --for teachers", "--format markdown"),
        ("--format xlsx --for teachers --institution leiden", "--format markdown"),
        ("--format markdown --for teachers", "--institution"),
        ("--format markdown --for teachers --institution nowhere", "nowhere"),
    ],
)
def test_what_cannot_be_done_is_said(
    capsys: pytest.CaptureFixture[str], arguments: str, said: str
) -> None:
    with pytest.raises(SystemExit) as done:
        main(["export", *arguments.split(), "--lang", "en"])
    assert done.value.code == 2
    assert said in capsys.readouterr().err
