"""What is written into the folder of a catalogue: an offering, the schemas for editors."""

from __future__ import annotations

import argparse

from bot.app import now, read_everything
from bot.command import BAD, GOOD, complain, translator_of
from bot.settings import Settings
from bot.text import text


def new_command(options: argparse.Namespace, settings: Settings) -> int:
    """Adds an offering by asking what it is."""
    from bot.staff.new_offering.dialogue import new_offering
    from bot.staff.new_offering.terminal import asker

    translator = translator_of(settings)
    added = new_offering(settings.catalogue, asker(), print, translator, now().date())
    return GOOD if added else BAD


def schema_command(options: argparse.Namespace, settings: Settings) -> int:
    """Writes the schemas that help an editor."""
    from bot.staff.schema import write

    folder = settings.catalogue / "schema"
    write(folder, read_everything(settings).catalogue)
    complain(text("export.written", file=str(folder)), translator_of(settings))
    return GOOD
