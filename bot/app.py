"""Composition root: settings in, wired parts out. The only place that knows everything."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot.catalogue import Catalogue, CatalogueError, Problem, read_catalogue
from bot.conversation import World
from bot.later import Later
from bot.safety.detect import Danger, Detector
from bot.safety.rules import read_rules
from bot.settings import Settings
from bot.text import Language
from bot.understanding.answers import Answers
from bot.words import Translator, load_translators

if TYPE_CHECKING:
    from bot.understanding.learned import LearnedUnderstanding

_log = logging.getLogger(__name__)
SAFETY_FILE = "safety.yaml"
AMSTERDAM = ZoneInfo("Europe/Amsterdam")


@dataclass(frozen=True)
class App:
    """The parts, ready for use; those that take a moment are made in the background."""

    catalogue: Catalogue
    understanding: Later[LearnedUnderstanding]
    detector: Later[Detector]
    answers: Answers
    translators: Mapping[Language, Translator]

    def start(self) -> None:
        """Begin making what takes a moment."""
        self.detector.start()
        self.understanding.start()

    def world(self) -> World:
        """The world as it is at this moment."""
        return World(
            catalogue=self.catalogue,
            understand=lambda message: self.understanding.ready().understand(message),
            danger=self.danger,
            answers=self.answers,
            now=dt.datetime.now(AMSTERDAM),
        )

    def danger(self, message: str) -> Danger | None:
        """Whether the message shows danger. Whatever breaks, the most explicit rules still work."""
        try:
            return self.detector.ready().detect(message)
        except Exception as error:  # nothing may keep a person in danger from being shown help
            # The kind of error only: its text could hold the student's words.
            _log.error("The safety rules failed (%s); using the core.", type(error).__name__)
            return Detector().detect(message)


def build(settings: Settings) -> App:
    """Read everything and put it together. Raises CatalogueError for a broken catalogue."""
    return put_together(settings, read_catalogue(settings.catalogue))


def put_together(settings: Settings, catalogue: Catalogue) -> App:
    """The parts around this catalogue; with `Catalogue.empty()` only help now works."""
    return App(
        catalogue=catalogue,
        understanding=Later(lambda: understand_with(catalogue)),
        detector=Later(lambda: detect_with(settings)),
        answers=Answers(catalogue.answers),
        translators=load_translators(settings.locales),
    )


def check_everything(settings: Settings) -> Catalogue:
    """The catalogue, with the safety rules looked at too. Raises CatalogueError."""
    _, problems = read_rules(settings.catalogue / SAFETY_FILE)
    found: tuple[Problem, ...] = problems
    try:
        catalogue = read_catalogue(settings.catalogue)
    except CatalogueError as error:
        raise CatalogueError((*error.problems, *found)) from None
    if found:
        raise CatalogueError(found)
    return catalogue


def detect_with(settings: Settings) -> Detector:
    """The safety rules; where they cannot be read the shipped ones, and in any case the core."""
    rules, problems = read_rules(settings.catalogue / SAFETY_FILE)
    if problems:
        _log.warning("%s cannot be read; the shipped safety rules serve instead.", SAFETY_FILE)
        rules, _ = read_rules(settings.shipped / SAFETY_FILE)
    return Detector(rules)


def understand_with(catalogue: Catalogue) -> LearnedUnderstanding:
    """Learn from the catalogue's phrases; takes about two seconds.

    Without the encoder there is one line of warning, and understanding goes by words alone.
    """
    # Imported here: a chat that shows its greeting need not wait for numpy and the model.
    from bot.understanding.encoder import EncoderMissingError, UniversalSentenceEncoder
    from bot.understanding.learned import LearnedUnderstanding
    from bot.understanding.vectors import default_cache

    try:
        encoder = UniversalSentenceEncoder()
    except EncoderMissingError as error:
        _log.warning("The sentence encoder cannot be loaded (%s): words only.", error)
        encoder = None
    needs, small_talk = catalogue.needs.values(), catalogue.small_talk.values()
    return LearnedUnderstanding(needs, small_talk, encoder, default_cache())
