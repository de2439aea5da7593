"""Which words of the rules a typed word can be: itself, another ending, a slip of the fingers."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator

from rapidfuzz.distance import OSA

from bot.safety.spelling import without_doubles

_SHORTEST_WITH_SLIP = 5  # "dood" and "goed", "wil" and "wel" are too near for one slip
_ANY_SLIP_FROM = 7  # shorter words: only a letter too many, too few, or two swapped
_TWO_SLIPS_FROM = 10
_LONGEST_GLUED = 40
_SHORTEST_GLUED = 6
_SHORT_PIECES = frozenset(
    "ik er te om zo me je ze we is al uit to be my it in no of do am up so he i not".split()
)
_MOST_DISGUISED = 8  # words with an asterisk that are looked up in one message


class Vocabulary:
    """All words of the rules, each with one bit; `bits` says which of them a typed word can be."""

    def __init__(self, words: Iterable[str], ordinary: Iterable[str], loose: Iterable[str]) -> None:
        self._bit: dict[str, int] = {word: 1 << at for at, word in enumerate(sorted(set(words)))}
        self._exact = {word: bit for word, bit in self._bit.items() if not word.endswith("*")}
        self._stems = {word[:-1]: bit for word, bit in self._bit.items() if word.endswith("*")}
        self._stem_lengths = sorted({len(stem) for stem in self._stems})
        self._ordinary = frozenset(ordinary)
        self._pieces = (
            frozenset(word for word in (*self._exact, *self._stems, *loose) if len(word) > 2)
            | _SHORT_PIECES
        )
        self._nearby: dict[str, set[str]] = defaultdict(set)
        self._long: dict[str, list[str]] = defaultdict(list)
        self._stem_starts = frozenset(stem[:2] for stem in self._stems)
        for word in (*self._exact, *self._stems):
            if len(word) >= _SHORTEST_WITH_SLIP:
                for form in (word, *_one_letter_less(word)):
                    self._nearby[form].add(word)
            if len(word) >= _TWO_SLIPS_FROM:
                self._long[word[0]].append(word)

    def bits_of(self, words: Iterable[str]) -> int:
        """The bits of words of the rules themselves."""
        found = 0
        for word in words:
            found |= self._bit[word]
        return found

    def known(self, word: str) -> int:
        """The bits of a word that is spelt as in the rules; 0 where it is not."""
        found = self._exact.get(word, 0)
        for length in self._stem_lengths:
            if length > len(word):
                break
            found |= self._stems.get(word[:length], 0)
        return found

    def bits(self, word: str) -> int:
        """The bits of every word of the rules that this can be, slips of the fingers included."""
        if found := self.known(word):
            return found
        if word in self._ordinary:
            return 0
        single = without_doubles(word)
        if single != word and (found := self.known(single)):
            return found
        return self._slipped(word)

    def disguised(self, words: Iterable[str]) -> dict[str, int]:
        """The bits of words with asterisks in them: each asterisk is any one letter, or none."""
        masks = [word for word in dict.fromkeys(words) if "*" in word[1:]][:_MOST_DISGUISED]
        return {mask: self._behind(mask) for mask in masks}

    def pieces(self, word: str) -> tuple[str, ...]:
        """The words in "ikwilnietmeer"; the word itself where it does not fall apart."""
        if not _SHORTEST_GLUED <= len(word) <= _LONGEST_GLUED or word in self._ordinary:
            return (word,)
        # From the back: the longest known piece that lets the rest fall apart as well.
        rest: dict[int, tuple[str, ...]] = {len(word): ()}
        for start in range(len(word) - 1, -1, -1):
            for end in range(len(word), start, -1):
                if end in rest and word[start:end] in self._pieces:
                    rest[start] = (word[start:end], *rest[end])
                    break
        found = rest.get(0, (word,))
        return found if len(word) >= 3 * len(found) - 1 else (word,)

    def _slipped(self, word: str) -> int:
        if len(word) < _SHORTEST_WITH_SLIP - 1:
            return 0
        found = 0
        for near in self._near(word):
            found |= self._exact.get(near, 0) | self._stems.get(near, 0)
        if not found and word[:2] in self._stem_starts:
            for length in self._stem_lengths:
                if length >= _ANY_SLIP_FROM and length + 1 < len(word):
                    for near in self._near(word[:length]):
                        found |= self._stems.get(near, 0)
        return found

    def _near(self, word: str) -> Iterator[str]:
        candidates = set(self._nearby.get(word, ()))
        for form in _one_letter_less(word):
            candidates |= self._nearby.get(form, set())
        if len(word) >= _TWO_SLIPS_FROM - 1:
            candidates.update(self._long.get(word[0], ()))
        for candidate in candidates:
            slips = OSA.distance(word, candidate, score_cutoff=2)
            if (slips == 2 and len(candidate) >= _TWO_SLIPS_FROM) or (
                slips == 1
                and (
                    len(candidate) >= _ANY_SLIP_FROM
                    or len(candidate) != len(word)
                    or sorted(candidate) == sorted(word)
                )
            ):
                yield candidate

    def _behind(self, mask: str) -> int:
        pattern = re.compile("".join("[a-z]?" if c == "*" else re.escape(c) for c in mask))
        found = 0
        for word, bit in self._bit.items():
            if pattern.fullmatch(word.rstrip("*")):
                found |= bit
        return found


def _one_letter_less(word: str) -> Iterator[str]:
    for at in range(len(word)):
        yield word[:at] + word[at + 1 :]
