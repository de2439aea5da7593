"""What the commands share: their exit statuses, and how they say what is wrong."""

from __future__ import annotations

import os
import sys
from collections.abc import Collection
from typing import NoReturn, TextIO

from bot.catalogue import CatalogueError
from bot.settings import Settings
from bot.text import Several, Text, text
from bot.words import Translator, load_translators

GOOD, BAD, MISUSED = 0, 1, 2


def translator_of(settings: Settings) -> Translator:
    return load_translators(settings.locales)[settings.language]


def complain(what: Text, translator: Translator) -> None:
    """On standard error, beside what the command is for."""
    print(translator.say(what), file=sys.stderr)


def print_problems(
    error: CatalogueError, translator: Translator, stream: TextIO | None = None
) -> int:
    """Every mistake that keeps a catalogue from being used; the status that belongs to it."""
    for problem in error.problems:
        print(f"{problem.place}: {translator.say(problem.text)}", file=stream)
    complain(mistakes(len(error.problems)), translator)
    return BAD


def mistakes(count: int) -> Text:
    """How many keep a catalogue from being used, and what to do."""
    return text("cli.broken-catalogue", count=count) if count > 1 else text("cli.one-mistake")


def is_known(id: str | None, known: Collection[str], translator: Translator) -> bool:
    """Whether there is such an institution, or none was asked for; else it says which there are."""
    if id is None or id in known:
        return True
    said = Several(tuple(known), "or")
    complain(text("cli.unknown-institution", found=id, known=said), translator)
    return False


def leave(status: int) -> NoReturn:
    """End at once: something may still be made in the background, in the native code of a library,
    and taking Python down around that can end in a crash."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)
