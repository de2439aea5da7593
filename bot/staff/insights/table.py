"""The insights in a terminal: what it brought, what stood in the way, and month by month."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Literal

from babel.dates import format_date
from rich.console import Console
from rich.table import Table
from rich.text import Text as RichText

from bot.catalogue import Tip
from bot.staff.insights.count import BROUGHT, BY_MONTH, TABLES, Band, Insights, Row, Say, Sent
from bot.staff.insights.suppress import HIDDEN, LEAST, Number
from bot.staff.titled_table import titled_table
from bot.text import Arg, FromCatalogue, Language, Several, Text, text

Section = tuple[Text, list[tuple[Arg, Row]]]  # a heading, and the rows below it by name

LEFT_OUT = "–"
LOCALES = {"nl": "nl", "en": "en_GB"}


def print_table(found: Insights, say: Say, language: Language, console: Console) -> None:
    """Prints it as wide as the console is. `say` puts texts into this language."""
    name = say(FromCatalogue("institution", found.school))
    console.print(RichText(say(text("insights.of-school", school=name)), style="bold"))
    console.print(RichText(say(period(found, language))))
    if found.is_national:
        console.print(RichText(say(text("insights.national"))))
    if found.is_empty:
        return
    for title, columns in TABLES:
        if parts := list(sections(found, columns)):
            console.print(_rows(parts, title, columns, say))
    console.print(_months(found, say, language))
    if found.tips:
        console.print(_tips(found.tips, say))
    if found.untouched:
        console.print(RichText(say(untouched(found))))
    console.print(RichText(say(text("insights.legend")), style="dim"), "")


def _rows(parts: Iterable[Section], title: Text, columns: Mapping[str, Text], say: Say) -> Table:
    table = _table(say(title), "", *(say(label) for label in columns.values()))

    for head, rows in parts:
        table.add_row(RichText(say(head), style="bold"))
        for name, row in rows:
            table.add_row(RichText(say(name)), *(cell(row, column) for column in columns))
        table.add_section()
    return table


def _months(found: Insights, say: Say, language: Language) -> Table:
    heads = (*(say(BROUGHT[name]) for name in BY_MONTH), say(text("insights.calendar")))
    table = _table(say(text("insights.by-month")), "", *heads[:-1])
    table.add_column(heads[-1], ratio=1, overflow="fold")
    for at, month in enumerate(found.months):
        numbers = (shown(found.monthly[name][at]) for name in BY_MONTH)
        then = "\n".join(band.entry.title.in_(language) for band in bands_in(found, month))
        table.add_row(RichText(month_name(month, language)), *numbers, RichText(then))
    return table


def _tips(tips: Iterable[Sent], say: Say) -> Table:
    table = _table(say(text("insights.tips")), "", say(text("insights.sent")))
    for sent in tips:
        table.add_row(RichText(say(tip_name(sent.tip))), shown(sent.number))
    return table


def _table(title: str, first: str, *heads: str) -> Table:
    table = titled_table(title)
    table.add_column(first, ratio=1, overflow="fold")
    for head in heads:
        table.add_column(head, justify="right", max_width=11, overflow="fold")
    return table


def sections(found: Insights, columns: Collection[str]) -> Iterator[Section]:
    """What a table with these columns has under each heading: rows with their names.

    A row in which nothing was counted is not there.
    """
    whole: Arg = text("insights.all")
    for head, rows in (
        (text("insights.together"), [(whole, found.total)]),
        (text("insights.by-element"), _named("element", "name", found.elements)),
        (text("insights.by-offering"), _named("offering", "title", found.offerings)),
    ):
        counted = [(name, row) for name, row in rows if any(row.numbers[c].most for c in columns)]
        if counted:
            yield head, counted


def _named(
    kind: Literal["element", "offering"], field: str, rows: Iterable[Row]
) -> list[tuple[Arg, Row]]:
    return [(FromCatalogue(kind, row.id, field), row) for row in rows]


def tip_name(tip: Tip) -> Text:
    """The offering and the theme it is about, and the id by which `tips preview` has it."""
    return text(
        "insights.tip",
        offering=FromCatalogue("offering", tip.offering, "title"),
        theme=FromCatalogue("theme", tip.theme),
        id=tip.id,
    )


def bands_in(found: Insights, month: dt.date) -> list[Band]:
    """What is in the calendar in this month."""
    return [b for b in found.bands if b.first.replace(day=1) <= month <= b.last]


def period(found: Insights, language: Language) -> Text:
    """From which month to which month, as a sentence; where nothing was counted it says that."""
    first, last = (month_name(month, language) for month in (found.months[0], found.months[-1]))
    if found.is_empty:
        return text("insights.nothing", first=first, last=last)
    return text("insights.period", first=first, last=last)


def untouched(found: Insights) -> Text:
    """The offerings of which nothing was counted, as a sentence."""
    titles = (FromCatalogue("offering", id, "title") for id in found.untouched)
    named = Several(tuple(text("insights.quoted", what=title) for title in titles))
    return text("insights.untouched", titles=named)


def month_name(month: dt.date, language: Language) -> str:
    return format_date(month, "LLLL y", locale=LOCALES[language])


def shown(number: Number | None) -> str:
    """A number as it stands in a table: 12, <10, 21–29, or a dash where it is left out."""
    if number is None:
        return LEFT_OUT
    if number.is_exact:
        return str(number.least)
    return f"<{LEAST}" if number == HIDDEN else f"{number.least}–{number.most}"


def cell(row: Row, name: str) -> str:
    """A number with its share, where it has one: 40 (33%)."""
    share = row.share(name)
    return shown(row.numbers[name]) + (f" ({share}%)" if share is not None else "")
