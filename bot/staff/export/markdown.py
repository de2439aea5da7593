"""A page for a website: by institution, theme and need, everything that a student can turn to."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from babel.dates import format_date

from bot.catalogue import NATIONAL, Catalogue, Institution, Need, Offering, School, Theme
from bot.staff.export import (
    about_data,
    cost,
    for_whom,
    in_months,
    published,
    uri,
)
from bot.text import Several, Text, text
from bot.words import Translator, language_name

# What may mean something in Markdown: anywhere, and only at the start of a line.
_ANYWHERE = re.compile(r"[\\`*_\[\]<>&~|#$!]")
_AT_START = re.compile(r"^(\d*)([-+=.)])")


@dataclass(frozen=True)
class Page:
    """What every part of a page is written with."""

    catalogue: Catalogue
    words: Translator

    def say(self, *texts: Text | None) -> str:
        """The texts one after the other, escaped."""
        return escape(" ".join(self.words.say(said, self.catalogue) for said in texts if said))


@dataclass(frozen=True)
class _Section:
    """A need with what answers it: first what is described here, then what is elsewhere."""

    need: Need
    described: tuple[Offering, ...]
    elsewhere: tuple[Offering, ...]


@dataclass(frozen=True)
class _Chapter:
    """A school, with the themes and needs for which it has something."""

    school: School
    themes: tuple[tuple[Theme, tuple[_Section, ...]], ...]


def as_markdown(catalogue: Catalogue, school_id: str | None, words: Translator) -> str:
    """The page, in the language of `words`. Each offering is described once, at its strongest need.

    At its other needs there is a link to it. What is only for danger stands at the start, with the
    national lines. Headings have anchors of their own, so that links work wherever the page is
    shown. `school_id` None means all institutions and the national one; see `published`. Raises
    KeyError for an unknown institution.
    """
    schools = published(catalogue, school_id)
    page = Page(catalogue, words)
    chapters = [_chapter(school, catalogue) for school in schools]
    blocks = ["# " + page.say(text("export.title"))]
    blocks += _danger(schools, page)
    blocks += ["## " + page.say(text("export.contents")), _contents(chapters, page)]
    for chapter in chapters:
        blocks += _written(chapter, page)
    return "\n\n".join(blocks) + "\n"


def escape(written: str) -> str:
    """On one line, with a backslash before what Markdown would take as its own."""
    line = _ANYWHERE.sub(r"\\\g<0>", " ".join(written.split()))
    return _AT_START.sub(r"\1\\\2", line)


def website(offering: Offering, page: Page) -> str:
    """A link to where a student reads more, or else to where its facts come from."""
    url = uri(offering.access.url or offering.source).replace("&", "&amp;")
    label = page.say(text("export.page"))
    return f"[{label}](<{url}>)"


def _chapter(school: School, catalogue: Catalogue) -> _Chapter:
    offerings = [offering for offering in school.offerings if offering.use is None]
    themes = []
    for theme in catalogue.themes.values():
        sections = (_section(catalogue.needs[id], offerings) for id in theme.needs)
        filled = tuple(s for s in sections if s.described or s.elsewhere)
        if filled:
            themes.append((theme, filled))
    return _Chapter(school, tuple(themes))


def _section(need: Need, offerings: Sequence[Offering]) -> _Section:
    answering = sorted(
        (offering for offering in offerings if need.id in offering.needs),
        key=lambda offering: offering.needs.index(need.id),
    )
    return _Section(
        need,
        tuple(offering for offering in answering if offering.needs[0] == need.id),
        tuple(offering for offering in answering if offering.needs[0] != need.id),
    )


def _danger(schools: Sequence[School], page: Page) -> Iterator[str]:
    own = [school for school in schools if school.institution.id != NATIONAL]
    found = [
        (offering, school.institution)
        for school in (page.catalogue.national, *own)
        for offering in school.offerings
        if offering.use == "crisis"
    ]
    if found:
        yield "## " + page.say(text("button.now"))
    for offering, institution in found:
        yield from _described(offering, institution, page, level=3)


def _contents(chapters: Sequence[_Chapter], page: Page) -> str:
    language, lines = page.words.language, list[str]()
    for chapter in chapters:
        institution = chapter.school.institution
        name = escape(institution.name.in_(language))
        lines.append(f"- {_to(_anchor('school', institution), name)}")
        for theme, sections in chapter.themes:
            name = escape(theme.name.in_(language))
            lines.append(f"  - {_to(_anchor('theme', institution, theme), name)}")
            for section in sections:
                name = escape(section.need.name.in_(language))
                lines.append(f"    - {_to(_anchor('need', institution, section.need), name)}")
    return "\n".join(lines)


def _written(chapter: _Chapter, page: Page) -> Iterator[str]:
    language, institution = page.words.language, chapter.school.institution
    yield _heading(2, _anchor("school", institution), institution.name.in_(language))
    if said := page.say(about_data(institution)):
        yield said
    for theme, sections in chapter.themes:
        yield _heading(3, _anchor("theme", institution, theme), theme.name.in_(language))
        for section in sections:
            anchor = _anchor("need", institution, section.need)
            yield _heading(4, anchor, section.need.name.in_(language))
            yield escape(section.need.description.in_(language))
            for offering in section.described:
                yield from _described(offering, institution, page, level=5)
            if section.elsewhere:
                yield page.say(text("export.elsewhere"))
                yield "\n".join(
                    f"- {_to(_anchor('offering', offering), escape(offering.title.in_(language)))}"
                    for offering in section.elsewhere
                )


def _described(
    offering: Offering, institution: Institution, page: Page, level: int
) -> Iterator[str]:
    language = page.words.language
    yield _heading(level, _anchor("offering", offering), offering.title.in_(language))
    yield escape(offering.summary.in_(language))
    said = [page.say(fact) for fact in _facts(offering, institution, page)]
    if limits := page.say(*for_whom(offering, institution, language)):
        said.append(limits)
    said.append(website(offering, page))
    yield "\n".join(f"- {line}" for line in said)


def _facts(offering: Offering, institution: Institution, page: Page) -> Iterator[Text]:
    """A line for each thing that is known."""
    language, access = page.words.language, offering.access
    yield text("advice.step", step=offering.first_step.in_(language))
    if place := _place(offering, institution, page):
        yield text("advice.place", place=place)
    if offering.hours:
        yield text("advice.hours", hours=offering.hours.in_(language))
    if months := in_months(offering, language):
        yield months
    if access.phone:
        yield text("export.phone", numbers=Several(access.phone, "or"))
    if access.email:
        yield text("export.email", email=access.email)
    if offering.languages:
        spoken = tuple(language_name(one, language) for one in offering.languages)
        yield text("export.languages", languages=Several(spoken))
    if said := cost(offering):
        yield said
    if offering.checked:
        on = format_date(offering.checked.on, "long", locale=language)
        yield text("export.checked", on=on)
    if offering.source_year:
        yield text("advice.check-first", year=offering.source_year)


def _place(offering: Offering, institution: Institution, page: Page) -> str:
    """The place, with the cities that it does not name itself."""
    language = page.words.language
    place = offering.place.in_(language) if offering.place else ""
    names = [p.name.in_(language) for p in institution.locations if p.id in offering.locations]
    cities = page.words.say(Several(tuple(name for name in names if name not in place)))
    return f"{place} ({cities})" if place and cities else place or cities


def _heading(level: int, anchor: str, name: str) -> str:
    return f'<a id="{anchor}"></a>\n\n{"#" * level} {escape(name)}'


def _to(anchor: str, label: str) -> str:
    """A link within the page; the label is escaped already."""
    return f"[{label}](#{anchor})"


def _anchor(kind: str, *of: Institution | Theme | Need | Offering) -> str:
    # No id has a dot: so no two of these can be the same.
    return ".".join((kind, *(one.id for one in of)))
