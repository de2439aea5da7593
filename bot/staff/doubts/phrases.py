"""Needs' phrases that lead elsewhere: what is said for one need and understood as another.

Only what can be shown to a keeper in one line, in time that grows with the number of phrases.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from rapidfuzz import fuzz

from bot.catalogue import Need, Problem, Reading
from bot.catalogue.models import SmallTalk
from bot.catalogue.problems import Path, shown
from bot.text import LANGUAGES, Text, text
from bot.understanding.normalise import fold, words

Words = tuple[str, ...]

_NEARLY = 95  # of 100: a letter or two in a sentence
_SHORTEST = 18  # letters: of a shorter phrase one other letter is more than that
_NEXT = 4  # phrases that one is compared with
_FEW = 2  # words: so little is easily part of what is said for another need
_MANY = 12  # phrases of the other need in which it stands,
_TIMES = 4  # and so many times as often as in those of its own


@dataclass(frozen=True, slots=True)
class _Phrase:
    of: str  # a need or a kind of small talk
    small_talk: bool
    path: Path
    said: str
    words: Words

    @property
    def file(self) -> str:
        return f"{'small_talk' if self.small_talk else 'needs'}/{self.of}.yaml"


def doubts(reading: Reading) -> Iterator[Problem]:
    """A warning for each phrase, at that phrase."""
    catalogue = reading.catalogue
    phrases = [
        *_phrases(catalogue.small_talk.values(), small_talk=True),
        *_phrases(catalogue.needs.values(), small_talk=False),
    ]
    told: set[tuple[str, Path]] = set()
    for phrase, what in (*_the_same(phrases), *_nearly_the_same(phrases), *_inside_many(phrases)):
        if (phrase.file, phrase.path) not in told:
            told.add((phrase.file, phrase.path))
            yield reading.doubt(phrase.file, phrase.path, what)


def _phrases(kinds: Iterable[Need | SmallTalk], small_talk: bool) -> Iterator[_Phrase]:
    for kind in kinds:
        for language in LANGUAGES:
            said = getattr(kind.phrases, language)
            for index, phrase in enumerate(said):
                path = ("phrases", language, index)
                yield _Phrase(kind.id, small_talk, path, phrase, words(fold(phrase)))


def _the_same(phrases: Iterable[_Phrase]) -> Iterator[tuple[_Phrase, Text]]:
    """Word for word; capitals, accents and signs make no difference to the bot."""
    first: dict[Words, _Phrase] = {}
    for phrase in phrases:
        other = first.setdefault(phrase.words, phrase)
        if other.of == phrase.of or not phrase.words:
            continue
        if other.small_talk:
            yield phrase, text("phrases.small-talk", phrase=shown(phrase.said), kind=other.of)
        else:
            yield phrase, text("phrases.same", phrase=shown(phrase.said), need=other.of)


def _nearly_the_same(phrases: Iterable[_Phrase]) -> Iterator[tuple[_Phrase, Text]]:
    """But for a letter or two.

    In the order of the alphabet such phrases stand together, by their beginnings or, read
    backwards, by their ends; so each is only compared with the next few.
    """
    long = [(" ".join(p.words), p) for p in phrases if sum(map(len, p.words)) >= _SHORTEST]
    for step in (1, -1):
        long.sort(key=lambda pair: pair[0][::step])
        for place, (one, phrase) in enumerate(long):
            for other, near in long[place + 1 : place + 1 + _NEXT]:
                if phrase.of != near.of and fuzz.ratio(one, other) >= _NEARLY:
                    yield _near(near, phrase) if phrase.small_talk else _near(phrase, near)


def _near(phrase: _Phrase, other: _Phrase) -> tuple[_Phrase, Text]:
    message = text(
        "phrases.near", phrase=shown(phrase.said), other=shown(other.said), need=other.of
    )
    return phrase, message


def _inside_many(phrases: Iterable[_Phrase]) -> Iterator[tuple[_Phrase, Text]]:
    """A word or two that are said far more often for another need."""
    few = [p for p in phrases if not p.small_talk and 0 < len(p.words) <= _FEW]
    wanted = {phrase.words for phrase in few}
    times: dict[Words, Counter[str]] = {}
    for phrase in phrases:
        if not phrase.small_talk:
            for piece in wanted.intersection(_pieces(phrase.words)):
                times.setdefault(piece, Counter())[phrase.of] += 1
    for phrase in few:
        (need, often), *_ = times[phrase.words].most_common(1)
        if often >= max(_MANY, _TIMES * times[phrase.words][phrase.of]):
            message = text("phrases.inside", phrase=shown(phrase.said), need=need, count=often)
            yield phrase, message


def _pieces(said: Words) -> set[Words]:
    """The words, and each two in a row."""
    return {*((word,) for word in said), *pairwise(said)}
