"""Composition root: settings in, wired parts out. The only place that knows everything."""

from __future__ import annotations

import contextlib
import datetime as dt
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from threading import Thread
from typing import TYPE_CHECKING, Protocol

from bot.catalogue import Catalogue, CatalogueError, Problem, Reading, read, read_catalogue
from bot.catalogue.days import AMSTERDAM
from bot.conversation import World
from bot.conversation.keeping import NOTHING, Keeping
from bot.later import Later
from bot.safety.detect import Danger, Detector
from bot.safety.rules import read_rules
from bot.settings import Settings, SettingsError
from bot.text import Language, Text, text
from bot.understanding.answers import Answers
from bot.words import Translator, load_translators

if TYPE_CHECKING:
    from bot.channels.email import SmtpServer
    from bot.safety.vote import Vote
    from bot.understanding.encoder import UniversalSentenceEncoder
    from bot.understanding.learned import LearnedUnderstanding

_log = logging.getLogger(__name__)
SAFETY_FILE = "safety.yaml"
LINKS_PATH = "/case"  # behind the public address of the links in mails to staff


@dataclass(frozen=True)
class App:
    """The parts, ready for use; those that take a moment are made in the background."""

    catalogue: Catalogue
    safety: bytes  # what stood in the file with the safety rules
    encoder: Later[UniversalSentenceEncoder | None]
    understanding: Later[LearnedUnderstanding]
    detector: Later[Detector]
    vote: Later[Vote | None]
    answers: Answers
    translators: Mapping[Language, Translator]

    def start(self) -> None:
        """Begin making what takes a moment, one after the other: danger is seen first."""
        Thread(target=self._make, daemon=True).start()

    def _make(self) -> None:
        for part in (self.detector, self.vote, self.understanding):
            with contextlib.suppress(Exception):  # whoever needs it hears of it
                part.ready()

    def world(self, keeping: Keeping = NOTHING) -> World:
        """The world as it is at this moment, on a channel that keeps this."""
        return World(
            catalogue=self.catalogue,
            understand=lambda message: self.understanding.ready().understand(message),
            danger=self.danger,
            answers=self.answers,
            now=now(),
            keeping=keeping,
        )

    def danger(self, message: str) -> Danger | None:
        """Whether the message shows danger, or may: by the rules, and by the second vote on them.

        Whatever breaks, the most explicit rules still work.
        """
        # Of an error only its kind is logged: its text could hold the student's words.
        try:
            seen = self.detector.ready().detect(message)
        except Exception as error:  # nothing may keep a person in danger from being shown help
            _log.error("The safety rules failed (%s); using the core.", type(error).__name__)
            seen = Detector().detect(message)
        if seen is not None and not self.vote.made:
            return seen  # just after a start: what a rule sees need not wait
        if self.answers.knows(message):
            return seen  # an answer to what we asked: of a few words alone the vote makes too much
        try:
            vote = self.vote.ready()
            return vote.detect(message, seen) if vote is not None else seen
        except Exception as error:
            _log.error("The second vote failed (%s); the rules go on.", type(error).__name__)
            return seen


def now() -> dt.datetime:
    """The one place where the clock is read."""
    return dt.datetime.now(AMSTERDAM)


def build(settings: Settings) -> App:
    """Read everything and put it together. Raises CatalogueError for a broken catalogue."""
    return put_together(settings, read_catalogue(settings.catalogue))


def put_together(settings: Settings, catalogue: Catalogue, before: App | None = None) -> App:
    """The parts around this catalogue; with `Catalogue.empty()` only help now works.

    What a change of the catalogue does not touch is taken from the parts `before`.
    """
    encoder = before.encoder if before is not None else Later(load_encoder)
    vote = before.vote if before is not None else Later(lambda: vote_with(encoder.ready()))
    understanding = Later(lambda: understand_with(catalogue, encoder.ready()))
    if before is not None and _phrases(before.catalogue) == _phrases(catalogue):
        understanding = before.understanding
    safety = safety_in(settings)
    detector = Later(lambda: detect_with(settings))
    if before is not None and before.safety == safety:
        detector = before.detector
    return App(
        catalogue=catalogue,
        safety=safety,
        encoder=encoder,
        understanding=understanding,
        detector=detector,
        vote=vote,
        answers=Answers(catalogue.answers),
        translators=load_translators(settings.locales),
    )


def safety_in(settings: Settings) -> bytes:
    """What stands in the file with the safety rules; nothing where it cannot be read."""
    with contextlib.suppress(OSError):
        return (settings.catalogue / SAFETY_FILE).read_bytes()
    return b""


