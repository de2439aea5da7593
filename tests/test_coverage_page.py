"""The page of `wegwijs coverage`: it stands on its own, and everybody can read it."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest

import bot.staff.coverage.page
import bot.staff.page
from bot.app import App
from bot.catalogue import Catalogue
from bot.catalogue.models import Localised
from bot.staff.coverage import as_page, coverage
from bot.text import LANGUAGES, Arg, Language

TODAY = dt.date(2026, 11, 23)
STYLE = "".join(
    Path(str(module.__file__)).with_suffix(".css").read_text(encoding="utf-8")
    for module in (bot.staff.page, bot.staff.coverage.page)
)
COLOURS = dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{6});", STYLE))
HEATS = range(5)
VOID = {"meta", "br"}
HOSTILE = "<script>alert('x')</script> & \"<img src=x onerror=y>\""


class Outline(HTMLParser):
    """Every element in order, with its attributes, what it is inside of, and its words."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None], tuple[str, ...]]] = []
        self.open: list[str] = []
        self.words: list[str] = []
        self.feed(page)
        self.close()
        assert not self.open, "an element is not closed"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs), tuple(self.open)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.words.append(data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs, _ in self.tags if name == tag]


def page_of(app: App, catalogue: Catalogue, language: Language, *schools: str) -> str:
    def say(what: Arg) -> str:
        return app.translators[language].say(what, catalogue)

    return as_page([coverage(catalogue, id) for id in schools], say, language, TODAY)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("schools", [("leiden",), ("avans", "hanze", "noorderpoort")])
def test_everybody_can_find_the_way_in_it(
    app: App, catalogue: Catalogue, language: Language, schools: tuple[str, ...]
) -> None:
    outline = Outline(page_of(app, catalogue, language, *schools))
    assert outline.all("html") == [{"lang": language}]
    assert len(outline.all("h1")) == len(outline.all("title")) == len(outline.all("main")) == 1
    levels = [int(tag[1]) for tag, *_ in outline.tags if re.fullmatch("h[1-6]", tag)]
    assert all(after <= before + 1 for before, after in pairwise(levels))
    tables = outline.all("table")
    assert len(tables) == 4 * len(schools)
    assert len(outline.all("caption")) == len(tables)
    scopes = {attrs.get("scope") for attrs in outline.all("th")}
    assert scopes == {"col", "row", "colgroup", "rowgroup"}
    boxes = [attrs for attrs in outline.all("div") if attrs.get("role") == "region"]
    assert len(boxes) == len(tables)
    assert all(box["tabindex"] == "0" for box in boxes)
    assert len({box["aria-label"] for box in boxes}) == len(boxes)
    ids = Counter(attrs["id"] for _, attrs, _ in outline.tags if "id" in attrs)
    assert set(ids) == set(schools)
    assert max(ids.values()) == 1
    links = [str(attrs["href"]) for attrs in outline.all("a")]
    assert links == ([f"#{school}" for school in schools] if len(schools) > 1 else [])


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_row_has_all_columns(app: App, catalogue: Catalogue, language: Language) -> None:
    page = page_of(app, catalogue, language, "avans")
    for table in re.findall(r"<table.*?</table>", page, re.DOTALL):
        widths = {
            len(re.findall("<td", row)) + 1
            for row in re.findall(r"<tr>.*?</tr>", table, re.DOTALL)
            if "<td" in row
        }
        (spans,) = {int(n) for n in re.findall(r'scope="rowgroup" colspan="(\d+)"', table)}
        assert widths == {spans}
        assert len(re.findall('scope="col"', table)) == spans


def test_the_numbers_stand_in_the_cells(app: App, catalogue: Catalogue) -> None:
    found = coverage(catalogue, "leiden")
    page = page_of(app, catalogue, "en", "leiden")
    theme_map = page[page.index("<table") : page.index("</table")]
    rows = re.findall(r'<th scope="row">(.*?)</th>(.*?)</tr>', theme_map)
    assert [name for name, _ in rows] == [e.name.en for e in catalogue.elements.values()]
    for element, (_, cells) in zip(catalogue.elements, rows, strict=True):
        shown = [int(n) for n in re.findall(r'<td class="heat-\d">(\d+)', cells)]
        themes = catalogue.themes.values()
        assert shown == [len(found.cell(element, theme.needs).own) for theme in themes]


