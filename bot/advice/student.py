"""What is known of a student, as far as it matters for what fits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from bot.catalogue.models import Sector
from bot.text import Language

# What may be true of a student, with how likely it is as long as nobody has asked. Rough figures
# of Dutch higher and vocational education; they only weigh an offering that is limited to a group.
FACTS: Mapping[str, float] = {
    "first-year": 0.35,
    "international": 0.10,
    "job": 0.50,
    "caring": 0.10,
    "travel": 0.25,
    "master": 0.20,
    "phd": 0.03,
}
# Who writes English to a Dutch school mostly came from abroad.
_INTERNATIONAL_IN_ENGLISH = 0.80


@dataclass(frozen=True)
class Student:
    """One student. What is not known is absent: from `facts`, or None."""

    institution: str | None
    sector: Sector
    language: Language
    needs: Mapping[str, float]  # how sure of each need, 0 to 1
    facts: Mapping[str, bool] = field(default_factory=dict)
    with_whom: str | None = None
    how: str | None = None
    location: str | None = None
    faculty: str | None = None  # a faculty's id, or "other"
    age: int | None = None
    languages: tuple[Language, ...] | None = None

    def chance(self, fact: str) -> float:
        """How likely it is that this is true of the student: 0 or 1 where they said so."""
        if fact in self.facts:
            return float(self.facts[fact])
        if fact == "international" and self.language == "en":
            return _INTERNATIONAL_IN_ENGLISH
        return FACTS[fact]

    @property
    def speaks(self) -> frozenset[Language]:
        """Languages in which help is of use.

        Who writes Dutch is taken to manage in English too until they say otherwise; who writes
        English is not taken to know Dutch.
        """
        if self.languages is not None:
            return frozenset(self.languages)
        return frozenset(("nl", "en")) if self.language == "nl" else frozenset(("en",))

    def knowing(self, question: str, value: str) -> Student:
        """The same student, had they given this answer."""
        match question:
            case "with-whom":
                return replace(self, with_whom=value)
            case "how":
                return replace(self, how=value)
            case "where":
                return replace(self, location=value)
            case "faculty":
                return replace(self, faculty=value)
            case "languages":
                both: tuple[Language, ...] = ("nl", "en")
                known = both if value == "both" else tuple(x for x in both if x == value)
                return replace(self, languages=known)
            case "age":
                return replace(self, age=int(value))
        if question in FACTS:
            return replace(self, facts={**self.facts, question: value == "yes"})
        raise ValueError(f"no such question: {question}")
