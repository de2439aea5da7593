"""One way to look at text: no case, no accents, no decoration, words apart."""

from __future__ import annotations

import re
import unicodedata

MAX_CHARACTERS = 1200  # a long story says what it is about well before this

_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)?")
_LONG_RUN = re.compile(r"(.)\1{2,}")
_APOSTROPHES = str.maketrans("’‘`´ʼ", "'''''")
_LONGEST_QUOTE = 90


def fold(message: str) -> str:
    """Without case and accents, single spaces: "Één  café" → "een cafe".

    Upper case, extra spaces and missing accents so make no difference to anything after it.
    Halves of broken characters (lone surrogates) are dropped.
    """
    start = message[: 2 * MAX_CHARACTERS].translate(_APOSTROPHES).casefold()
    plain = start if start.isascii() else _without_accents(start)
    return " ".join(plain.casefold().split())[:MAX_CHARACTERS]


def _without_accents(said: str) -> str:
    decomposed = unicodedata.normalize("NFKD", said)
    return "".join(c for c in decomposed if unicodedata.category(c) not in ("Mn", "Cs"))


def words(folded: str) -> tuple[str, ...]:
    """The words of a folded message; "heeeel" counts as "heel", the 's of 's avonds stays."""
    return tuple(_WORD.findall(_LONG_RUN.sub(r"\1\1", folded)))


def shorten(said: str) -> str:
    """What somebody said, on one line and at most 90 characters, cut between words."""
    said = " ".join(said.split())
    if len(said) <= _LONGEST_QUOTE:
        return said
    return said[:_LONGEST_QUOTE].rsplit(" ", 1)[0] + " …"
