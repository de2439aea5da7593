"""The commands for who keeps a catalogue: check, coverage, preview, new, export, import, schema."""

from __future__ import annotations

import argparse
import asyncio
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
_DATA = ("hsds", "json", "markdown")


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

    preview = commands.add_parser("preview", help="the catalogue as students see it, as web pages")
    _with_folder(preview)
    preview.add_argument("--port", type=int, default=8765, metavar="N")
    preview.set_defaults(command=_preview)

    new = commands.add_parser("new", help="add something by answering questions")
    new.add_argument("what", choices=["offering"])
    new.set_defaults(command=_new)

    export = commands.add_parser("export", help="the catalogue as a spreadsheet, or as open data")
    export.add_argument("--format", choices=(*_SHEETS, *_DATA), required=True)
    _for_institution(export)
    export.add_argument("--output", type=Path, metavar="FILE", help="write it here")
    export.set_defaults(command=_export)

    back = commands.add_parser("import", help="a spreadsheet that was exported, with its changes")
    back.add_argument("file", type=Path, help="the .xlsx or .csv file")
    back.add_argument("--institution", metavar="ID", required=True, help="whose offerings it has")
    back.add_argument("--dry-run", action="store_true", help="only say what would change")
    back.add_argument(
        "--remove", action="store_true", help="offerings without a row go; else that is refused"
    )
    back.set_defaults(command=_import)

    schema = commands.add_parser("schema", help="write the schemas that help an editor")
    schema.set_defaults(command=_schema)
    return [check, coverage, preview, new, export, back, schema]


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
        case _:
            from bot.staff.export.markdown import as_markdown

            if options.institution is None:
                complain(text("export.which"), translator)
                return MISUSED
            content = as_markdown(catalogue, options.institution, translator).encode()
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


def _schema(options: argparse.Namespace, settings: Settings) -> int:
    from bot.staff.schema import write

    folder = settings.catalogue / "schema"
    write(folder, read_everything(settings).catalogue)
    complain(text("export.written", file=str(folder)), translator_of(settings))
    return GOOD
