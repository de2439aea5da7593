"""What several commands do with their options."""

from __future__ import annotations

import argparse
import dataclasses
from pathlib import Path

from bot.catalogue import Catalogue
from bot.command import BAD, GOOD, complain, is_known, translator_of
from bot.settings import Settings
from bot.text import text


def with_folder(command: argparse.ArgumentParser) -> None:
    """The command takes a folder with a catalogue."""
    command.add_argument("path", nargs="?", type=Path, help="its folder; default: the one in use")


def for_institution(command: argparse.ArgumentParser) -> None:
    """The command takes one institution, or else is about all."""
    command.add_argument("--institution", metavar="ID", help="only this one")


def of_path(options: argparse.Namespace, settings: Settings) -> Settings:
    """With the folder that was named, if one was."""
    if options.path is None:
        return settings
    return dataclasses.replace(settings, catalogue=options.path)


def schools_asked_for(
    options: argparse.Namespace, settings: Settings, catalogue: Catalogue, *others: str
) -> tuple[str, ...] | None:
    """Those that were asked for; None where there is no such one."""
    known = (*catalogue.schools, *others)
    if not is_known(options.institution, known, translator_of(settings)):
        return None
    return (options.institution,) if options.institution else tuple(catalogue.schools)


def write_out(file: Path, content: bytes, settings: Settings) -> int:
    """Writes it, says so or why not, and gives the status to leave with."""
    translator = translator_of(settings)
    try:
        file.write_bytes(content)
    except OSError as error:
        complain(text("export.no-file", file=str(file), reason=str(error.strerror)), translator)
        return BAD
    complain(text("export.written", file=str(file)), translator)
    return GOOD
