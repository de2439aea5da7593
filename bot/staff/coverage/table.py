"""The counts in a terminal: elements by level, needs by theme, and the findings in sentences."""

from __future__ import annotations

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text as RichText

from bot.staff.coverage.count import Coverage, Say, findings
from bot.staff.titled_table import titled_table
from bot.text import Arg, FromCatalogue, Language, Text, text

_BAR = 8
# From here on, what an element gives and asks has columns of its own.
_WIDE = 120


def print_table(found: Coverage, say: Say, language: Language, console: Console) -> None:
    """Prints it as wide as the console is. `say` puts texts into this language."""
    school = say(FromCatalogue("institution", found.school))
    console.print(RichText(say(text("coverage.title", school=school)), style="bold"))
    console.print(_plain(say, status_in_words(found)))
    block = "#" if console.options.ascii_only else "█"
    console.print(_elements(found, say, language, block, wide=console.width >= _WIDE))
    console.print(_needs(found, say))
    console.print(RichText(say(text("coverage.findings")), style="bold"))
    sentences = Table.grid(padding=(0, 1))
    for finding in findings(found):
        sentences.add_row("-", _plain(say, finding))
    console.print(sentences)


def status_in_words(found: Coverage) -> Text:
    """How sure the facts are, as a sentence."""
    match found.status:
        case "confirmed":
            return text("coverage.status-confirmed")
        case "example":
            return text("coverage.status-example")
    return text("coverage.status-compiled")


def _elements(found: Coverage, say: Say, language: Language, block: str, *, wide: bool) -> Table:
    table = titled_table(say(text("coverage.elements")))
    table.add_column(say(text("coverage.element")), ratio=3 if wide else None, overflow="fold")
    if wide:
        table.add_column(say(text("coverage.gives")), ratio=3)
        table.add_column(say(text("coverage.asks")), ratio=4)
    table.add_column(say(text("coverage.own")), justify="right", no_wrap=True)
    table.add_column("", width=_BAR, no_wrap=True)
    table.add_column(say(text("coverage.national")), justify="right", no_wrap=True)
    most = max((row.tally.own for row in found.elements), default=0)
    for level in found.levels:
        table.add_row(RichText(level.name.in_(language), style="bold"))
        for row in level.elements:
            name = FromCatalogue("element", row.id)
            gives = FromCatalogue("element", row.id, "need")
            asks = FromCatalogue("element", row.id, "skill")
            about = (
                [_plain(say, name), _plain(say, gives), _plain(say, asks)]
                if wide
                else [
                    _plain(say, name)
                    .append("\n" + say(text("coverage.gives-line", need=gives)), style="dim")
                    .append("\n" + say(text("coverage.asks-line", skill=asks)), style="dim")
                ]
            )
            table.add_row(
                *about,
                _count(row.tally.own),
                RichText(_bar(row.tally.own, most, block), style="cyan"),
                str(row.tally.national),
            )
        table.add_section()
    return table


def _bar(count: int, most: int, block: str) -> str:
    """At least one block for anything at all."""
    return block * (count and max(1, round(_BAR * count / most)))


def _needs(found: Coverage, say: Say) -> Table:
    table = titled_table(say(text("coverage.needs")))
    table.add_column(say(text("coverage.need")), ratio=1, overflow="fold")
    for heading in (
        text("coverage.own"),
        text("coverage.national"),
        text("coverage.english"),
        text("coverage.low"),
    ):
        table.add_column(say(heading), justify="right", max_width=9, overflow="fold")
    if several := len(found.locations) > 1:
        table.add_column(
            say(text("coverage.locations")), justify="right", max_width=9, overflow="fold"
        )
    for theme in found.themes:
        table.add_row(RichText(say(FromCatalogue("theme", theme.id)), style="bold"))
        for row in theme.needs:
            tally = row.tally
            reached = sum(count > 0 for count in tally.by_location.values())
            where = text("coverage.some-of", some=reached, all=len(found.locations))
            table.add_row(
                Padding(_plain(say, FromCatalogue("need", row.id)), (0, 0, 0, 2)),
                _count(tally.own),
                str(tally.national),
                str(tally.english),
                str(tally.low_threshold),
                *([say(where)] if several else []),
            )
        table.add_section()
    return table


def _count(own: int) -> RichText:
    return RichText(str(own), style="" if own else "bold red")


def _plain(say: Say, said: Arg) -> RichText:
    """As it stands: what looks like mark-up in a title is no mark-up."""
    return RichText(say(said))
