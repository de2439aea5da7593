"""`wegwijs ask`: what a message is understood as and what fits, for people and scripts.

The JSON form is a contract: one object for a message, with the fields of `Answer`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass

from bot.advice import Student, rank
from bot.catalogue import Catalogue
from bot.conversation import World
from bot.text import FromCatalogue, Text, text
from bot.understanding import Meaning, likely_needs
from bot.words import Translator

_MOST = 5
UnderstandAll = Callable[[Sequence[str]], list[Meaning]]


@dataclass(frozen=True)
class AskedNeed:
    id: str
    score: float
    because: str


@dataclass(frozen=True)
class AskedOffering:
    id: str
    score: float


@dataclass(frozen=True)
class Answer:
    """One message, as understood. The order of the fields is the order in the JSON."""

    id: str | None
    text: str
    language: str
    outcome: str
    crisis: str | None
    needs: tuple[AskedNeed, ...]
    offerings: tuple[AskedOffering, ...]

    def as_json(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False)


@dataclass(frozen=True)
class Asker:
    """What is needed to answer: the world as it is, and where the student studies."""

    world: World
    institution: str | None

    def ask(self, message: str, id: str | None = None) -> Answer:
        return self._answer(message, id, self.world.understand(message))

    def _answer(self, message: str, id: str | None, meaning: Meaning) -> Answer:
        danger = self.world.shown_first(message)
        found = meaning.needs[:_MOST]
        return Answer(
            id=id,
            text=message,
            language=meaning.language,
            outcome="crisis" if danger else meaning.outcome,
            crisis=danger.kind if danger else None,
            needs=tuple(AskedNeed(n.need, round(n.score, 4), n.because) for n in found),
            offerings=() if danger else self._offerings(meaning),
        )

    def _offerings(self, meaning: Meaning) -> tuple[AskedOffering, ...]:
        """What fits the likely needs; nothing where nothing was understood."""
        found = meaning.needs[:_MOST]
        if meaning.outcome == "unknown" or not found:
            return ()
        school = self.world.catalogue.schools.get(self.institution or "")
        student = Student(
            institution=self.institution,
            sector=school.institution.sector if school else "national",
            language="en" if meaning.language == "en" else "nl",
            needs=likely_needs(found),
        )
        fits = rank(student, self.world.catalogue, self.world.today)[:_MOST]
        return tuple(AskedOffering(fit.offering.id, round(fit.score, 4)) for fit in fits)

    def ask_lines(
        self, batches: Iterable[Sequence[str]], understand_all: UnderstandAll
    ) -> Iterator[Answer | int]:
        """An answer for each JSON line with a text; for any other its line number. Skips blanks.

        The lines of a batch are understood together, which is faster.
        """
        number = 0
        for batch in batches:
            read: list[tuple[str, str | None] | int] = []
            for line in batch:
                number += 1
                if line.strip():
                    read.append(_question(line) or number)
            questions = [one for one in read if not isinstance(one, int)]
            meanings = iter(understand_all([message for message, _ in questions]))
            for one in read:
                yield one if isinstance(one, int) else self._answer(*one, next(meanings))


def _question(line: str) -> tuple[str, str | None] | None:
    """The text and the id of a line; None where it has no text."""
    try:
        question = json.loads(line)
        message, id = question["text"], question.get("id")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    return (message, id) if isinstance(message, str) else None


def in_words(answer: Answer, translator: Translator, catalogue: Catalogue) -> str:
    """The answer for a person."""
    lines: list[Text] = [
        text("ask.language", language=answer.language),
        text("ask.outcome", outcome=answer.outcome),
    ]
    if not answer.needs:
        lines.append(text("ask.nothing"))
    else:
        lines.append(text("ask.needs"))
        lines += [
            text(
                "ask.need",
                score=f"  {n.score:.2f}",
                need=FromCatalogue("need", n.id),
                id=n.id,
                words=n.because,
            )
            for n in answer.needs
        ]
    if answer.offerings:
        lines.append(text("ask.offerings"))
        lines += [
            text(
                "ask.offering",
                score=f"  {o.score:.2f}",
                title=FromCatalogue("offering", o.id, "title"),
                id=o.id,
            )
            for o in answer.offerings
        ]
    return "\n".join(translator.say(line, catalogue) for line in lines)
