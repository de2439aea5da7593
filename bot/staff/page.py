"""What every page for a report has: to read on a screen or a phone, and to print on A4.

A page stands on its own: its style is inside it, it loads nothing and runs nothing. All that comes
in here as HTML is escaped already.
"""

from __future__ import annotations

import datetime as dt
import html
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from babel.dates import format_date

from bot.text import Arg, Language

Say = Callable[[Arg], str]

_STYLE = Path(__file__).with_suffix(".css")
_DATES = {"nl": "nl", "en": "en_GB"}


def escaping(say: Say) -> Say:
    """The same, of which everything it says can stand in HTML."""
    return lambda said: html.escape(say(said))


def document(
    title: str,
    intro: str,
    about: Mapping[str, str],
    language: Language,
    today: dt.date,
    *,
    contents: str,
    body: str,
    style: Path,
) -> str:
    """A complete HTML document. `about` are the names of the institutions on it, by id.

    `contents` is what the links to their sections are called; `style` holds what is of this kind of
    page only.
    """
    date = html.escape(format_date(today, "d MMMM y", locale=_DATES[language]))
    css = _STYLE.read_text(encoding="utf-8") + style.read_text(encoding="utf-8")
    return (
        f'<!doctype html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}: {', '.join(about.values())}</title>\n"
        f"<style>\n{css}</style>\n</head>\n<body>\n"
        f'<header>\n<p class="mark">Wegwijs</p>\n<h1>{title}</h1>\n'
        f'<p class="soft">{date}</p>\n<p>{intro}</p>\n{_contents(about, contents)}</header>\n'
        f"<main>\n{body}</main>\n</body>\n</html>\n"
    )


def _contents(about: Mapping[str, str], label: str) -> str:
    """Links to the sections of these institutions, which have their ids; nothing for one only."""
    if len(about) < 2:
        return ""
    items = "".join(f'<li><a href="#{id}">{name}</a></li>' for id, name in about.items())
    return f'<nav aria-label="{label}"><ul>{items}</ul></nav>\n'


def column_head(label: str, kind: str = "") -> str:
    """The head of a column; `kind` is a class of the style."""
    named = f' class="{kind}"' if kind else ""
    return f'<th scope="col"{named}>{label}</th>'


def group(label: str, width: int) -> str:
    """A row as wide as the table, above the rows that belong together."""
    return f'<tr><th scope="rowgroup" colspan="{width}"><span>{label}</span></th></tr>\n'


def in_box(label: str, kind: str, caption: str, rows: str) -> str:
    """A table that scrolls in its own box, which the keyboard can reach."""
    named = f' class="{kind}"' if kind else ""
    return (
        f'<div class="scroll" role="region" tabindex="0" aria-label="{label}">\n'
        f"<table{named}>\n<caption><span>{caption}</span></caption>\n{rows}</table>\n</div>\n"
    )


def sheet(heading: str, name: str, caption: str, heads: str, body: Iterable[str]) -> str:
    """One table about the institution with this name, on a sheet of its own in print."""
    rows = f"<thead>\n<tr>{heads}</tr>\n</thead>\n{''.join(body)}"
    table = in_box(f"{heading}, {name}", "", caption, rows)
    return f'<div class="sheet">\n<h3>{heading}</h3>\n{table}</div>\n'


def explained(heading: str, terms: Mapping[str, str]) -> str:
    """What the words of the page mean."""
    listed = "".join(f"<dt>{term}</dt><dd>{meaning}</dd>\n" for term, meaning in terms.items())
    return f'<section class="counting">\n<h2>{heading}</h2>\n<dl>\n{listed}</dl>\n</section>\n'
