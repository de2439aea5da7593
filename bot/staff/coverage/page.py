"""The counts as one page for a report; see `bot.staff.page`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.staff.coverage.count import Cell, Coverage, Say, Tally, findings
from bot.staff.coverage.table import status_in_words
from bot.staff.page import (
    column_head,
    document,
    escaping,
    explained,
    group,
    in_box,
    sheet,
)
from bot.text import FromCatalogue, Language, Text, text

_STYLE = Path(__file__).with_name("page.css")
# From how many own offerings on a cell is this dark: `heat-0` to `heat-4` in the style.
_HEAT = (0, 1, 2, 3, 5)
_LEGEND = ("0", "1", "2", "3–4", "5+")


@dataclass(frozen=True)
class _Column:
    """A column of a heat map: a theme with all its needs, or one need."""

    name: FromCatalogue
    needs: tuple[str, ...]
    opens_theme: bool = False


def as_page(coverages: Sequence[Coverage], say: Say, language: Language, today: dt.date) -> str:
    """A complete HTML document about one or more institutions.

    `say` puts texts into this language; everything it says is escaped here.
    """
    safe = escaping(say)
    about = {found.school: safe(FromCatalogue("institution", found.school)) for found in coverages}
    schools = (_school(found, about[found.school], safe, language) for found in coverages)
    return document(
        safe(text("coverage.page-title")),
        safe(text("coverage.intro")),
        about,
        language,
        today,
        contents=safe(text("coverage.contents")),
        body=f"{''.join(schools)}{_counting(safe)}",
        style=_STYLE,
    )


def _school(found: Coverage, name: str, safe: Say, language: Language) -> str:
    heading = safe(text("coverage.findings"))
    said = "".join(f"<li>{safe(finding)}</li>\n" for finding in findings(found))
    themes = [
        _Column(FromCatalogue("theme", theme.id), tuple(row.id for row in theme.needs))
        for theme in found.themes
    ]
    needs = [
        _Column(FromCatalogue("need", row.id), (row.id,), opens_theme=row is theme.needs[0])
        for theme in found.themes
        for row in theme.needs
    ]
    return (
        f'<section class="school" id="{found.school}">\n<h2>{name}</h2>\n'
        f'<p class="soft">{safe(status_in_words(found))}</p>\n{_figures(found, safe)}'
        f'<h3>{heading}</h3>\n<ul class="findings">\n{said}</ul>\n'
        f"{_heat_map(found, themes, name, safe, language)}"
        f"{_heat_map(found, needs, name, safe, language)}"
        f"{_elements(found, name, safe, language)}{_needs(found, name, safe)}</section>\n"
    )


def _figures(found: Coverage, safe: Say) -> str:
    total = found.total
    answered = sum(row.tally.own > 0 for row in found.needs)
    supported = sum(row.tally.own > 0 for row in found.elements)
    figures: tuple[tuple[Text, int | Text], ...] = (
        (text("coverage.figure-own"), total.own),
        (text("coverage.figure-needs"), _some_of(answered, len(found.needs))),
        (text("coverage.figure-elements"), _some_of(supported, len(found.elements))),
        (text("coverage.figure-english"), _some_of(total.english, total.own)),
        (text("coverage.figure-low"), _some_of(total.low_threshold, total.own)),
        (text("coverage.figure-national"), total.national),
    )
    shown = "".join(
        f"<div><dt>{safe(label)}</dt><dd>{safe(value)}</dd></div>\n" for label, value in figures
    )
    return f'<dl class="figures">\n{shown}</dl>\n'


def _some_of(some: int, all_: int) -> Text:
    return text("coverage.some-of", some=some, all=all_)


def _heat_map(
    found: Coverage, columns: Sequence[_Column], name: str, safe: Say, language: Language
) -> str:
    """Elements by level against these columns; with a row of themes above columns of one need."""
    fine = any(column.opens_theme for column in columns)
    heads = "".join(
        f'<th scope="col" class="column"><span>{safe(column.name)}</span></th>'
        for column in columns
    )
    element = safe(text("coverage.element"))
    if fine:
        themes = "".join(
            f'<th scope="colgroup" colspan="{len(theme.needs)}">'
            f"{safe(FromCatalogue('theme', theme.id))}</th>"
            for theme in found.themes
        )
        head = (
            f'<tr><th scope="col" rowspan="2" class="corner">{element}</th>{themes}</tr>\n'
            f"<tr>{heads}</tr>"
        )
    else:
        head = f'<tr><th scope="col" class="corner">{element}</th>{heads}</tr>'
    body = []
    for level in found.levels:
        rows = [group(safe(level.name.in_(language)), len(columns) + 1)]
        for row in level.elements:
            cells = "".join(
                _heat_cell(found.cell(row.id, column.needs), safe, opens=column.opens_theme)
                for column in columns
            )
            label = safe(FromCatalogue("element", row.id))
            rows.append(f'<tr><th scope="row">{label}</th>{cells}</tr>\n')
        body.append(f"<tbody>\n{''.join(rows)}</tbody>\n")
    heading = safe(text("coverage.fine-map") if fine else text("coverage.map"))
    caption = safe(text("coverage.fine-caption") if fine else text("coverage.map-caption"))
    label = safe(text("coverage.legend"))
    legend = "".join(f'<li class="heat-{heat}">{shown}</li>' for heat, shown in enumerate(_LEGEND))
    table = in_box(
        f"{heading}, {name}",
        "heat fine" if fine else "heat",
        caption,
        f"<thead>\n{head}\n</thead>\n{''.join(body)}",
    )
    return (
        f'<div class="wide">\n<h3>{heading}</h3>\n{table}'
        f'<ul class="legend" aria-label="{label}">{legend}</ul>\n</div>\n'
    )


def _heat_cell(cell: Cell, safe: Say, *, opens: bool) -> str:
    own, national = len(cell.own), len(cell.national)
    heat = max(step for step, least in enumerate(_HEAT) if own >= least)
    more = f" <small>+{national}</small>" if national else ""
    first = " first" if opens else ""
    return f'<td class="heat-{heat}{first}">{own}{more}</td>'


def _elements(found: Coverage, name: str, safe: Say, language: Language) -> str:
    heads = (
        column_head(safe(text("coverage.element")))
        + column_head(safe(text("coverage.gives")), "words")
        + column_head(safe(text("coverage.asks")), "words")
        + _number_heads(_COUNTS, safe)
    )
    body = []
    for level in found.levels:
        rows = [group(safe(level.name.in_(language)), 3 + len(_COUNTS))]
        for row in level.elements:
            gives = safe(FromCatalogue("element", row.id, "need"))
            asks = safe(FromCatalogue("element", row.id, "skill"))
            rows.append(
                f'<tr><th scope="row">{safe(FromCatalogue("element", row.id))}</th>'
                f"<td>{gives}</td><td>{asks}</td>{_numbers(_counts(row.tally))}</tr>\n"
            )
        body.append(f"<tbody>\n{''.join(rows)}</tbody>\n")
    heading, caption = text("coverage.elements"), text("coverage.elements-caption")
    return sheet(safe(heading), name, safe(caption), heads, body)


def _needs(found: Coverage, name: str, safe: Say) -> str:
    several = found.locations if len(found.locations) > 1 else ()
    places = [FromCatalogue("part", f"{found.school}/{place}") for place in several]
    heads = column_head(safe(text("coverage.need"))) + _number_heads((*_COUNTS, *places), safe)
    body = []
    for theme in found.themes:
        width = 1 + len(_COUNTS) + len(places)
        rows = [group(safe(FromCatalogue("theme", theme.id)), width)]
        for row in theme.needs:
            counts = (*_counts(row.tally), *(row.tally.by_location[place] for place in several))
            rows.append(
                f'<tr><th scope="row">{safe(FromCatalogue("need", row.id))}</th>'
                f"{_numbers(counts)}</tr>\n"
            )
        body.append(f"<tbody>\n{''.join(rows)}</tbody>\n")
    heading, caption = text("coverage.needs"), text("coverage.needs-caption")
    return sheet(safe(heading), name, safe(caption), heads, body)


# The columns that both tables have, and below in the same order what stands in them.
_COUNTS = (
    text("coverage.own"),
    text("coverage.national"),
    text("coverage.dutch-only"),
    text("coverage.english"),
    text("coverage.low"),
    text("coverage.professional"),
)


def _counts(tally: Tally) -> tuple[int, ...]:
    return (
        tally.own,
        tally.national,
        tally.dutch_only,
        tally.english,
        tally.low_threshold,
        tally.professional,
    )


def _number_heads(labels: Iterable[Text | FromCatalogue], safe: Say) -> str:
    return "".join(column_head(safe(label), "n") for label in labels)


def _numbers(counts: Sequence[int]) -> str:
    """Cells with numbers; the first is the own offering, of which nothing stands out."""
    own, *others = counts
    first = f'<td class="{"n" if own else "n none"}">{own}</td>'
    return first + "".join(f'<td class="n">{count}</td>' for count in others)


def _counting(safe: Say) -> str:
    terms = (
        (text("coverage.own"), text("coverage.means-own")),
        (text("coverage.national"), text("coverage.means-national")),
        (text("coverage.dutch-only"), text("coverage.means-language")),
        (text("coverage.low"), text("coverage.means-low")),
        (text("coverage.professional"), text("coverage.means-professional")),
        (text("coverage.locations"), text("coverage.means-locations")),
    )
    return explained(safe(text("coverage.counting")), {safe(t): safe(m) for t, m in terms})
