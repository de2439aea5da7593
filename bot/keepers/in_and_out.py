"""The catalogue for other programs and websites, and what comes back from them."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from typing import Protocol, TypeVar

from bot.app import now, read_everything
from bot.catalogue import NATIONAL
from bot.command import BAD, GOOD, MISUSED, complain, is_known, translator_of
from bot.keepers.options import schools_asked_for, write_out
from bot.settings import Settings
from bot.text import Text, text
from bot.words import Translator


class _Change(Protocol):
    """What an import comes to."""

    @property
    def differences(self) -> tuple[Text, ...]:
        """What would be otherwise."""

    @property
    def problems(self) -> tuple[Text, ...]:
        """What keeps all of it from being written."""


C = TypeVar("C", bound=_Change)
SHEETS = ("xlsx", "csv")
DATA = ("hsds", "json", "markdown", "ics")


def export_command(options: argparse.Namespace, settings: Settings) -> int:
    """To a file, or to standard output."""
    translator = translator_of(settings)
    if options.reader is not None and options.format != "markdown":
        complain(text("export.for-markdown"), translator)
        return MISUSED
    catalogue = read_everything(settings).catalogue
    if schools_asked_for(options, settings, catalogue, NATIONAL) is None:
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
            calendar = [
                entry
                for entry in catalogue.school(options.institution).calendar
                # Of what is hidden, nobody is told when it meets.
                if entry.kind != "activity" or entry.offerings[0] in catalogue.offerings
            ]
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
        return write_out(options.output, content, settings)
    if options.format == "xlsx" and sys.stdout.isatty():
        complain(text("export.to-a-file"), translator)
        return MISUSED
    sys.stdout.buffer.write(content)
    return GOOD


def _as_json(value: object) -> bytes:
    return (json.dumps(value, indent=2, ensure_ascii=False) + "\n").encode()


def import_command(options: argparse.Namespace, settings: Settings) -> int:
    """Nothing is written where anything is wrong, or on a dry run."""
    from bot.staff.sheet.merge import Change, import_sheet, write_change

    translator = translator_of(settings)
    catalogue = read_everything(settings).catalogue
    if not is_known(options.institution, (*catalogue.schools, NATIONAL), translator):
        return MISUSED
    form = options.file.suffix.lower().removeprefix(".")
    if form == "ics":
        return _import_calendar(options, settings)
    if form not in SHEETS:
        complain(text("import.which-form", file=str(options.file)), translator)
        return MISUSED

    def change_sheet() -> Change:
        content = options.file.read_bytes()
        return import_sheet(settings.catalogue, options.institution, content, form)

    def refused(change: Change) -> Text | None:
        if change.problems:
            return text("import.nothing-written", count=len(change.problems))
        removed = sum(one.key == "sheet.removed" for one in change.differences)
        if removed and not options.remove and not options.dry_run:
            return text("import.would-remove", count=removed)
        return None

    def write(change: Change) -> None:
        write_change(settings.catalogue, change)

    return _imported(change_sheet, refused, write, options, translator)


def _import_calendar(options: argparse.Namespace, settings: Settings) -> int:
    """What could not be taken over goes to standard error."""
    from bot.staff.calendar_file import CalendarChange, import_ics, write_calendar

    translator = translator_of(settings)
    if options.remove:
        complain(text("ics.no-remove"), translator)
        return MISUSED

    def change_calendar() -> CalendarChange:
        return import_ics(settings.catalogue, options.institution, options.file.read_bytes())

    def refused(change: CalendarChange) -> Text | None:
        for remark in change.remarks:
            complain(remark, translator)
        if change.problems:
            return text("ics.nothing-written", count=len(change.problems))
        return None

    def write(change: CalendarChange) -> None:
        write_calendar(settings.catalogue, change)

    return _imported(change_calendar, refused, write, options, translator)


def _imported(
    make: Callable[[], C],
    refused: Callable[[C], Text | None],
    write: Callable[[C], None],
    options: argparse.Namespace,
    translator: Translator,
) -> int:
    """What differs goes to standard output; it is written unless refused, or on a dry run."""
    try:
        change = make()
        for line in change.problems or change.differences:
            print(translator.say(line))
        if (why := refused(change)) is not None:
            complain(why, translator)
            return BAD
        if options.dry_run or not change.differences:
            complain(text("import.dry-run", count=len(change.differences)), translator)
            return GOOD
        write(change)
    except OSError as error:
        file, reason = str(error.filename or options.file), str(error.strerror)
        complain(text("import.no-file", file=file, reason=reason), translator)
        return BAD
    complain(text("import.done", count=len(change.differences)), translator)
    return GOOD
