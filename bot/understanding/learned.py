"""Understanding as it is in use: likely needs, whether that is sure, and from which words."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bot.catalogue import Need
from bot.catalogue.models import SmallTalk
from bot.understanding.encoder import Encoder
from bot.understanding.kinds import Known
from bot.understanding.language import language_of
from bot.understanding.meaning import Found, Meaning, Outcome
from bot.understanding.normalise import MAX_CHARACTERS, fold, shorten, words
from bot.understanding.ranker import FITTED, Ranker, Scores

_MOST_NEEDS = 5
_MOST_OFFERED = 4
_CLAUSE = re.compile(
    r"(?<=[.!?;,:\n])\s+|\s+(?=(?:en|maar|want|omdat|and|but|because|so|dus)\b)", re.I
)
_SHORT = 90  # characters: a message of this length is its own evidence


_A_CLAUSE = 4  # words: a shorter clause says too little by itself
_MOST_CLAUSES = 4


@dataclass(frozen=True)
class Thresholds:
    """When it is sure, and when it is about something else (`fitted.json`)."""

    sure: float  # from this probability on the first need is named without asking
    small_talk: float  # from this probability on it is about something else
    least: float  # below this the first need is not worth offering
    offered: float  # a need with less than this is not offered beside the first


def decide(share: Scores, count: int, at: Thresholds) -> tuple[Outcome, tuple[int, ...]]:
    """The outcome and the needs to name, best first; the first `count` classes are needs."""
    order = np.argsort(-share[:count], kind="stable")[:_MOST_NEEDS]
    first = share[order[0]]
    if share[count:].sum() >= at.small_talk or first < at.least:
        return "unknown", tuple(int(need) for need in order)
    if first >= at.sure:
        return "suggest", tuple(int(need) for need in order)
    offered = [int(need) for need in order[:_MOST_OFFERED] if share[need] >= at.offered]
    return "clarify", tuple(offered if len(offered) > 1 else map(int, order[:2]))


class LearnedUnderstanding:
    """Learns from the phrases of the catalogue when it is made; nothing to train or remember."""

    def __init__(
        self,
        needs: Iterable[Need],
        small_talk: Iterable[SmallTalk],
        encoder: Encoder | None,
        cache: Path | None = None,
    ) -> None:
        self.ranker = Ranker(Known.of(needs, small_talk), encoder, cache)
        which = "with-encoder" if encoder is not None else "words-only"
        fitted: dict[str, Any] = json.loads(FITTED.read_text())[which]
        self.thresholds = Thresholds(**fitted["thresholds"])

    def understand(self, message: str) -> Meaning:
        return self.understand_all([message])[0]

    def understand_all(self, messages: Sequence[str]) -> list[Meaning]:
        """What each message means; together is much faster than one by one."""
        folded = [fold(message) for message in messages]
        shares = self.ranker.probabilities(folded)
        return [self._meaning(*one) for one in zip(messages, folded, shares, strict=True)]

    def _meaning(self, message: str, folded: str, share: Scores) -> Meaning:
        language = language_of(words(folded))
        if not folded:
            return Meaning(language, "unknown")
        known = self.ranker.known
        outcome, needs = decide(share, known.needs, self.thresholds)
        found = tuple(
            Found(known.classes[need], float(share[need]), self._because(message, need))
            for need in needs
        )
        also = self._also(message, needs[0]) if outcome == "suggest" else ()
        return Meaning(language, outcome, found, self._small_talk(share, outcome), also)

    def _also(self, message: str, first: int) -> tuple[Found, ...]:
        """Needs that another sentence or clause of the message is surely about."""
        clauses = [clause for clause in _clauses(message) if len(clause.split()) >= _A_CLAUSE]
        clauses = clauses[:_MOST_CLAUSES] if len(clauses) > 1 else []
        clauses = [clause for clause in clauses if self._points_elsewhere(clause, first)]
        found: dict[str, Found] = {}
        shares = self.ranker.probabilities([fold(clause) for clause in clauses])
        for clause, share in zip(clauses, shares, strict=True):
            outcome, needs = decide(share, self.ranker.known.needs, self.thresholds)
            if outcome == "suggest" and needs[0] != first:
                need = self.ranker.known.classes[needs[0]]
                found.setdefault(need, Found(need, float(share[needs[0]]), shorten(clause)))
        return tuple(found.values())

    def _points_elsewhere(self, clause: str, first: int) -> bool:
        """Whether the words of a clause speak for another need; cheap, before all votes."""
        said = self.ranker.words_vote(self.ranker.hear(fold(clause)).tokens)
        return bool(np.argmax(said[: self.ranker.known.needs]) != first)

    def _small_talk(self, share: Scores, outcome: Outcome) -> str | None:
        """Which kind of small talk it is, if it is about something else and one kind is clear."""
        known = self.ranker.known
        if outcome != "unknown" or len(share) == known.needs:
            return None
        kind = known.needs + int(np.argmax(share[known.needs :]))
        return known.classes[kind] if share[kind] >= self.thresholds.small_talk / 2 else None

    def _because(self, message: str, need: int) -> str:
        """The part of the message that speaks most for this need, in the student's own words."""
        if len(message) <= _SHORT:
            return shorten(message)
        clauses = _clauses(message)
        if not clauses:
            return shorten(message)
        return shorten(max(clauses, key=lambda clause: self._speaks(clause, need)))

    def _speaks(self, clause: str, need: int) -> float:
        said = words(fold(clause))
        # A longer clause says more; its vote is of one length, so it is weighed by its words.
        return float(self.ranker.words_vote(said)[need] * np.sqrt(len(said)))


def _clauses(message: str) -> list[str]:
    """Sentences and their parts, cut at punctuation and at words such as "en", "but", "omdat"."""
    return [clause for clause in _CLAUSE.split(message[:MAX_CHARACTERS]) if clause.strip()]
