"""Composition root: settings in, wired parts out. The only place that knows everything."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from bot.catalogue import Catalogue, read_catalogue
from bot.conversation import World
from bot.settings import Settings
from bot.text import Language
from bot.understanding import Understanding
from bot.understanding.answers import Answers
from bot.understanding.lexical import LexicalUnderstanding
from bot.words import Translator, load_translators

AMSTERDAM = ZoneInfo("Europe/Amsterdam")


@dataclass(frozen=True)
class App:
    """The parts, ready for use."""

    catalogue: Catalogue
    understanding: Understanding
    answers: Answers
    translators: Mapping[Language, Translator]

    def world(self) -> World:
        """The world as it is at this moment."""
        return World(self.catalogue, self.understanding, self.answers, dt.datetime.now(AMSTERDAM))


def build(settings: Settings) -> App:
    """Read everything and put it together. Raises CatalogueError for a broken catalogue."""
    catalogue = read_catalogue(settings.catalogue)
    return App(
        catalogue=catalogue,
        understanding=LexicalUnderstanding(catalogue.needs.values()),
        answers=Answers(catalogue.answers),
        translators=load_translators(settings.locales),
    )