def _phrases(catalogue: Catalogue) -> tuple[Mapping[str, object], Mapping[str, object]]:
    """What the understanding learns from."""
    return catalogue.needs, catalogue.small_talk


def read_everything(settings: Settings) -> Reading:
    """The catalogue, with the safety rules looked at too. Raises CatalogueError."""
    _, problems = read_rules(settings.catalogue / SAFETY_FILE)
    found: tuple[Problem, ...] = problems
    try:
        reading = read(settings.catalogue)
    except CatalogueError as error:
        raise CatalogueError((*error.problems, *found)) from None
    if found:
        raise CatalogueError(found)
    return reading


def detect_with(settings: Settings) -> Detector:
    """The safety rules; where they cannot be read the shipped ones, and in any case the core."""
    rules, problems = read_rules(settings.catalogue / SAFETY_FILE)
    if problems:
        _log.warning("%s cannot be read; the shipped safety rules serve instead.", SAFETY_FILE)
        rules, _ = read_rules(settings.shipped / SAFETY_FILE)
    return Detector(rules)


# What follows imports where it is used: a chat that shows its greeting need not wait for numpy and
# the model.


def load_encoder() -> UniversalSentenceEncoder | None:
    """The encoder; without it there is one line of warning, and everything goes by words alone."""
    from bot.understanding.encoder import EncoderMissingError, UniversalSentenceEncoder

    try:
        return UniversalSentenceEncoder()
    except EncoderMissingError as error:
        _log.warning("The sentence encoder cannot be loaded (%s): words only.", error)
        return None


def vote_with(encoder: UniversalSentenceEncoder | None) -> Vote | None:
    """The second vote on danger, where there is an encoder."""
    from bot.safety.vote import Vote

    return Vote(encoder.pieces) if encoder is not None else None


def understand_with(
    catalogue: Catalogue, encoder: UniversalSentenceEncoder | None
) -> LearnedUnderstanding:
    """Learn from the catalogue's phrases; takes about two seconds."""
    from bot.understanding.learned import LearnedUnderstanding
    from bot.understanding.vectors import default_cache

    needs, small_talk = catalogue.needs.values(), catalogue.small_talk.values()
    return LearnedUnderstanding(needs, small_talk, encoder, default_cache())


def smtp_of(settings: Settings) -> SmtpServer | None:
    """Where mail to staff is handed in. Raises SettingsError."""
    from bot.channels.email import smtp_from

    if settings.smtp is None:
        return None
    if settings.mail_from is None or settings.links is None:
        raise SettingsError(text("settings.mail"))
    if find_spec("starlette") is None or find_spec("uvicorn") is None:
        raise SettingsError(text("webhook.extra"))  # the pages behind the links need them
    try:
        return smtp_from(settings.smtp, settings.mail_from)
    except ValueError as error:
        raise SettingsError(text("settings.smtp", reason=str(error))) from None


class Now(Protocol):
    """The parts as they are at this moment: `reload.Living`."""

    @property
    def translators(self) -> Mapping[Language, Translator]:
        """The words, which stay."""

    def world(self, keeping: Keeping) -> World:
        """The world with the catalogue of now."""

    def start(self) -> None:
        """Begin making what takes a moment."""

    async def watch(
        self,
        swapped: Callable[[], None],
        told: Callable[[tuple[Problem, ...]], Awaitable[None]],
    ) -> None:
        """Look for a changed catalogue, until cancelled."""


async def run_on_telegram(app: Now, settings: Settings, tell: Callable[[Text], None]) -> None:
    """The bot on Telegram until it is asked to stop.

    Raises StoreError, WrongTokenError and SettingsError.
    """
    from bot.channels.telegram.keeping import on_telegram
    from bot.channels.telegram.run import Service, serve
    from bot.staff.freshness import OfferingFiles
    from bot.store.sql import open_store

    keeping = on_telegram(settings.idle_days, settings.sent_days, settings.case_days)
    store = await open_store(settings.data, settings.key, now)
    try:
        await serve(
            Service(
                token=settings.token or "",
                api=settings.telegram,
                folder=settings.data,
                store=store,
                world=lambda: app.world(keeping),
                translators=app.translators,
                clock=now,
                idle=dt.timedelta(days=settings.idle_days),
                sent=dt.timedelta(days=settings.sent_days),
                start=app.start,
                watch=app.watch,
                tell=tell,
                files=OfferingFiles(settings.catalogue),
                webhook=settings.webhook,
                listen=settings.listen,
                keep_cases=dt.timedelta(days=settings.case_days),
                smtp=smtp_of(settings),
                links=f"{settings.links}{LINKS_PATH}" if settings.links else None,
                links_listen=settings.links_listen,
            )
        )
    finally:
        await store.close()
