"""What understanding gives back. Whatever turns a text into a Meaning can take its place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from bot.text import Language

Outcome = Literal["suggest", "clarify", "unknown"]


@dataclass(frozen=True)
class Found:
    """One need in a message: how sure (0 to 1) and which words of the student led to it."""

    need: str
    score: float
    because: str


def likely_needs(found: Sequence[Found]) -> dict[str, float]:
    """The needs that count, the likeliest as 1; one with less than half of that is noise."""
    most = max((one.score for one in found), default=0.0)
    return {one.need: one.score / most for one in found if most and one.score >= most / 2}


@dataclass(frozen=True)
class Meaning:
    """One message understood. `needs` is best first; with "clarify" those are what to offer."""

    language: Language | Literal["unsure"]
    outcome: Outcome
    needs: tuple[Found, ...] = ()
    small_talk: str | None = None  # which kind, when it is about something else
    also: tuple[Found, ...] = ()  # needs that another part of the message is surely about
