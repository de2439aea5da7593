"""How likely it is that a message is about each class, from four or five votes that are weighed.

    words    words and pairs of words, complement naive Bayes; typos and compounds seen through
    letters  runs of letters, multinomial naive Bayes
    exact    the very words of a known phrase
    meaning  the encoder, with a linear head in closed form (ridge regression)
    nearest  the encoder, the three nearest phrases of each class

How much each vote counts was fitted on labelled messages (`fitted.json`, docs/understanding.md), so
that the result is a probability. Everything is computed from the phrases when the program starts.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.understanding import bayes
from bot.understanding.encoder import Encoder
from bot.understanding.grams import BUCKETS, Vocabulary, Weighing, letter_pieces
from bot.understanding.kinds import Known
from bot.understanding.normalise import words
from bot.understanding.typos import KnownWords
from bot.understanding.vectors import vectors_of

Scores = NDArray[np.float32]
FITTED = Path(__file__).with_name("fitted.json")
VOTES = ("words", "letters", "exact", "meaning", "nearest")
WITHOUT_ENCODER = ("words", "letters", "exact")
_RIDGE = 2.0
_NEAREST = (0.6, 0.25, 0.15)  # a class is as near as its three nearest phrases
_MOST_COMPARED = 600  # phrases of one class that are compared one by one; the rest count elsewhere
_TIMES = 10.0  # brings the encoder's votes to the size of the others


@dataclass(frozen=True)
class Heard:
    """A folded message, taken apart once."""

    folded: str
    tokens: tuple[str, ...]  # as meant: typos mended, compounds apart


class Ranker:
    """All that is learned from the phrases. `encoder` None: by words alone."""

    def __init__(self, known: Known, encoder: Encoder | None, cache: Path | None) -> None:
        self.known = known
        self._classes = np.array(known.of_class, dtype=np.int64)
        kinds = len(known.classes)
        tokens = [words(phrase) for phrase in known.phrases]
        self._learn_words(tokens, kinds)
        self._learn_letters(kinds)
        self._exact: dict[tuple[str, ...], int] = dict(zip(tokens, known.of_class, strict=True))
        self._encoder = encoder
        if encoder is not None:
            self._learn_meaning(vectors_of(known.phrases, encoder, cache), kinds)
        self.votes = VOTES if encoder is not None else WITHOUT_ENCODER
        fitted = _fitted("with-encoder" if encoder is not None else "words-only")
        self._fitted = np.array([fitted["weights"][vote] for vote in self.votes], dtype=np.float32)
        self._small_talk = float(fitted["weights"]["small-talk"])

    # ---- learning ----

    def _learn_words(self, tokens: Sequence[tuple[str, ...]], kinds: int) -> None:
        self._vocabulary = Vocabulary()
        texts, pieces = self._vocabulary.learn(tokens)
        size = len(self._vocabulary.numbers)
        self._word_weighing = Weighing.learn(texts, pieces, len(tokens), size)
        bags = self._word_weighing.bags(texts, pieces, len(tokens))
        self._word_votes = bayes.complement(bags, self._classes, (size, kinds))
        self._words = KnownWords(self._vocabulary.numbers)

    def _learn_letters(self, kinds: int) -> None:
        texts, pieces = letter_pieces(self.known.phrases)
        count = len(self.known.phrases)
        self._letter_weighing = Weighing.learn(texts, pieces, count, BUCKETS)
        bags = self._letter_weighing.bags(texts, pieces, count)
        self._letter_votes = bayes.multinomial(bags, self._classes, (BUCKETS, kinds))

    def _learn_meaning(self, vectors: Scores, kinds: int) -> None:
        wanted = np.full((len(vectors), kinds), -1 / (kinds - 1), dtype=np.float32)
        wanted[np.arange(len(vectors)), self._classes] = 1
        spread = vectors.T @ vectors
        spread[np.diag_indices_from(spread)] += _RIDGE
        self._head = np.linalg.solve(spread, vectors.T @ wanted).astype(np.float32)
        places = [np.flatnonzero(self._classes == kind) for kind in range(kinds)]
        places = [_evenly(place, _MOST_COMPARED) for place in places]
        self._compared = np.concatenate(places)
        self._phrase_vectors = np.ascontiguousarray(vectors[self._compared])
        self._starts = np.cumsum([0, *(len(place) for place in places)])

    # ---- ranking ----

    def hear(self, folded: str) -> Heard:
        """The message taken apart, with typos mended and compounds split."""
        tokens = [meant for word in words(folded) for meant in self._words.meant(word)]
        return Heard(folded, tuple(tokens))

    def each_vote(self, heard: Heard, vector: Scores | None = None) -> Mapping[str, Scores]:
        """What each vote says of every class, around zero; `vector` if it is known already."""
        said: dict[str, Scores] = {
            "words": self.words_vote(heard.tokens),
            "letters": self._letters_vote(heard.folded),
            "exact": self._exact_vote(heard),
        }
        if self._encoder is not None:
            if vector is None:
                vector = self._encoder.encode([heard.folded])[0]
            said["meaning"] = _centred(vector @ self._head) * _TIMES
            said["nearest"] = _centred(self._nearest_vote(vector)) * _TIMES
        return said

    def probabilities(self, texts: Sequence[str]) -> list[Scores]:
        """For each folded text how likely each class is; they add up to one.

        Together is faster than one by one: the encoder reads its model once for all of them.
        """
        vectors = self._encoder.encode(texts) if self._encoder is not None else [None] * len(texts)
        return [
            self.weigh(self.each_vote(self.hear(text), vector))
            for text, vector in zip(texts, vectors, strict=True)
        ]

    def weigh(self, said: Mapping[str, Scores]) -> Scores:
        """The votes put together with the fitted weights."""
        total = sum(w * said[vote] for w, vote in zip(self._fitted, self.votes, strict=True))
        total = np.asarray(total, dtype=np.float64)
        total[self.known.needs :] += self._small_talk
        grown = np.exp(total - total.max())
        share: Scores = (grown / grown.sum()).astype(np.float32)
        return share

    def words_vote(self, tokens: Sequence[str]) -> Scores:
        pieces = self._vocabulary.known(tokens)
        bag = self._word_weighing.bags(np.zeros(len(pieces), dtype=np.int64), pieces, 1)
        return bayes.votes(self._word_votes, bag, len(self.known.classes))

    def _letters_vote(self, folded: str) -> Scores:
        texts, pieces = letter_pieces([" ".join(words(folded))])
        bag = self._letter_weighing.bags(texts, pieces, 1)
        return bayes.votes(self._letter_votes, bag, len(self.known.classes))

    def _exact_vote(self, heard: Heard) -> Scores:
        """One for the class whose phrase is the whole message, as typed or as meant."""
        said = np.zeros(len(self.known.classes), dtype=np.float32)
        typed = words(heard.folded)
        kind = self._exact.get(typed, self._exact.get(heard.tokens))
        if kind is not None and typed:
            said[kind] = 1
        return said

    def _nearest_vote(self, vector: Scores) -> Scores:
        near = self._phrase_vectors @ vector
        best = np.zeros(len(self.known.classes), dtype=np.float32)
        for kind in range(len(best)):
            of_kind = near[self._starts[kind] : self._starts[kind + 1]]
            top = (
                np.sort(np.partition(of_kind, -3)[-3:])[::-1]
                if len(of_kind) > 3
                else -np.sort(-of_kind)
            )
            best[kind] = top @ np.array(_NEAREST[: len(top)], dtype=np.float32)
        return best

    def nearest_phrase(self, folded: str, kind: int) -> str | None:
        """The known phrase of this class that is nearest in meaning; None without an encoder."""
        if self._encoder is None:
            return None
        vector = self._encoder.encode([folded])[0]
        start, end = self._starts[kind], self._starts[kind + 1]
        best = int(np.argmax(self._phrase_vectors[start:end] @ vector))
        return self.known.said[int(self._compared[start + best])]


def _centred(said: Scores) -> Scores:
    centred: Scores = (said - said.mean()).astype(np.float32)
    return centred


def _evenly(places: NDArray[np.int64], most: int) -> NDArray[np.int64]:
    """At most so many, spread over all of them; always the same ones."""
    if len(places) <= most:
        return places
    return places[np.linspace(0, len(places) - 1, most).astype(np.int64)]


def _fitted(which: str) -> Mapping[str, Any]:
    fitted: Mapping[str, Any] = json.loads(FITTED.read_text())[which]
    return fitted
