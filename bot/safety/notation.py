"""The notation of `catalogue/safety.yaml`: from an expression to the steps that a matcher takes.

wil niet meer leven      these words in this order; words without weight may stand between
wil ... dood             at most four words between (six dots: at most twelve)
(wil|wou) dood           one of these; (zal|zou willen) may hold more words
zelf? pijn               the word before the question mark may be absent; also (a|b)?
zelfmoord*               any ending
<vriend>                 any expression of the list with this id
essay & zelfmoord        both, in either order, at most eight words between
wil niet meer .          here a clause ends
jaren geleden & ~        in an exception: ~ is any word of the match that it takes away
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache

from bot.safety.spelling import plain_words
from bot.text import Text, text
from bot.understanding.normalise import fold

MAX_VARIANTS = 600  # of one expression, after writing out its alternatives
_MAX_DEPTH = 6
_GAP = {"...": 4, "......": 12}
_GAP_OF_BOTH = 8
THE_MATCH = "~"
CLAUSE_END = "."
_PART = re.compile(r"\.{6}|\.{3}|<[a-z0-9-]+>|[()|?&~.]|[^\s()|?&~.<>]+|\S")


class NotationError(ValueError):
    """The expression cannot be read; `message` says why, for the keeper."""

    def __init__(self, message: Text) -> None:
        super().__init__(message.key)
        self.message = message


@dataclass(frozen=True, slots=True)
class Step:
    """One of `words` comes next, after at most `gap` other words; CLAUSE_END takes no word."""

    words: frozenset[str]
    gap: int = 0
    optional: bool = False


Steps = tuple[Step, ...]


def steps_of(expression: str, groups: Mapping[str, tuple[str, ...]]) -> tuple[Steps, ...]:
    """Every way to say the expression, without alternatives of more words. Raises NotationError."""
    parts = _PART.findall(fold(expression))
    if parts.count("&") > 1:
        raise NotationError(text("safety.expression", found=expression[:60]))
    reader = _Reader(expression, groups)
    if "&" in parts:
        at = parts.index("&")
        first, second = reader.read(parts[:at]), reader.read(parts[at + 1 :])
        variants = [
            (*left, replace(right[0], gap=_GAP_OF_BOTH), *right[1:])
            for one, other in itertools.product(first, second)
            for left, right in ((one, other), (other, one))
            if left and right
        ]
    else:
        variants = reader.read(parts)
    for variant in variants:
        if all(step.optional or step.words <= {THE_MATCH, CLAUSE_END} for step in variant):
            raise NotationError(text("safety.no-word", found=expression[:60]))
    return tuple(dict.fromkeys(variants))


def _is_word(step: Step) -> bool:
    return step.words.isdisjoint((THE_MATCH, CLAUSE_END)) and not step.optional and not step.gap


@cache  # a few thousand words, each of them in many expressions
def _word(part: str) -> Steps | None:
    """A word, with or without a star at its end; None where it is none."""
    stem, star, rest = part.partition("*")
    words = plain_words(stem)
    if rest or not all(word.isalnum() for word in words):
        return None
    *before, last = words
    return tuple(Step(frozenset((word,))) for word in (*before, last + star))


class _Reader:
    """Reads parts from left to right; alternatives of one word each stay together in one step."""

    def __init__(self, expression: str, groups: Mapping[str, tuple[str, ...]]) -> None:
        self.expression = expression
        self.groups = groups
        self.depth = 0

    def read(self, parts: list[str]) -> list[Steps]:
        variants: list[Steps] = [()]
        gap = 0
        at = 0
        while at < len(parts):
            part = parts[at]
            if part in _GAP:
                gap, at = _GAP[part], at + 1
                continue
            if part == "(":
                end = self._closing(parts, at)
                found = self._alternatives(parts[at + 1 : end])
                at = end + 1
            elif part in (")", "|", "?", "<", ">"):
                raise self._wrong()
            else:
                found = self._single(part)
                at += 1
            optional = at < len(parts) and parts[at] == "?"
            if optional:
                at += 1
            variants = self._append(variants, found, gap, optional)
            gap = 0
        if gap:
            raise self._wrong()
        return variants

    def _append(
        self, variants: list[Steps], found: list[Steps], gap: int, optional: bool
    ) -> list[Steps]:
        """Each variant so far, followed by each of what was found."""
        # One word each and nothing else: one step. A mark (clause end, the match) goes its own way.
        plain: list[Steps] = []
        ways: list[Steps] = []
        for steps in found:
            (plain if len(steps) == 1 and _is_word(steps[0]) else ways).append(steps)
        single = frozenset(word for steps in plain for word in steps[0].words)
        if single:
            ways.append((Step(single, optional=optional and not ways),))
        if optional and not (single and len(ways) == 1):
            ways.append(())
        joined: list[Steps] = []
        for left, right in itertools.product(variants, ways):
            # Where an optional part is left out, the gap before it stays with the part after it.
            if right and gap > right[0].gap:
                right = (replace(right[0], gap=gap), *right[1:])
            joined.append(left + right)
        if len(joined) > MAX_VARIANTS:
            raise NotationError(text("safety.too-many", found=self.expression[:60]))
        return joined

    def _single(self, part: str) -> list[Steps]:
        if part in (THE_MATCH, CLAUSE_END):
            return [(Step(frozenset((part,))),)]
        if part.startswith("<"):
            return self._group(part[1:-1])
        steps = _word(part)
        if steps is None:
            raise self._wrong()
        return [steps]

    def _group(self, name: str) -> list[Steps]:
        if name not in self.groups or self.depth > _MAX_DEPTH:
            raise NotationError(text("safety.unknown-words", found=name))
        self.depth += 1
        found = [
            steps for item in self.groups[name] for steps in self.read(_PART.findall(fold(item)))
        ]
        self.depth -= 1
        return found

    def _alternatives(self, parts: list[str]) -> list[Steps]:
        found: list[Steps] = []
        start = level = 0
        for at, part in enumerate((*parts, "|")):
            level += (part == "(") - (part == ")")
            if part == "|" and level == 0:
                if start == at:
                    raise self._wrong()
                found += self.read(parts[start:at])
                start = at + 1
        return found

    def _closing(self, parts: list[str], opened: int) -> int:
        level = 0
        for at in range(opened, len(parts)):
            level += (parts[at] == "(") - (parts[at] == ")")
            if level == 0:
                return at
        raise self._wrong()

    def _wrong(self) -> NotationError:
        return NotationError(text("safety.expression", found=self.expression[:60]))
