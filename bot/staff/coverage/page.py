"""The counts as one page for a report: to read on a screen or a phone, and to print on A4.

The page stands on its own: its style is inside it, it loads nothing and runs nothing.
"""

from __future__ import annotations

import datetime as dt
import html
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from babel.dates import format_date

from bot.staff.coverage.count import Cell, Coverage, Say, Tally, findings
from bot.staff.coverage.table import status_in_words
from bot.text import FromCatalogue, Language, Text, text

_STYLE = Path(__file__).with_name("page.css")
# From how many own offerings on a cell is this dark: `heat-0` to `heat-4` in the style.
_HEAT = (0, 1, 2, 3, 5)
_LEGEND = ("0", "1", "2", "3–4", "5+")
_DATES = {"nl": "nl", "en": "en_GB"}


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
    safe = _escaping(say)
    names = [safe(FromCatalogue("institution", found.school)) for found in coverages]
    title = safe(text("coverage.page-title"))
    intro = safe(text("coverage.intro"))
    date = safe(format_date(today, "d MMMM y", locale=_DATES[language]))
    schools = (
        _school(found, name, safe, language) for found, name in zip(coverages, names, strict=True)
    )
    return (
        f'<!doctype html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}: {', '.join(names)}</title>\n"
        f"<style>\n{_STYLE.read_text(encoding='utf-8')}</style>\n</head>\n<body>\n"
        f'<header>\n<p class="mark">Wegwijs</p>\n<h1>{title}</h1>\n'
        f'<p class="soft">{date}</p>\n<p>{intro}</p>\n'
        f"{_contents(coverages, names, safe)}</header>\n"
        f"<main>\n{''.join(schools)}{_counting(safe)}</main>\n</body>\n</html>\n"
    )


def _escaping(say: Say) -> Say:
    return lambda said: html.escape(say(said))


def _contents(coverages: Sequence[Coverage], names: Sequence[str], safe: Say) -> str:
    if len(coverages) < 2:
        return ""
    items = "".join(
        f'<li><a href="#{found.school}">{name}</a></li>'
        for found, name in zip(coverages, names, strict=True)
    )
    label = safe(text("coverage.contents"))
    return f'<nav aria-label="{label}"><ul>{items}</ul></nav>\n'


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
        rows = [_group(safe(level.name.in_(language)), len(columns) + 1)]
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
    table = _in_box(
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
        _head(safe(text("coverage.element")))
        + _head(safe(text("coverage.gives")), "words")
        + _head(safe(text("coverage.asks")), "words")
        + _number_heads(_COUNTS, safe)
    )
    body = []
    for level in found.levels:
        rows = [_group(safe(level.name.in_(language)), 3 + len(_COUNTS))]
        for row in level.elements:
            gives = safe(FromCatalogue("element", row.id, "need"))
            asks = safe(FromCatalogue("element", row.id, "skill"))
            rows.append(
                f'<tr><th scope="row">{safe(FromCatalogue("element", row.id))}</th>'
                f"<td>{gives}</td><td>{asks}</td>{_numbers(_counts(row.tally))}</tr>\n"
            )
        body.append(f"<tbody>\n{''.join(rows)}</tbody>\n")
    heading, caption = text("coverage.elements"), text("coverage.elements-caption")
    return _sheet(safe(heading), name, safe(caption), heads, body)


def _needs(found: Coverage, name: str, safe: Say) -> str:
    several = found.locations if len(found.locations) > 1 else ()
    places = [FromCatalogue("part", f"{found.school}/{place}") for place in several]
    heads = _head(safe(text("coverage.need"))) + _number_heads((*_COUNTS, *places), safe)
    body = []
    for theme in found.themes:
        width = 1 + len(_COUNTS) + len(places)
        rows = [_group(safe(FromCatalogue("theme", theme.id)), width)]
        for row in theme.needs:
            counts = (*_counts(row.tally), *(row.tally.by_location[place] for place in several))
            rows.append(
                f'<tr><th scope="row">{safe(FromCatalogue("need", row.id))}</th>'
                f"{_numbers(counts)}</tr>\n"
            )
        body.append(f"<tbody>\n{''.join(rows)}</tbody>\n")
    heading, caption = text("coverage.needs"), text("coverage.needs-caption")
    return _sheet(safe(heading), name, safe(caption), heads, body)


def _sheet(heading: str, name: str, caption: str, heads: str, body: Iterable[str]) -> str:
    """One table on a sheet of its own in print."""
    all_rows = f"<thead>\n<tr>{heads}</tr>\n</thead>\n{''.join(body)}"
    table = _in_box(f"{heading}, {name}", "", caption, all_rows)
    return f'<div class="sheet">\n<h3>{heading}</h3>\n{table}</div>\n'


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


def _head(label: str, kind: str = "") -> str:
    named = f' class="{kind}"' if kind else ""
    return f'<th scope="col"{named}>{label}</th>'


def _number_heads(labels: Iterable[Text | FromCatalogue], safe: Say) -> str:
    return "".join(_head(safe(label), "n") for label in labels)


def _numbers(counts: Sequence[int]) -> str:
    """Cells with numbers; the first is the own offering, of which nothing stands out."""
    own, *others = counts
    first = f'<td class="{"n" if own else "n none"}">{own}</td>'
    return first + "".join(f'<td class="n">{count}</td>' for count in others)


def _group(label: str, width: int) -> str:
    return f'<tr><th scope="rowgroup" colspan="{width}"><span>{label}</span></th></tr>\n'


def _in_box(label: str, kind: str, caption: str, rows: str) -> str:
    """A table that scrolls in its own box, which the keyboard can reach. All is escaped already."""
    named = f' class="{kind}"' if kind else ""
    return (
        f'<div class="scroll" role="region" tabindex="0" aria-label="{label}">\n'
        f"<table{named}>\n<caption><span>{caption}</span></caption>\n{rows}</table>\n</div>\n"
    )


def _counting(safe: Say) -> str:
    terms = (
        (text("coverage.own"), text("coverage.means-own")),
        (text("coverage.national"), text("coverage.means-national")),
        (text("coverage.dutch-only"), text("coverage.means-language")),
        (text("coverage.low"), text("coverage.means-low")),
        (text("coverage.professional"), text("coverage.means-professional")),
        (text("coverage.locations"), text("coverage.means-locations")),
    )
    listed = "".join(f"<dt>{safe(term)}</dt><dd>{safe(meaning)}</dd>\n" for term, meaning in terms)
    heading = safe(text("coverage.counting"))
    return f'<section class="counting">\n<h2>{heading}</h2>\n<dl>\n{listed}</dl>\n</section>\n'
