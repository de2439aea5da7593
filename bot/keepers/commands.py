"""What can be typed."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from bot.keepers.beside import freshness_command, insights_command, tips_command
from bot.keepers.check import check_command
from bot.keepers.files import new_command, schema_command
from bot.keepers.in_and_out import DATA, SHEETS, export_command, import_command
from bot.keepers.options import for_institution, with_folder
from bot.keepers.shown import coverage_command, preview_command
from bot.staff.report import FORMS


def add_commands(commands: Any) -> list[argparse.ArgumentParser]:
    """Add them to the parser of `wegwijs`."""
    check = commands.add_parser("check", help="everything wrong or doubtful in a catalogue")
    with_folder(check)
    check.add_argument("--format", choices=FORMS, default="text", help="github, json: for programs")
    check.add_argument("--online", action="store_true", help="look whether links still work")
    check.set_defaults(command=check_command)

    coverage = commands.add_parser("coverage", help="what an institution offers, and what not")
    for_institution(coverage)
    coverage.add_argument("--html", type=Path, metavar="FILE", help="write it as a page")
    coverage.set_defaults(command=coverage_command)

    insights = commands.add_parser("insights", help="what it brought, in numbers of 10 and more")
    for_institution(insights)
    insights.add_argument("--year", type=int, metavar="YYYY", help="when the school year began")
    insights.add_argument("--html", type=Path, metavar="FILE", help="write it as a page")
    insights.set_defaults(command=insights_command)

    preview = commands.add_parser("preview", help="the catalogue as students see it, as web pages")
    with_folder(preview)
    preview.add_argument("--port", type=int, default=8765, metavar="N")
    preview.set_defaults(command=preview_command)

    new = commands.add_parser("new", help="add something by answering questions")
    new.add_argument("what", choices=["offering"])
    new.set_defaults(command=new_command)

    export = commands.add_parser("export", help="as a spreadsheet, open data or a calendar")
    export.add_argument("--format", choices=(*SHEETS, *DATA), required=True)
    for_institution(export)
    export.add_argument(
        "--for", dest="reader", choices=["teachers"], help="a page by element, with markdown"
    )
    export.add_argument("--output", type=Path, metavar="FILE", help="write it here")
    export.set_defaults(command=export_command)

    back = commands.add_parser("import", help="a changed spreadsheet, or a school calendar")
    back.add_argument("file", type=Path, help="the .xlsx, .csv or .ics file")
    back.add_argument("--institution", metavar="ID", required=True, help="whose it is")
    back.add_argument("--dry-run", action="store_true", help="only say what would change")
    back.add_argument(
        "--remove", action="store_true", help="offerings without a row go; else that is refused"
    )
    back.set_defaults(command=import_command)

    freshness = commands.add_parser("freshness", help="what owners say: is it still right")
    freshness.add_argument(
        "action", nargs="?", choices=["list", "apply"], default="list", help="apply: write it"
    )
    freshness.set_defaults(command=freshness_command)

    tips = commands.add_parser("tips", help="when each tip goes out, and to how many students")
    tips.add_argument("action", choices=["preview"])
    tips.add_argument("--institution", metavar="ID", required=True, help="whose tips")
    tips.set_defaults(command=tips_command)

    schema = commands.add_parser("schema", help="write the schemas that help an editor")
    schema.set_defaults(command=schema_command)
    return [check, coverage, insights, preview, new, export, back, freshness, tips, schema]
