"""The commands for who keeps a catalogue: from check and coverage to freshness and schema."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import dataclasses
import gc
import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from rich.console import Console

from bot.app import now, put_together, read_everything
from bot.catalogue import NATIONAL, Catalogue, CatalogueError, Problem, Reading
from bot.command import BAD, GOOD, MISUSED, complain, is_known, leave, mistakes, translator_of
from bot.settings import Settings, SettingsError
from bot.staff.report import FORMS, exit_status, report
from bot.text import Text, text

_SHEETS = ("xlsx", "csv")
_DATA = ("hsds", "json", "markdown", "ics")


def add_commands(commands: Any) -> list[argparse.ArgumentParser]:
    """Add them to the parser of `wegwijs`."""
    check = commands.add_parser("check", help="everything wrong or doubtful in a catalogue")
    _with_folder(check)
    check.add_argument("--format", choices=FORMS, default="text", help="github, json: for programs")
    check.add_argument("--online", action="store_true", help="look whether links still work")
    check.set_defaults(command=_check)

    coverage = commands.add_parser("coverage", help="what an institution offers, and what not")
    _for_institution(coverage)
    coverage.add_argument("--html", type=Path, metavar="FILE", help="write it as a page")
    coverage.set_defaults(command=_coverage)

    insights = commands.add_parser("insights", help="what it brought, in numbers of 10 and more")
    _for_institution(insights)
    insights.add_argument("--year", type=int, metavar="YYYY", help="when the school year began")
    insights.add_argument("--html", type=Path, metavar="FILE", help="write it as a page")
    insights.set_defaults(command=_insights)

    preview = commands.add_parser("preview", help="the catalogue as students see it, as web pages")
    _with_folder(preview)
    preview.add_argument("--port", type=int, default=8765, metavar="N")
    preview.set_defaults(command=_preview)

    new = commands.add_parser("new", help="add something by answering questions")
    new.add_argument("what", choices=["offering"])
    new.set_defaults(command=_new)

    export = commands.add_parser("export", help="as a spreadsheet, open data or a calendar")
    export.add_argument("--format", choices=(*_SHEETS, *_DATA), required=True)
    _for_institution(export)
    export.add_argument(
        "--for", dest="reader", choices=["teachers"], help="a page by element, with markdown"
    )
    export.add_argument("--output", type=Path, metavar="FILE", help="write it here")
    export.set_defaults(command=_export)

    back = commands.add_parser("import", help="a changed spreadsheet, or a school calendar")
    back.add_argument("file", type=Path, help="the .xlsx, .csv or .ics file")
    back.add_argument("--institution", metavar="ID", required=True, help="whose it is")
    back.add_argument("--dry-run", action="store_true", help="only say what would change")
    back.add_argument(
        "--remove", action="store_true", help="offerings without a row go; else that is refused"
    )
    back.set_defaults(command=_import)

    freshness = commands.add_parser("freshness", help="what owners say: is it still right")
    freshness.add_argument(
        "action", nargs="?", choices=["list", "apply"], default="list", help="apply: write it"
    )
    freshness.set_defaults(command=_freshness)

    tips = commands.add_parser("tips", help="when each tip goes out, and to how many students")
    tips.add_argument("action", choices=["preview"])
    tips.add_argument("--institution", metavar="ID", required=True, help="whose tips")
    tips.set_defaults(command=_tips)

    schema = commands.add_parser("schema", help="write the schemas that help an editor")
    schema.set_defaults(command=_schema)
    return [check, coverage, insights, preview, new, export, back, freshness, tips, schema]


def _with_folder(command: argparse.ArgumentParser) -> None:
    command.add_argument("path", nargs="?", type=Path, help="its folder; default: the one in use")


def _for_institution(command: argparse.ArgumentParser) -> None:
    command.add_argument("--institution", metavar="ID", help="only this one")


def _of_path(options: argparse.Namespace, settings: Settings) -> Settings:
    if options.path is None:
        return settings
    return dataclasses.replace(settings, catalogue=options.path)


# ---- is it right -------------------------------------------------------------------------------


def _check(options: argparse.Namespace, settings: Settings) -> int:
    """What is found goes to standard output, the summary to standard error."""
    settings = _of_path(options, settings)
    translator = translator_of(settings)
    gc.disable()  # all that is read is kept to the end: looking for garbage finds none, at a fifth
    try:
        reading = read_everything(settings)
    except CatalogueError as error:
        found, catalogue = list(error.problems), Catalogue.empty()
    else:
        found, catalogue = _doubts(reading, settings, online=options.online), reading.catalogue
    # Beside a pull request the file must be named as in the repository.
    folder = os.path.relpath(settings.catalogue) if options.format == "github" else ""
    said = report(found, options.format, lambda what: translator.say(what, catalogue), folder)
    if said:
        print(said)
    errors = sum(problem.severity == "error" for problem in found)
    if errors:
        complain(mistakes(errors), translator)
    else:
        good = text(
            "cli.catalogue-good",
            institutions=len(catalogue.schools),
            offerings=len(catalogue.offerings),
            needs=len(catalogue.needs),
        )
        complain(good, translator)
    return exit_status(found)


def _doubts(reading: Reading, settings: Settings, *, online: bool) -> list[Problem]:
    from bot.staff.doubts.all import every_doubt
    from bot.staff.doubts.links import dead_links, over_http
    from bot.staff.doubts.translated import changed_lines

    # Git is waited for while the rest is looked at.
    with ThreadPoolExecutor(1) as beside:
        lines = beside.submit(changed_lines, settings.catalogue, reading.documents)
        found = list(every_doubt(reading, lines.result, now().date()))
    if online:
        translator = translator_of(settings)

        def tell(done: int, total: int) -> None:
            complain(text("check.online", done=done, total=total), translator)

        async def look() -> list[Problem]:
            async with over_http() as fetch:
                return await dead_links(reading, fetch, tell)

        found += asyncio.run(look())
    return found


# ---- what there is -----------------------------------------------------------------------------


def _schools(
    options: argparse.Namespace, settings: Settings, catalogue: Catalogue, *others: str
) -> tuple[str, ...] | None:
    """Those that were asked for; None where there is no such one."""
    known = (*catalogue.schools, *others)
    if not is_known(options.institution, known, translator_of(settings)):
        return None
    return (options.institution,) if options.institution else tuple(catalogue.schools)


def _coverage(options: argparse.Namespace, settings: Settings) -> int:
    from bot.staff.coverage.count import coverage
    from bot.staff.coverage.page import as_page
    from bot.staff.coverage.table import print_table

    catalogue = read_everything(settings).catalogue
    schools = _schools(options, settings, catalogue)
    if schools is None:
        return MISUSED
    translator = translator_of(settings)
    found = [coverage(catalogue, school) for school in schools]

    def say(what: Any) -> str:
        return translator.say(what, catalogue)

    if options.html is not None:
        page = as_page(found, say, settings.language, now().date())
        return _written(options.html, page.encode(), settings)
    console = Console(highlight=False, emoji=False)
    for one in found:
        print_table(one, say, settings.language, console)
    return GOOD


def _insights(options: argparse.Namespace, settings: Settings) -> int:
    """The bot may run: its database is only read."""
    from bot.staff.insights import as_page, insights, print_table, school_year
    from bot.store.files import database_in, exists
    from bot.store.port import StoreError
    from bot.store.sql import open_beside

    translator = translator_of(settings)
    catalogue = read_everything(settings).catalogue
    schools = _schools(options, settings, catalogue)
    if schools is None:
        return MISUSED
    today = now().date()
    months = school_year(today, options.year)
    if not months:
        complain(text("insights.no-month", year=str(school_year(today)[0].year)), translator)
        return MISUSED
    if not exists(database_in(settings.data)):
        complain(text("insights.no-database", folder=str(settings.data)), translator)
        return BAD

    async def counts() -> Any:
        store = await open_beside(settings.data, settings.key, now)
        try:
            return await store.counts(months[0])
        finally:
            await store.close()

    try:
        kept = asyncio.run(counts())
    except StoreError as error:
        complain(error.text, translator)
        return BAD
    # What is national counts for all schools together, so it is of no school alone.
    shown = schools if options.institution else (*schools, NATIONAL)
    found = [insights(catalogue, school, kept, months) for school in shown]

    def say(what: Any) -> str:
        return translator.say(what, catalogue)

    if options.html is not None:
        page = as_page(found, say, settings.language, today)
        return _written(options.html, page.encode(), settings)
    console = Console(highlight=False, emoji=False)
    for one in found:
        print_table(one, say, settings.language, console)
    return GOOD


def _preview(options: argparse.Namespace, settings: Settings) -> int:
    from bot.staff.explain import explain
    from bot.staff.preview import Bot, Preview, Watched, serve
    from bot.words import load_translators

    settings = _of_path(options, settings)
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


def _new(options: argparse.Namespace, settings: Settings) -> int:
    from bot.staff.new_offering.dialogue import new_offering
    from bot.staff.new_offering.terminal import asker

    translator = translator_of(settings)
    added = new_offering(settings.catalogue, asker(), print, translator, now().date())
    return GOOD if added else BAD


# ---- in and out --------------------------------------------------------------------------------


def _export(options: argparse.Namespace, settings: Settings) -> int:
    translator = translator_of(settings)
    if options.reader is not None and options.format != "markdown":
        complain(text("export.for-markdown"), translator)
        return MISUSED
    catalogue = read_everything(settings).catalogue
    if _schools(options, settings, catalogue, NATIONAL) is None:
        return MISUSED
    content: bytes
    match options.format:
        case "xlsx" | "csv" as form:
            from bot.staff.sheet.write import export_sheet

            if options.institution is None:
                complain(text("export.which"), translator)
                return MISUSED
            content = export_sheet(settings.catalogue, options.institution, form)
        case "hsds":
            from bot.staff.export.hsds import as_hsds

            services = as_hsds(catalogue, options.institution, now().date(), translator)
            content = _as_json(services)
        case "json":
            from bot.staff.export.model import as_model

            content = _as_json(as_model(catalogue, options.institution))
        case "ics":
            from bot.catalogue.ics import as_ics

            if options.institution is None:
                complain(text("export.which"), translator)
                return MISUSED
            calendar = catalogue.school(options.institution).calendar
            # In the language that was asked for; else both, for a school has students of both.
            content = as_ics(calendar, options.language, now())
        case _:
            from bot.staff.export.markdown import as_markdown
            from bot.staff.export.teachers import for_teachers

            if options.institution is None:
                complain(text("export.which"), translator)
                return MISUSED
            written = for_teachers if options.reader == "teachers" else as_markdown
            content = written(catalogue, options.institution, translator).encode()
    if options.output is not None:
        return _written(options.output, content, settings)
    if options.format == "xlsx" and sys.stdout.isatty():
        complain(text("export.to-a-file"), translator)
        return MISUSED
    sys.stdout.buffer.write(content)
    return GOOD


def _as_json(value: object) -> bytes:
    return (json.dumps(value, indent=2, ensure_ascii=False) + "\n").encode()


def _written(file: Path, content: bytes, settings: Settings) -> int:
    translator = translator_of(settings)
    try:
        file.write_bytes(content)
    except OSError as error:
        complain(text("export.no-file", file=str(file), reason=str(error.strerror)), translator)
        return BAD
    complain(text("export.written", file=str(file)), translator)
    return GOOD


def _import(options: argparse.Namespace, settings: Settings) -> int:
    """Nothing is written where anything is wrong, or on a dry run."""
    from bot.staff.sheet.merge import import_sheet, write_change

    translator = translator_of(settings)
    catalogue = read_everything(settings).catalogue
    if not is_known(options.institution, (*catalogue.schools, NATIONAL), translator):
        return MISUSED
    form = options.file.suffix.lower().removeprefix(".")
    if form == "ics":
        return _import_calendar(options, settings)
    if form not in _SHEETS:
        complain(text("import.which-form", file=str(options.file)), translator)
        return MISUSED
    try:
        content = options.file.read_bytes()
        change = import_sheet(settings.catalogue, options.institution, content, form)
        said: tuple[Text, ...] = change.problems or change.differences
        for line in said:
            print(translator.say(line))
        if change.problems:
            complain(text("import.nothing-written", count=len(change.problems)), translator)
            return BAD
        removed = sum(one.key == "sheet.removed" for one in change.differences)
        if removed and not options.remove and not options.dry_run:
            complain(text("import.would-remove", count=removed), translator)
            return BAD
        if options.dry_run or not change.differences:
            complain(text("import.dry-run", count=len(change.differences)), translator)
            return GOOD
        write_change(settings.catalogue, change)
    except OSError as error:
        file, reason = str(error.filename or options.file), str(error.strerror)
        complain(text("import.no-file", file=file, reason=reason), translator)
        return BAD
    complain(text("import.done", count=len(change.differences)), translator)
    return GOOD


def _import_calendar(options: argparse.Namespace, settings: Settings) -> int:
    """What differs goes to standard output, what could not be taken over to standard error."""
    from bot.staff.calendar_file import import_ics, write_calendar

    translator = translator_of(settings)
    if options.remove:
        complain(text("ics.no-remove"), translator)
        return MISUSED
    try:
        change = import_ics(settings.catalogue, options.institution, options.file.read_bytes())
        for line in change.problems or change.differences:
            print(translator.say(line))
        for remark in change.remarks:
            complain(remark, translator)
        if change.problems:
            complain(text("ics.nothing-written", count=len(change.problems)), translator)
            return BAD
        if options.dry_run or not change.differences:
            complain(text("import.dry-run", count=len(change.differences)), translator)
            return GOOD
        write_calendar(settings.catalogue, change)
    except OSError as error:
        file, reason = str(error.filename or options.file), str(error.strerror)
        complain(text("import.no-file", file=file, reason=reason), translator)
        return BAD
    complain(text("import.done", count=len(change.differences)), translator)
    return GOOD


def _freshness(options: argparse.Namespace, settings: Settings) -> int:
    """The bot may run: the database takes a line from another process too."""
    from bot.reviews import Outcome, settled, wanted_of
    from bot.staff.freshness import OfferingFiles, listed
    from bot.store.port import StaleChatError, Step, StoreError
    from bot.store.sql import open_beside

    translator = translator_of(settings)
    catalogue = read_everything(settings).catalogue
    files = OfferingFiles(settings.catalogue)

    async def do() -> tuple[list[Text], list[Outcome]]:
        store = await open_beside(settings.data, settings.key, now)
        try:
            reviews = await store.reviews()
            if options.action == "list":
                return listed(reviews, catalogue, files, now()), []
            outcomes = files.apply(wanted_of(reviews, catalogue))
            with contextlib.suppress(StaleChatError):  # the bot did it too, at this moment
                await store.commit(Step(None, None, reviews=settled(reviews, outcomes, now())))
            return [one.said for one in outcomes], outcomes
        finally:
            await store.close()

    try:
        lines, outcomes = asyncio.run(do())
    except StoreError as error:
        complain(error.text, translator)
        return BAD
    for line in lines or [text("freshness.nothing")]:
        print(translator.say(line))
    return GOOD if all(outcome.settled for outcome in outcomes) else BAD


def _tips(options: argparse.Namespace, settings: Settings) -> int:
    """The bot may run: its database is only read. Without one, only the days are shown."""
    from bot.staff.tips import preview
    from bot.store.files import database_in, exists
    from bot.store.port import StoreError
    from bot.store.sql import open_beside

    translator = translator_of(settings)
    catalogue = read_everything(settings).catalogue
    if not is_known(options.institution, catalogue.schools, translator):
        return MISUSED

    async def states() -> list[bytes]:
        store = await open_beside(settings.data, settings.key, now)
        try:
            return [state for _, state in await store.states()]
        finally:
            await store.close()

    try:
        kept = asyncio.run(states()) if exists(database_in(settings.data)) else None
    except StoreError as error:
        complain(error.text, translator)
        return BAD
    for line in preview(options.institution, catalogue, kept, now().date()):
        print(translator.say(line, catalogue))
    return GOOD


def _schema(options: argparse.Namespace, settings: Settings) -> int:
    from bot.staff.schema import write

    folder = settings.catalogue / "schema"
    write(folder, read_everything(settings).catalogue)
    complain(text("export.written", file=str(folder)), translator_of(settings))
    return GOOD