@pytest.mark.parametrize("heat", HEATS)
def test_every_heat_can_be_read(heat: int) -> None:
    assert contrast(COLOURS[f"heat-{heat}"], COLOURS[f"on-heat-{heat}"]) >= 4.5
    rule = f".heat-{heat} {{ background: var(--heat-{heat}); color: var(--on-heat-{heat}); }}"
    assert rule in STYLE


@pytest.mark.parametrize("colour", ["ink", "soft", "accent"])
@pytest.mark.parametrize("ground", ["paper", "wash"])
def test_all_other_words_can_be_read(colour: str, ground: str) -> None:
    assert contrast(COLOURS[ground], COLOURS[colour]) >= 4.5


def test_more_is_darker() -> None:
    lights = [luminance(COLOURS[f"heat-{heat}"]) for heat in HEATS]
    assert all(more < less * 0.9 for less, more in pairwise(lights))


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_loads_and_runs_nothing(app: App, catalogue: Catalogue, language: Language) -> None:
    page = page_of(app, catalogue, language, *catalogue.schools)
    outline = Outline(page)
    loading = {"script", "link", "img", "iframe", "object", "embed", "video", "audio", "base"}
    assert not loading & {tag for tag, *_ in outline.tags}
    for _, attrs, _ in outline.tags:
        assert "src" not in attrs
        assert not [name for name in attrs if name.startswith("on")]
    assert "http:" not in page
    assert "https:" not in page
    assert "url(" not in page
    assert "@import" not in page


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("school", ["avans", "hanze", "leiden", "noorderpoort", "voorbeeld"])
def test_it_is_light(app: App, catalogue: Catalogue, language: Language, school: str) -> None:
    assert len(page_of(app, catalogue, language, school).encode()) < 300_000


def test_hostile_words_stay_words(app: App, catalogue: Catalogue) -> None:
    bad = Localised(nl=HOSTILE, en=HOSTILE)
    school = catalogue.schools["voorbeeld"]
    offerings = tuple(
        o.model_copy(update={"title": bad, "languages": ()}) for o in school.offerings
    )
    hostile = replace(
        catalogue,
        levels=dict.fromkeys(catalogue.levels, bad),
        elements={
            id: e.model_copy(update={"name": bad, "need": bad, "skill": bad})
            for id, e in catalogue.elements.items()
        },
        needs={id: n.model_copy(update={"name": bad}) for id, n in catalogue.needs.items()},
        themes={id: t.model_copy(update={"name": bad}) for id, t in catalogue.themes.items()},
        offerings={**catalogue.offerings, **{o.id: o for o in offerings}},
        schools={
            "voorbeeld": replace(
                school,
                offerings=offerings,
                institution=school.institution.model_copy(
                    update={
                        "name": bad,
                        "locations": tuple(
                            part.model_copy(update={"name": bad})
                            for part in school.institution.locations
                        ),
                    }
                ),
            )
        },
    )
    usual = Outline(page_of(app, catalogue, "nl", "voorbeeld"))
    page = page_of(app, hostile, "nl", "voorbeeld")
    outline = Outline(page)
    assert "<script" not in page
    assert "<img" not in page
    assert HOSTILE in "".join(outline.words)
    # Bad words add no elements; the one finding more is that no language is known.
    assert abs(len(outline.tags) - len(usual.tags)) <= 5
    assert {tag for tag, *_ in outline.tags} == {tag for tag, *_ in usual.tags}


def test_a_school_without_offerings_has_a_page(app: App, catalogue: Catalogue) -> None:
    empty = replace(catalogue.schools["leiden"], offerings=())
    changed = replace(catalogue, schools={"leiden": empty})
    assert len(Outline(page_of(app, changed, "en", "leiden")).all("table")) == 4


@pytest.mark.parametrize(("language", "date"), [("nl", "23 november"), ("en", "23 November")])
def test_the_date_is_that_of_today(
    app: App, catalogue: Catalogue, language: Language, date: str
) -> None:
    assert f"{date} 2026" in page_of(app, catalogue, language, "hanze")


def contrast(one: str, other: str) -> float:
    """As WCAG computes it: 1 for the same colour, 21 for black on white."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    red, green, blue = (_linear(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)
