"""The page for a website, read back with a Markdown parser."""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from bot.app import App
from bot.staff.export import uri
from bot.staff.export.markdown import as_markdown, escape
from bot.text import LANGUAGES, Language

PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
CASES = [
    (id, language) for id in (None, "voorbeeld", "hanze", "national") for language in LANGUAGES
]


def _page(app: App, id: str | None, language: Language) -> str:
    return as_markdown(app.catalogue, id, app.translators[language])


def _shown(block: Any) -> str:
    """What a reader sees of a heading or a paragraph."""
    return "".join(child.content for child in block.children or () if child.type == "text")


def _headings(page: str) -> list[tuple[str, str]]:
    tokens = PARSER.parse(page)
    return [(one.tag, _shown(two)) for one, two in pairwise(tokens) if one.type == "heading_open"]


@pytest.mark.parametrize(("id", "language"), CASES)
def test_every_link_within_the_page_arrives_and_anchors_are_single(
    app: App, id: str | None, language: Language
) -> None:
    page = _page(app, id, language)
    anchors = Counter(re.findall(r'<a id="([^"]+)"></a>', page))
    assert set(anchors.values()) == {1}
    targets = set(re.findall(r'href="#([^"]+)"', PARSER.render(page)))
    assert targets <= set(anchors)
    # The contents name every school, theme and need that is there.
    assert {a for a in anchors if not a.startswith("offering.")} <= targets


@pytest.mark.parametrize(("id", "language"), CASES)
def test_each_offering_is_described_once_with_its_facts(
    app: App, id: str | None, language: Language
) -> None:
    page = _page(app, id, language)
    described = re.findall(r'<a id="offering\.([^"]+)"></a>', page)
    schools = [*app.catalogue.schools.values(), app.catalogue.national]
    wanted = {
        offering.id
        for school in schools
        for offering in school.offerings
        if school.institution.id == id
        or (id is None and school.institution.status != "example")
        or (offering.use == "crisis" and school.institution.id == "national")
    }
    assert sorted(described) == sorted(wanted)
    for part in page.split('<a id="offering.')[1:]:
        offering = app.catalogue.offerings[part.partition('"')[0]]
        assert escape(offering.summary.in_(language)) in part
        assert escape(offering.first_step.in_(language))[1:] in part
        assert f"(<{uri(offering.access.url or offering.source)}>)".replace("&", "&amp;") in part
        for fact in (offering.place, offering.hours):
            assert fact is None or escape(fact.in_(language))[1:] in part


@pytest.mark.parametrize(("id", "language"), CASES)
def test_at_every_other_need_there_is_a_link(app: App, id: str | None, language: Language) -> None:
    for section in re.split(r'<a id="(?=need\.)', _page(app, id, language))[1:]:
        _, school, need = section.partition('"')[0].split(".")
        section = re.split(r'<a id="(?:theme|school)\.', section)[0]
        for offering in app.catalogue.school(school).offerings:
            if offering.use is None and need in offering.needs:
                where = (
                    f'<a id="offering.{offering.id}"'
                    if offering.needs[0] == need
                    else (f"(#offering.{offering.id})")
                )
                assert where in section


@pytest.mark.parametrize(("id", "language"), CASES)
def test_headings_are_the_words_of_the_catalogue(
    app: App, id: str | None, language: Language
) -> None:
    catalogue = app.catalogue
    by_tag = {
        "h2": {s.institution.name.in_(language) for s in catalogue.schools.values()}
        | {catalogue.national.institution.name.in_(language)},
        "h3": {theme.name.in_(language) for theme in catalogue.themes.values()},
        "h4": {need.name.in_(language) for need in catalogue.needs.values()},
        "h5": {offering.title.in_(language) for offering in catalogue.offerings.values()},
    }
    headings = _headings(_page(app, id, language))
    assert [tag for tag, _ in headings].count("h1") == 1
    fixed = {"Hulp nu", "Inhoud", "Help now", "Contents"}
    for tag, said in headings[1:]:
        crisis = {o.title.in_(language) for o in catalogue.offerings.values() if o.use}
        assert said in by_tag[tag] | fixed | crisis


def test_danger_comes_first(app: App) -> None:
    tags = [said for _, said in _headings(_page(app, "leiden", "nl"))]
    assert tags[1:4] == ["Hulp nu", "112: direct gevaar", "113 Zelfmoordpreventie"]


def test_an_unknown_school_is_a_key_error(app: App) -> None:
    with pytest.raises(KeyError):
        _page(app, "nowhere", "nl")


@given(st.text(alphabet="ab 1.)#*_`[]()<>&;~|!-+=\\$\n:/", max_size=30) | st.text(max_size=30))
@example("1. a")
@example("# a")
@example("- - -")
@example("&copy; <b>")
@example("---")
def test_a_text_is_shown_as_it_was_written(written: str) -> None:
    tokens = PARSER.parse(escape(written))
    shown = " ".join(written.split()).replace("\x00", "\ufffd")
    if not shown:
        assert not tokens
        return
    assert [token.type for token in tokens] == ["paragraph_open", "inline", "paragraph_close"]
    assert {child.type for child in tokens[1].children or ()} == {"text"}
    assert _shown(tokens[1]) == shown
