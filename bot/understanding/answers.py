"""Which answer to a question somebody gave, in typed words; also answers given without a question.

The words themselves are in the catalogue (`answers.yaml`), so staff can add to them.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

from rapidfuzz.distance import DamerauLevenshtein

from bot.catalogue.models import AnswerWords, Institution, Part
from bot.understanding.normalise import fold, words

_NEGATIONS = frozenset("niet geen nooit not no never n't isn't aren't dont don't zonder".split())
_NEGATED_WITHIN = 3  # words: "niet met een groep" is no group
_AGE = re.compile(
    r"\b(?:ben|i am|i'm|im|am|aged?|leeftijd)(?: (?:ik|pas|nog|nu|al|only|just|is|:))* "
    r"(1[4-9]|[2-5][0-9])\b(?! ?(?:%|km|min|uur|dag|week|weken|maand|jaar verder|days|weeks|"
    r"hours|months|euro|minutes|ec\b|points|punten|stud))"
)
_NUMBER = re.compile(r"\b([1-9][0-9])\b")
# Said of every school, so they do not tell which one is meant.
_GENERIC = frozenset(
    """universiteit university uni hogeschool of applied sciences school mbo hbo wo roc college de
    het the aan at in ik i zit studeer study student op mijn my van""".split()
)

Tokens = tuple[str, ...]


def _tokens(said: str) -> Tokens:
    return words(fold(said))


def _same(said: str, known: str) -> bool:
    """The same word, small typos forgiven: none up to four letters, one up to seven, then two."""
    if said == known:
        return True
    allowed = 0 if len(known) < 5 else 1 if len(known) < 8 else 2
    if not allowed or said[0] != known[0]:
        return False
    return DamerauLevenshtein.distance(said, known, score_cutoff=allowed) <= allowed


def _stands_in(phrase: Tokens, said: Tokens) -> int | None:
    """Where the phrase stands in what was said, as a run of words; None if it does not."""
    for start in range(len(said) - len(phrase) + 1):
        if all(_same(s, p) for s, p in zip(said[start:], phrase, strict=False)):
            return start
    return None


class Answers:
    """The words of `answers.yaml`, ready to be looked up."""

    def __init__(self, entries: Iterable[AnswerWords]) -> None:
        self._as_answer: dict[str, list[tuple[str, Tokens]]] = defaultdict(list)
        self._in_story: list[tuple[str, str, Tokens]] = []
        for entry in entries:
            for expression in (*entry.as_answer.both, *entry.in_story.both):
                self._as_answer[entry.question].append((entry.choice, _tokens(expression)))
            for expression in entry.in_story.both:
                self._in_story.append((entry.question, entry.choice, _tokens(expression)))
        self._whole = {phrase for known in self._as_answer.values() for _, phrase in known}

    def knows(self, said: str) -> bool:
        """Whether this, to the letter, is an answer to one of our own questions."""
        return _tokens(said) in self._whole

    def whole(self, question: str, said: str) -> str | None:
        """The choice whose words are all of what was said, as for commands ("hulp nu")."""
        tokens = _tokens(said)
        for choice, phrase in self._as_answer[question]:
            if len(phrase) == len(tokens) and tokens and _stands_in(phrase, tokens) == 0:
                return choice
        return None

    def answer(self, question: str, said: str, allowed: Collection[str]) -> tuple[str, ...]:
        """The choices that these words name, in the order in which they were named.

        Of overlapping expressions the longest counts ("niet met een groep" is no group).
        """
        tokens = _tokens(said)
        hits: list[tuple[int, int, str]] = []
        for choice, phrase in self._as_answer[question]:
            start = _stands_in(phrase, tokens)
            if start is not None and choice in allowed:
                hits.append((start, start + len(phrase), choice))
        hits.sort(key=lambda hit: (hit[0] - hit[1], hit[0]))
        taken: list[tuple[int, int, str]] = []
        for start, end, choice in hits:
            if any(start < e and s < end for s, e, _ in taken):
                continue
            if not _NEGATIONS & set(tokens[max(0, start - _NEGATED_WITHIN) : start]):
                taken.append((start, end, choice))
        return tuple(dict.fromkeys(choice for _, _, choice in sorted(taken)))

    def in_story(self, said: str) -> Mapping[str, str]:
        """Answers that a message gives unasked: question → choice; facts become yes or no."""
        tokens = _tokens(said)
        found: dict[str, str] = {}
        for question, choice, phrase in self._in_story:
            start = _stands_in(phrase, tokens)
            if start is None:
                continue
            denied = bool(_NEGATIONS & set(tokens[max(0, start - _NEGATED_WITHIN) : start]))
            if question == "about-you":
                found.setdefault(choice, "no" if denied else "yes")
            elif not denied:
                found.setdefault(question, choice)
        age = _AGE.search(fold(said))
        if age:
            found["age"] = age[1]
        return found


def age_in(said: str) -> int | None:
    """A typed age: the only two-digit number in the answer."""
    numbers = _NUMBER.findall(fold(said))
    return int(numbers[0]) if len(numbers) == 1 else None


def part_in(said: str, parts: Iterable[Part], *, asked: bool) -> str | None:
    """The location or faculty that is named; unasked only as "in The Hague", "op locatie Breda"."""
    tokens = _tokens(said)
    for part in parts:
        for name in (part.name.nl, part.name.en):
            start = _stands_in(_tokens(name), tokens)
            if start is None:
                continue
            before = tokens[start - 1] if start else ""
            if asked or before in ("in", "te", "locatie", "campus", "at"):
                return part.id
    return None


def institutions_named(said: str, institutions: Iterable[Institution]) -> tuple[str, ...]:
    """The institutions that a typed name may mean; one if it is clear, none if nothing is near."""
    tokens = _tokens(said)
    telling = [token for token in tokens if token not in _GENERIC]
    scores: dict[str, float] = {}
    for institution in institutions:
        names = (institution.id, institution.name.nl, institution.name.en, *institution.also_called)
        scores[institution.id] = max(_likeness(tokens, telling, _tokens(name)) for name in names)
    best = max(scores.values(), default=0.0)
    if best < 0.6:
        return ()
    return tuple(id for id, score in scores.items() if score >= best - 0.1)


def is_name_of(said: str, institution: Institution) -> bool:
    """Whether this is exactly one of the institution's names."""
    names = (institution.id, institution.name.nl, institution.name.en, *institution.also_called)
    return _tokens(said) in {_tokens(name) for name in names}


def _likeness(tokens: Tokens, telling: list[str], name: Tokens) -> float:
    """1 for the very name, less for one telling word of it that is spelled nearly so."""
    if tokens == name:
        return 2.0
    own = [token for token in name if token not in _GENERIC]
    near = [max((_alike(token, known) for known in own), default=0.0) for token in telling]
    return sum(near) / len(near) if near else 0.0


def _alike(token: str, known: str) -> float:
    """How much two words are alike, 0 below what a typo explains."""
    if token == known:
        return 1.0
    if min(len(token), len(known)) < 4 or token[0] != known[0]:
        return 0.0
    alike = DamerauLevenshtein.normalized_similarity(token, known)
    return alike if alike >= 0.7 else 0.0
