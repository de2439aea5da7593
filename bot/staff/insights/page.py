"""The insights as one page for a report; see `bot.staff.page`."""

from __future__ import annotations

import datetime as dt
import html
from collections.abc import Mapping, Sequence
from pathlib import Path

from babel.dates import format_date

from bot.staff.insights.count import BROUGHT, BY_MONTH, TABLES, Band, Insights, Row, Say, Sent
from bot.staff.insights.plot import Span, bars, by_month
from bot.staff.insights.table import (
    LOCALES,
    bands_in,
    period,
    sections,
    shown,
    tip_name,
    untouched,
)
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


def as_page(
    found: Sequence[Insights],
    say: Say,
    language: Language,
    today: dt.date,
    in_the_end: Text | None = None,
) -> str:
    """A complete HTML document about one or more institutions.

    `say` puts texts into this language; everything it says is escaped here. `in_the_end` is what is
    said once, below all institutions.
    """
    safe = escaping(say)
    about = {one.school: safe(FromCatalogue("institution", one.school)) for one in found}
    schools = (_school(one, about[one.school], safe, language) for one in found)
    last = f"<p>{safe(in_the_end)}</p>\n" if in_the_end is not None else ""
    return document(
        safe(text("insights.page-title")),
        safe(text("insights.intro")),
        about,
        language,
        today,
        contents=safe(text("coverage.contents")),
        body=f"{''.join(schools)}{last}{_reading(safe)}",
        style=_STYLE,
    )


def _school(found: Insights, name: str, safe: Say, language: Language) -> str:
    parts = [
        f'<section class="school" id="{found.school}">\n<h2>{name}</h2>\n'
        f'<p class="soft">{safe(period(found, language))}</p>\n'
    ]
    if found.is_national:
        national = safe(text("insights.national"))
        parts.append(f"<p>{national}</p>\n")
    if not found.is_empty:
        parts += [_figures(found.total, safe), _months(found, name, safe, language)]
        parts += [_table(found, name, title, columns, safe) for title, columns in TABLES]
        parts.append(_tips(found.tips, name, safe))
        if found.untouched:
            parts.append(f"<p>{safe(untouched(found))}</p>\n")
    return "".join((*parts, "</section>\n"))


def _figures(total: Row, safe: Say) -> str:
    figures = [
        (text("insights.figure-suggested"), shown(total.numbers["suggested"])),
        (text("insights.figure-promised"), _with_share(total, "promised")),
        (text("insights.figure-done"), _with_share(total, "done")),
    ]
    if (helped := total.share("helped")) is not None:
        figures.append((text("insights.figure-helped"), f"{helped}%"))
    listed = "".join(
        f"<div><dt>{safe(label)}</dt><dd>{number}</dd></div>\n" for label, number in figures
    )
    return f'<dl class="figures">\n{listed}</dl>\n'


def _with_share(row: Row, name: str) -> str:
    """A number, and after it in small what part it is."""
    share = row.share(name)
    number = html.escape(shown(row.numbers[name]))
    return number if share is None else f"{number} <small>({share}%)</small>"


def _months(found: Insights, name: str, safe: Say, language: Language) -> str:
    heading = safe(text("insights.by-month"))
    plot = by_month(
        [(month, _month(month, "LLL", language)) for month in found.months],
        [found.monthly[one] for one in BY_MONTH],
        [Span(b.entry.title.in_(language), b.first, b.last) for b in found.bands],
        " ".join((safe(text("insights.plot")), name)),
    )
    heads = _heads(safe(text("insights.month")), [safe(BROUGHT[one]) for one in BY_MONTH])
    if found.bands:
        heads += column_head(safe(text("insights.calendar")), "words")
    rows = []
    for at, month in enumerate(found.months):
        cells = "".join(_number(html.escape(shown(found.monthly[n][at]))) for n in BY_MONTH)
        if found.bands:
            then = (_title(band, language) for band in bands_in(found, month))
            cells += f'<td class="words">{"<br>".join(then)}</td>'
        label = _month(month, "LLLL y", language)
        rows.append(f'<tr><th scope="row">{label}</th>{cells}</tr>\n')
    box = safe(text("insights.plot-box"))
    table = in_box(
        f"{heading}, {name}",
        "",
        safe(text("insights.caption")),
        f"<thead>\n<tr>{heads}</tr>\n</thead>\n<tbody>\n{''.join(rows)}</tbody>\n",
    )
    return (
        f"<div>\n<h3>{heading}</h3>\n{_keys(safe)}"
        f'<div class="scroll" role="region" tabindex="0" aria-label="{box}, {name}">\n'
        f'{plot}</div>\n<div class="next">\n{table}</div>\n</div>\n'
    )


