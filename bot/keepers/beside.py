"""What is asked of the database, while the bot may run: it is only read, or takes a line too."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, TypeVar

from rich.console import Console

from bot.app import now, read_everything
from bot.catalogue import NATIONAL
from bot.command import BAD, GOOD, MISUSED, complain, is_known, translator_of
from bot.keepers.options import schools_asked_for, write_out
from bot.settings import Settings
from bot.text import Text, text

if TYPE_CHECKING:  # it takes a moment that the other commands can do without
    from bot.reviews import Outcome
    from bot.store.sql import SqlStore

_T = TypeVar("_T")


def insights_command(options: argparse.Namespace, settings: Settings) -> int:
    """The bot may run: its database is only read."""
    from bot.staff.insights import as_page, dropped, insights, print_table, school_year

    translator = translator_of(settings)
    catalogue = read_everything(settings).catalogue
    schools = schools_asked_for(options, settings, catalogue)
    if schools is None:
        return MISUSED
    today = now().date()
    months = school_year(today, options.year)
    if not months:
        complain(text("insights.no-month", year=str(school_year(today)[0].year)), translator)
        return MISUSED
    if not _has_database(settings):
        complain(text("insights.no-database", folder=str(settings.data)), translator)
        return BAD
    kept = _asked(settings, lambda store: store.counts(months[0]))
    if kept is None:
        return BAD
    # What is national, or was dropped, counts for all schools together: it is of no school alone.
    shown = schools if options.institution else (*schools, NATIONAL)
    found = [insights(catalogue, school, kept, months) for school in shown]
    in_the_end = None if options.institution else dropped(kept, months)

    def say(what: Any) -> str:
        return translator.say(what, catalogue)

    if options.html is not None:
        page = as_page(found, say, settings.language, today, in_the_end)
        return write_out(options.html, page.encode(), settings)
    console = Console(highlight=False, emoji=False)
    for one in found:
        print_table(one, say, settings.language, console)
    if in_the_end is not None:
        console.print(say(in_the_end), markup=False)
    return GOOD


def freshness_command(options: argparse.Namespace, settings: Settings) -> int:
    """The bot may run: the database takes a line from another process too."""
    from bot.reviews import settled, wanted_of
    from bot.staff.freshness import OfferingFiles, listed
    from bot.store.port import StaleChatError, Step

    translator = translator_of(settings)
    if not _has_database(settings):
        complain(text("freshness.no-database", folder=str(settings.data)), translator)
        return BAD
    catalogue = read_everything(settings).catalogue
    files = OfferingFiles(settings.catalogue)

    async def do(store: SqlStore) -> tuple[list[Text], list[Outcome]]:
        reviews = await store.reviews()
        if options.action == "list":
            return listed(reviews, catalogue, files, now()), []
        outcomes = files.apply(wanted_of(reviews, catalogue))
        with contextlib.suppress(StaleChatError):  # the bot did it too, at this moment
            await store.commit(Step(None, None, reviews=settled(reviews, outcomes, now())))
        return [one.said for one in outcomes], outcomes

    done = _asked(settings, do)
    if done is None:
        return BAD
    lines, outcomes = done
    for line in lines or [text("freshness.nothing")]:
        print(translator.say(line))
    return GOOD if all(outcome.settled for outcome in outcomes) else BAD


def tips_command(options: argparse.Namespace, settings: Settings) -> int:
    """The bot may run: its database is only read. Without one, only the days are shown."""
    from bot.staff.tips import preview

    translator = translator_of(settings)
    catalogue = read_everything(settings).catalogue
    if not is_known(options.institution, catalogue.schools, translator):
        return MISUSED

    async def states(store: SqlStore) -> list[bytes]:
        return [state for _, state in await store.states()]

    kept: list[bytes] | None = None
    if _has_database(settings):
        kept = _asked(settings, states)
        if kept is None:
            return BAD
    for line in preview(options.institution, catalogue, kept, now().date()):
        print(translator.say(line, catalogue))
    return GOOD


def _has_database(settings: Settings) -> bool:
    from bot.store.files import database_in, exists

    return exists(database_in(settings.data))


def _asked(settings: Settings, ask: Callable[[SqlStore], Awaitable[_T]]) -> _T | None:
    """What the store says; None where it cannot be opened, and then it was told why."""
    from bot.store.port import StoreError
    from bot.store.sql import open_beside

    async def opened() -> _T:
        store = await open_beside(settings.data, settings.key, now)
        try:
            return await ask(store)
        finally:
            await store.close()

    try:
        return asyncio.run(opened())
    except StoreError as error:
        complain(error.text, translator_of(settings))
        return None
