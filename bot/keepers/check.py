"""Everything that is wrong or doubtful in a catalogue."""

from __future__ import annotations

import argparse
import asyncio
import gc
import os
from concurrent.futures import ThreadPoolExecutor

from bot.app import now, read_everything
from bot.catalogue import Catalogue, CatalogueError, Problem, Reading
from bot.command import complain, mistakes, translator_of
from bot.keepers.options import of_path
from bot.settings import Settings
from bot.staff.report import exit_status, report
from bot.text import text


def check_command(options: argparse.Namespace, settings: Settings) -> int:
    """What is found goes to standard output, the summary to standard error."""
    settings = of_path(options, settings)
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