def _title(band: Band, language: Language) -> str:
    return html.escape(band.entry.title.in_(language))


def _month(month: dt.date, form: str, language: Language) -> str:
    return html.escape(format_date(month, form, locale=LOCALES[language]))


def _keys(safe: Say) -> str:
    """Which bar is what."""
    keys = "".join(
        f'<li><span class="key-{at}"></span>{safe(BROUGHT[name])}</li>'
        for at, name in enumerate(BY_MONTH)
    )
    no_bar = safe(text("insights.no-bar"))
    return f'<ul class="keys">{keys}<li>{no_bar}</li></ul>\n'


def _table(found: Insights, name: str, title: Text, columns: Mapping[str, Text], safe: Say) -> str:
    """By element and by offering; of what it led to with a plot in each row."""
    parts = list(sections(found, columns))
    if not parts:
        return ""
    has_plots = columns is BROUGHT
    labels = [safe(label) for label in columns.values()]
    heads = _heads(safe(text("insights.what")), labels)
    if has_plots:
        heads += column_head(safe(text("insights.in-bars")))
    body = []
    for head, rows in parts:
        most = max((row.numbers[one].least for _, row in rows for one in BY_MONTH), default=0)
        lines = [group(safe(head), len(columns) + 1 + has_plots)]
        for named, row in rows:
            cells = "".join(_number(_with_share(row, one)) for one in columns)
            if has_plots:
                plot = bars([row.numbers[one] for one in BY_MONTH], most)
                cells += f'<td class="plot">{plot}</td>'
            lines.append(f'<tr><th scope="row">{safe(named)}</th>{cells}</tr>\n')
        body.append(f"<tbody>\n{''.join(lines)}</tbody>\n")
    return sheet(safe(title), name, safe(text("insights.caption")), heads, body)


def _tips(tips: Sequence[Sent], name: str, safe: Say) -> str:
    if not tips:
        return ""
    heads = _heads(safe(text("insights.what")), [safe(text("insights.sent"))])
    rows = "".join(
        f'<tr><th scope="row">{safe(tip_name(sent.tip))}</th>'
        f"{_number(html.escape(shown(sent.number)))}</tr>\n"
        for sent in tips
    )
    caption = safe(text("insights.caption"))
    return sheet(safe(text("insights.tips")), name, caption, heads, [f"<tbody>\n{rows}</tbody>\n"])


def _heads(first: str, numbers: Sequence[str]) -> str:
    return column_head(first) + "".join(column_head(label, "n") for label in numbers)


def _number(shown: str) -> str:
    return f"<td>{shown}</td>"


def _reading(safe: Say) -> str:
    terms = (
        (text("insights.term-small"), text("insights.means-small")),
        (text("insights.term-between"), text("insights.means-between")),
        (text("insights.term-left-out"), text("insights.means-left-out")),
        (text("insights.term-share"), text("insights.means-share")),
        (text("insights.term-element"), text("insights.means-element")),
        (text("insights.term-months"), text("insights.means-months")),
    )
    return explained(safe(text("coverage.counting")), {safe(t): safe(m) for t, m in terms})
