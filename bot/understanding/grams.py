"""Texts as weighted bags of pieces: words and pairs of words, and runs of three to five letters.

Letters forgive typos and see through Dutch endings and compounds ("tentamenstress" shares most of
its runs with "tentamen" and "stress"); words and pairs carry what is said exactly.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int64]

BUCKETS = 1 << 17  # letter runs are hashed; the shipped phrases have some 90,000 different ones
_SIZES = (3, 4, 5)
_MULTIPLIERS = np.array(
    [
        0x9E3779B97F4A7C15,
        0xC2B2AE3D27D4EB4F,
        0x165667B19E3779F9,
        0xD6E8FEB86659FD93,
        0xA0761D6478BD642F,
    ],
    dtype=np.uint64,
)
_SHIFT = np.uint64(64 - 17)
_SPACE, _BREAK = 32, 0


@dataclass(frozen=True)
class Bags:
    """Which piece stands in which text, and how much it weighs: three arrays of equal length."""

    texts: Numbers
    pieces: Numbers
    weights: NDArray[np.float32]


@dataclass(frozen=True)
class Weighing:
    """How much a piece tells: rarer among the phrases, more weight (smoothed tf-idf)."""

    rarity: NDArray[np.float32]

    @classmethod
    def learn(cls, texts: Numbers, pieces: Numbers, count: int, size: int) -> Weighing:
        """From every piece of `count` texts; `size` is how many different pieces there can be."""
        pairs, _ = _different(texts * size + pieces)
        seen_in = np.bincount(pairs % size, minlength=size)
        rarity = np.log((1 + count) / (1 + seen_in)) + 1
        return cls(rarity.astype(np.float32))

    def bags(self, texts: Numbers, pieces: Numbers, count: int) -> Bags:
        """The texts as bags, each of length one, so that long and short texts compare."""
        size = len(self.rarity)
        pairs, often = _different(texts * size + pieces)
        of_text, piece = pairs // size, pairs % size
        weights = (1 + np.log(often)) * self.rarity[piece]
        length = np.sqrt(np.bincount(of_text, weights=weights**2, minlength=count))
        return Bags(of_text, piece, (weights / length[of_text]).astype(np.float32))


def _different(values: Numbers) -> tuple[Numbers, Numbers]:
    """The different values and how often each occurs (np.unique takes six times as long)."""
    ordered = np.sort(values)
    starts = np.flatnonzero(np.diff(ordered, prepend=ordered[:1] - 1))
    return ordered[starts], np.diff(starts, append=len(ordered))


def letter_pieces(texts: Sequence[str]) -> tuple[Numbers, Numbers]:
    """For every run of 3 to 5 letters within a word: the index of its text and its bucket.

    A word's edges count as a letter, so "stage" and "etage" differ where they should.
    """
    joined = "\0" + "\0".join(f" {text} " for text in texts) + "\0"
    codes = np.frombuffer(joined.encode("utf-32-le", "replace"), dtype=np.uint32).astype(np.uint64)
    edge = (codes == _SPACE) | (codes == _BREAK)
    of_text = np.cumsum(codes == _BREAK) - 1
    all_texts, all_pieces = [], []
    for size in _SIZES:
        count = len(codes) - size + 1
        if count <= 0:
            continue
        inside = np.ones(count, dtype=bool)
        for offset in range(1, size - 1):
            inside &= ~edge[offset : offset + count]
        inside &= (codes[:count] != _BREAK) & (codes[size - 1 :] != _BREAK)
        starts = np.flatnonzero(inside)
        hashed = np.full(len(starts), size, dtype=np.uint64)
        for offset in range(size):
            hashed = (hashed ^ codes[starts + offset]) * _MULTIPLIERS[offset]
            hashed ^= hashed >> np.uint64(29)
        all_texts.append(of_text[starts])
        all_pieces.append(((hashed * _MULTIPLIERS[0]) >> _SHIFT).astype(np.int64))
    return np.concatenate(all_texts), np.concatenate(all_pieces)


class Vocabulary:
    """Numbers for words and pairs of words, in the order in which they were first seen."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}

    def learn(self, texts: Iterable[Sequence[str]]) -> tuple[Numbers, Numbers]:
        """Number every word and pair; the index of its text and its number, for all of them."""
        of_text, pieces = [], []
        for index, tokens in enumerate(texts):
            for piece in pieces_of(tokens):
                of_text.append(index)
                pieces.append(self.numbers.setdefault(piece, len(self.numbers)))
        return np.array(of_text, dtype=np.int64), np.array(pieces, dtype=np.int64)

    def known(self, tokens: Sequence[str]) -> Numbers:
        """The numbers of the words and pairs that are known."""
        found = [self.numbers[p] for p in pieces_of(tokens) if p in self.numbers]
        return np.array(found, dtype=np.int64)


def pieces_of(tokens: Sequence[str]) -> list[str]:
    """Each word, and each pair of neighbours."""
    return [*tokens, *(f"{a} {b}" for a, b in pairwise(tokens))]
