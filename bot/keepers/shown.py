"""The catalogue, shown: what an institution offers, and what students see of it."""

from __future__ import annotations

import argparse
from typing import Any

from rich.console import Console

from bot.app import now, put_together, read_everything
from bot.catalogue import Catalogue
from bot.command import GOOD, MISUSED, complain, leave, translator_of
from bot.keepers.options import of_path, schools_asked_for, write_out
from bot.settings import Settings, SettingsError


def coverage_command(options: argparse.Namespace, settings: Settings) -> int:
    """Each institution as a table, or all on one page for a report."""
    from bot.staff.coverage.count import coverage
    from bot.staff.coverage.page import as_page
    from bot.staff.coverage.table import print_table

    catalogue = read_everything(settings).catalogue
    schools = schools_asked_for(options, settings, catalogue)
    if schools is None:
        return MISUSED
    translator = translator_of(settings)
    found = [coverage(catalogue, school) for school in schools]

    def say(what: Any) -> str:
        return translator.say(what, catalogue)

    if options.html is not None:
        page = as_page(found, say, settings.language, now().date())
        return write_out(options.html, page.encode(), settings)
    console = Console(highlight=False, emoji=False)
    for one in found:
        print_table(one, say, settings.language, console)
    return GOOD


def preview_command(options: argparse.Namespace, settings: Settings) -> int:
    """Serves until it is stopped."""
    from bot.staff.explain import explain
    from bot.staff.preview import Bot, Preview, Watched, serve
    from bot.words import load_translators

    settings = of_path(options, settings)
    translator = translator_of(settings)

    def around(catalogue: Catalogue) -> Bot:
        app = put_together(settings, catalogue)
        return Bot(app.world, lambda message: explain(message, app.understanding.ready()))

    watched = Watched(settings.catalogue, lambda: read_everything(settings), around)
    preview = Preview(watched, load_translators(settings.locales), settings.language)
    try:
        serve(preview, "127.0.0.1", options.port, lambda what: complain(what, translator))
    except SettingsError as error:
        complain(error.text, translator)
        return MISUSED
    leave(GOOD)
