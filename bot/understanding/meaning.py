"""What understanding gives back. Whatever turns a text into a Meaning can take its place."""

from __future__ import annotations

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


@dataclass(frozen=True)
class Meaning:
    """One message understood. `needs` is best first; with "clarify" those are what to offer."""

    language: Language | Literal["unsure"]
    outcome: Outcome
    needs: tuple[Found, ...] = ()
    small_talk: str | None = None  # which kind, when it is about something else
    also: tuple[Found, ...] = ()  # needs that another part of the message is surely about
