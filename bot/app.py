"""Composition root: settings in, wired parts out. The only place that knows everything."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from bot.catalogue import Catalogue, read_catalogue
from bot.conversation import World
from bot.settings import Settings
from bot.text import Language
from bot.understanding import Understanding
from bot.understanding.answers import Answers
from bot.understanding.encoder import Encoder, EncoderMissingError, UniversalSentenceEncoder
from bot.understanding.learned import LearnedUnderstanding
from bot.understanding.vectors import default_cache
from bot.words import Translator, load_translators

_log = logging.getLogger(__name__)
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
        understanding=LearnedUnderstanding(
            catalogue.needs.values(),
            catalogue.small_talk.values(),
            _encoder(),
            default_cache(),
        ),
        answers=Answers(catalogue.answers),
        translators=load_translators(settings.locales),
    )


def _encoder() -> Encoder | None:
    """The encoder, or None with one line of warning: understanding then goes by words alone."""
    try:
        return UniversalSentenceEncoder()
    except EncoderMissingError as error:
        _log.warning(
            "The sentence encoder cannot be loaded (%s); understanding by words only.", error
        )
        return None
