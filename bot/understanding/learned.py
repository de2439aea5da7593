"""Understanding as it is in use: likely needs, whether that is sure, and from which words."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
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
from bot.understanding.normalise import fold, shorten, words
from bot.understanding.ranker import FITTED, Heard, Ranker, Scores

_MOST_NEEDS = 5
_MOST_OFFERED = 4
_CLAUSE = re.compile(
    r"(?<=[.!?;,:\n])\s+|\s+(?=(?:en|maar|want|omdat|and|but|because|so|dus)\b)", re.I
)
_SHORT = 90  # characters: a message of this length is its own evidence


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
        folded = fold(message)
        language = language_of(words(folded))
        if not folded:
            return Meaning(language, "unknown")
        heard = self.ranker.hear(folded)
        share = self.ranker.probabilities(heard)
        outcome, needs = decide(share, self.ranker.known.needs, self.thresholds)
        found = tuple(
            Found(
                self.ranker.known.classes[need],
                float(share[need]),
                self._because(message, heard, need),
            )
            for need in needs
        )
        return Meaning(language, outcome, found, self._small_talk(share, outcome))

    def _small_talk(self, share: Scores, outcome: Outcome) -> str | None:
        """Which kind of small talk it is, if it is about something else and one kind is clear."""
        known = self.ranker.known
        if outcome != "unknown" or len(share) == known.needs:
            return None
        kind = known.needs + int(np.argmax(share[known.needs :]))
        return known.classes[kind] if share[kind] >= self.thresholds.small_talk / 2 else None

    def _because(self, message: str, heard: Heard, need: int) -> str:
        """The part of the message that speaks most for this need, in the student's own words."""
        if len(message) <= _SHORT:
            return shorten(message)
        clauses = [clause for clause in _CLAUSE.split(message[:2000]) if clause.strip()]
        if not clauses:
            return shorten(message)
        return shorten(max(clauses, key=lambda clause: self._speaks(clause, need)))

    def _speaks(self, clause: str, need: int) -> float:
        said = words(fold(clause))
        # A longer clause says more; its vote is of one length, so it is weighed by its words.
        return float(self.ranker.words_vote(said)[need] * np.sqrt(len(said)))
