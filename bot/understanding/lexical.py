"""Understanding by words alone: which phrases of which need look like this message.

Words count by how much they tell (rare ones more). A word that no phrase has is taken for a typo of
one that is near, by the rules below; whole-phrase similarity is a trap in Dutch (rouw ~ trouw).
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping

from rapidfuzz.distance import DamerauLevenshtein

from bot.catalogue import Need
from bot.understanding.language import language_of
from bot.understanding.meaning import Found, Meaning, Outcome
from bot.understanding.normalise import Word, fold, quote, words

_MAX_NEEDS = 5
_MAX_OFFERED = 4
# Chosen on the labelled messages of `evaluate`: below UNKNOWN nothing was recognised; above SURE,
# and far enough ahead of the next, one need is clear.
_UNKNOWN = 0.22
_SURE = 0.42
_AHEAD = 1.35
_NEAREST_PHRASES = 3  # a need is as near as its three nearest phrases, not its luckiest one


class LexicalUnderstanding:
    """Built from the needs of the catalogue in well under a second; nothing to train or keep."""

    def __init__(self, needs: Iterable[Need]) -> None:
        phrases: list[tuple[str, frozenset[str]]] = []
        for need in needs:
            for phrase in (need.name.nl, need.name.en, *need.phrases.both):
                phrases.append((need.id, frozenset(word.text for word in words(fold(phrase)))))
        count: dict[str, int] = defaultdict(int)
        for _, tokens in phrases:
            for token in tokens:
                count[token] += 1
        self._weight = {t: math.log(1 + len(phrases) / n) ** 2 for t, n in count.items()}
        self._need_of = [need for need, _ in phrases]
        self._length = [math.sqrt(sum(self._weight[t] for t in ts)) for _, ts in phrases]
        self._phrases_with: dict[str, list[int]] = defaultdict(list)
        for index, (_, tokens) in enumerate(phrases):
            for token in tokens:
                self._phrases_with[token].append(index)
        self._by_first: dict[str, list[str]] = defaultdict(list)
        for token in count:
            self._by_first[token[0]].append(token)
        self._rarest = max(self._weight.values(), default=1.0)

    def understand(self, message: str) -> Meaning:
        folded = fold(message)
        spoken = words(folded)
        language = language_of(word.text for word in spoken)
        needs = self._rank(spoken, message)
        return Meaning(language, *_decide(needs))

    def _rank(self, spoken: tuple[Word, ...], message: str) -> tuple[Found, ...]:
        tokens = {word.text: known for word in spoken if (known := self._known(word.text))}
        unknown = sum(word.text not in tokens for word in spoken)
        length = math.sqrt(
            sum(self._weight[t] for t in set(tokens.values())) + unknown * self._rarest / 4
        )
        overlap: dict[int, float] = defaultdict(float)
        for token in set(tokens.values()):
            for phrase in self._phrases_with[token]:
                overlap[phrase] += self._weight[token]
        near: dict[str, list[tuple[float, int]]] = defaultdict(list)
        for phrase, shared in overlap.items():
            near[self._need_of[phrase]].append((shared / (length * self._length[phrase]), phrase))
        found = []
        for need, hits in near.items():
            best = sorted(hits, reverse=True)[:_NEAREST_PHRASES]
            score = sum(s * w for (s, _), w in zip(best, (0.7, 0.2, 0.1), strict=False))
            found.append(
                Found(
                    need,
                    round(min(score, 1.0), 4),
                    self._evidence(spoken, tokens, message, best[0][1]),
                )
            )
        found.sort(key=lambda f: (-f.score, f.need))
        return tuple(found[:_MAX_NEEDS])

    def _known(self, token: str) -> str | None:
        """The word of the phrases that this is, or is a typo of."""
        if token in self._weight:
            return token
        allowed = 0 if len(token) < 5 else 1 if len(token) < 8 else 2
        best: tuple[int, str] | None = None
        for candidate in self._by_first.get(token[0], ()) if allowed else ():
            if abs(len(candidate) - len(token)) <= allowed:
                distance = DamerauLevenshtein.distance(token, candidate, score_cutoff=allowed)
                if distance <= allowed and (best is None or (distance, candidate) < best):
                    best = (distance, candidate)
        return best[1] if best else None

    def _evidence(
        self, spoken: tuple[Word, ...], tokens: Mapping[str, str], message: str, phrase: int
    ) -> str:
        """The student's own words, from the first to the last that the nearest phrase shares."""
        shared = [
            word
            for word in spoken
            if word.text in tokens and phrase in self._phrases_with[tokens[word.text]]
        ]
        return quote(message, min(w.start for w in shared), max(w.end for w in shared))


def _decide(needs: tuple[Found, ...]) -> tuple[Outcome, tuple[Found, ...]]:
    if not needs or needs[0].score < _UNKNOWN:
        return "unknown", needs
    second = needs[1].score if len(needs) > 1 else 0.0
    if needs[0].score >= _SURE and needs[0].score >= _AHEAD * second:
        return "suggest", needs
    return "clarify", needs[:_MAX_OFFERED]
