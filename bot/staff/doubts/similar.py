"""Offerings that are probably the same thing twice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from rapidfuzz import fuzz, process

from bot.catalogue import Problem, Reading, School
from bot.text import LANGUAGES, text
from bot.understanding.normalise import fold, words

# Of all that share a word, a page or a number, only so many are compared: that keeps a catalogue
# of thousands quick, and what is there twice shares several of them.
_MOST_COMPARED = 12
_LETTERS = 5  # of a word: with a slip further on it is still found
_WORDS = 3  # of a title, the longest: they say most
_BEGINNING = 40  # characters of a summary

# How alike, from 0 to 100, in the language in which they are most alike.
_SAME = 88
_NEAR = 70


@dataclass(frozen=True)
class _Entry:
    """An offering as it is compared."""

    id: str
    file: str
    index: int
    line: int
    for_crisis: bool
    replaces: tuple[str, ...]
    titles: tuple[str, ...]  # in each language, the words in the order of the alphabet
    summaries: tuple[str, ...]
    reached_by: frozenset[str]  # its page and its numbers

    @cached_property
    def keys(self) -> set[str]:
        """A double of this one shares at least one of these."""
        longest = sorted(self.titles[0].split(), key=len, reverse=True)[:_WORDS]
        starts = {word[:_LETTERS] for word in longest}
        return starts | self.reached_by | self.copied

    @cached_property
    def copied(self) -> set[str]:
        """What is only the same where one was copied from the other."""
        beginnings = {f"summary {summary[:_BEGINNING]}" for summary in self.summaries}
        return beginnings | {f"title {title}" for title in self.titles}

    def may_double(self, other: _Entry) -> bool:
        return self.for_crisis == other.for_crisis and other.id not in self.replaces

    def shares_place(self, other: _Entry) -> bool:
        return not self.reached_by.isdisjoint(other.reached_by)

    def likeness(self, other: _Entry, title: float, summary: float) -> float:
        """How much they look alike, from 0 (not the same thing) to 200."""
        alike = title and summary and (title >= _SAME or self.shares_place(other))
        return title + summary if alike or title == 100 or summary >= _SAME else 0


def doubts(reading: Reading) -> Iterator[Problem]:
    """Doubles within a school, and of a national offering that the school does not replace.

    Each offering is doubted once at most: against the one before it that it is most like.
    """
    catalogue = reading.catalogue
    national = _Earlier()
    for entry in _entries(reading, catalogue.national):
        if other := national.most_like(entry):
            yield _own(reading, entry, other)
        national.add(entry)
    for school in catalogue.schools.values():
        own = _Earlier()
        for entry in _entries(reading, school):
            if other := own.most_like(entry):
                yield _own(reading, entry, other)
            elif other := national.most_like(entry):
                place = f"{other.file}:{other.line}"
                message = text("similar.national", id=entry.id, other=other.id, place=place)
                yield reading.doubt(entry.file, (entry.index, "title"), message)
            own.add(entry)


def _own(reading: Reading, entry: _Entry, other: _Entry) -> Problem:
    message = text("similar.own", id=entry.id, other=other.id, line=other.line)
    return reading.doubt(entry.file, (entry.index, "title"), message)


class _Earlier:
    """The offerings so far, by what a double of them would share."""

    def __init__(self) -> None:
        self._sharing: defaultdict[str, list[_Entry]] = defaultdict(list)

    def add(self, entry: _Entry) -> None:
        for key in entry.keys:
            if len(self._sharing[key]) < _MOST_COMPARED:
                self._sharing[key].append(entry)

    def most_like(self, entry: _Entry) -> _Entry | None:
        """Of equals the first in the file; None where nothing is like it."""
        sharing = {other.index: other for key in entry.keys for other in self._sharing.get(key, ())}
        others = [sharing[index] for index in sorted(sharing) if entry.may_double(sharing[index])]
        titles = _likeness(entry.titles, [other.titles for other in others])
        near = [  # long texts are only compared where something points to it
            (other, title)
            for other, title in zip(others, titles, strict=True)
            if title or entry.shares_place(other) or not entry.copied.isdisjoint(other.copied)
        ]
        summaries = _likeness(entry.summaries, [other.summaries for other, _ in near])
        best, most = None, 0.0
        for (other, title), summary in zip(near, summaries, strict=True):
            likeness = entry.likeness(other, title, summary)
            if likeness > most:
                best, most = other, likeness
        return best


def _entries(reading: Reading, school: School) -> Iterator[_Entry]:
    file = f"{school.institution.id}/offerings.yaml"
    for index, offering in enumerate(school.offerings):
        if offering.use == "hidden":
            continue
        access = offering.access
        numbers = (number.replace(" ", "") for number in access.phone)
        yield _Entry(
            id=offering.id,
            file=file,
            index=index,
            line=reading.documents[file].position((index,))[0],
            for_crisis=offering.use == "crisis",
            replaces=offering.replaces,
            titles=tuple(
                " ".join(sorted(words(fold(offering.title.in_(language)))))
                for language in LANGUAGES
            ),
            summaries=tuple(fold(offering.summary.in_(language)) for language in LANGUAGES),
            reached_by=frozenset({access.url or "", *numbers} - {""}),
        )


def _likeness(here: tuple[str, ...], others: list[tuple[str, ...]]) -> list[float]:
    """Of each other one in the language in which they are most alike; 0 where not even near."""
    likeness = [0.0] * len(others)
    for language, said in enumerate(here):
        there = [texts[language] for texts in others]
        near = process.extract(said, there, scorer=fuzz.ratio, score_cutoff=_NEAR, limit=None)
        for _, score, place in near:
            likeness[place] = max(likeness[place], score)
    return likeness
