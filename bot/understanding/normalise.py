"""One way to look at text: lower case, no accents, no decoration, words apart."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

MAX_CHARACTERS = 2000  # a long story says what it is about well before this

_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)?")
_LONG_RUN = re.compile(r"(.)\1{2,}")
_APOSTROPHES = str.maketrans("’‘`´ʼ", "'''''")


def fold(message: str) -> str:
    """Lower case without accents, as long as the language allows: "Één café" → "een cafe"."""
    decomposed = unicodedata.normalize("NFKD", message[:MAX_CHARACTERS].translate(_APOSTROPHES))
    return "".join(c for c in decomposed if not unicodedata.combining(c)).lower()


@dataclass(frozen=True, slots=True)
class Word:
    """A word as it is matched, and where it stood in the folded message."""

    text: str
    start: int
    end: int


def words(folded: str) -> tuple[Word, ...]:
    """The words of a folded message; "heeeel" counts as "heel", the 's of 's avonds stays."""
    return tuple(
        Word(_LONG_RUN.sub(r"\1\1", match[0]), match.start(), match.end())
        for match in _WORD.finditer(folded)
    )


_LONGEST_EVIDENCE = 90


def quote(message: str, start: int, end: int) -> str:
    """The student's own words between two places of the folded message, at whole words.

    Folding may change lengths (ß, ligatures); where it did, the start of the message is quoted.
    """
    if len(fold(message)) != len(message[:MAX_CHARACTERS]):
        start, end = 0, min(len(message), end)
    said = " ".join(message[start:end].split())
    if len(said) <= _LONGEST_EVIDENCE:
        return said
    return said[:_LONGEST_EVIDENCE].rsplit(" ", 1)[0] + " …"
