"""Words that no phrase has: a typo of one that is known, or a compound of known ones.

Token by token and careful, for in Dutch whole-phrase similarity takes rouw for trouw: the first
letter is the same, short words are left alone, and a known word is never taken for another.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from functools import lru_cache

from rapidfuzz.distance import DamerauLevenshtein

_SHORTEST_PART = 4  # of a compound; shorter ones split words that are none ("wet-en")
_LINKS = ("", "s", "en", "e", "n")
_LONGEST = 40  # letters; no word anybody means is longer


class KnownWords:
    """The words of the phrases, to look up what an unknown word may be."""

    def __init__(self, known: Collection[str]) -> None:
        self._known = frozenset(word for word in known if " " not in word)
        self._by_start: dict[tuple[str, int], list[str]] = defaultdict(list)
        for word in sorted(self._known):
            self._by_start[word[0], len(word)].append(word)
        self.meant = lru_cache(maxsize=4096)(self._meant)

    def _meant(self, word: str) -> tuple[str, ...]:
        """The known word or words that this stands for; itself where nothing is near."""
        if word in self._known or len(word) > _LONGEST:
            return (word,)
        return self._corrected(word) or self._parts(word) or (word,)

    def _corrected(self, word: str) -> tuple[str, ...]:
        """One slip in five to seven letters, two in longer words."""
        allowed = 0 if len(word) < 5 else 1 if len(word) < 8 else 2
        best: tuple[int, str] | None = None
        for length in range(len(word) - allowed, len(word) + allowed + 1) if allowed else ():
            for known in self._by_start.get((word[0], length), ()):
                slips = DamerauLevenshtein.distance(word, known, score_cutoff=allowed)
                if slips <= allowed and (best is None or (slips, known) < best):
                    best = (slips, known)
        return (best[1],) if best else ()

    def _parts(self, word: str) -> tuple[str, ...]:
        """Two known words with or without a linking sound: tentamen-stress, studie-schulden."""
        for cut in range(len(word) - _SHORTEST_PART, _SHORTEST_PART - 1, -1):
            first, rest = word[:cut], word[cut:]
            if rest in self._known:
                for link in _LINKS:
                    stem = first.removesuffix(link) if first.endswith(link) else ""
                    if len(stem) >= _SHORTEST_PART and stem in self._known:
                        return (stem, rest)
        return ()
