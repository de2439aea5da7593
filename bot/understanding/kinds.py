"""What a message can be about: one of the needs, or one of the kinds of small talk."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from bot.catalogue import Need
from bot.catalogue.models import SmallTalk
from bot.understanding.normalise import fold


@dataclass(frozen=True)
class Known:
    """All known phrases, folded, each with the number of its class; needs come first."""

    classes: tuple[str, ...]
    needs: int  # the first so many classes are needs, the others are small talk
    phrases: tuple[str, ...]
    said: tuple[str, ...]  # the phrases as staff wrote them
    of_class: tuple[int, ...]

    @classmethod
    def of(cls, needs: Iterable[Need], small_talk: Iterable[SmallTalk]) -> Known:
        """From the catalogue. A need's names count as phrases; of equal phrases the first stays."""
        needs, small_talk = tuple(needs), tuple(small_talk)
        classes = (*(need.id for need in needs), *(kind.id for kind in small_talk))
        seen: dict[str, tuple[str, int]] = {}
        phrases = [(need.name.nl, need.name.en, *need.phrases.both) for need in needs]
        phrases += [kind.phrases.both for kind in small_talk]
        for number, of_one in enumerate(phrases):
            for phrase in of_one:
                seen.setdefault(fold(phrase), (phrase, number))
        return cls(
            classes=classes,
            needs=len(needs),
            phrases=tuple(seen),
            said=tuple(phrase for phrase, _ in seen.values()),
            of_class=tuple(number for _, number in seen.values()),
        )

    @cached_property
    def numbers(self) -> dict[str, int]:
        """Class → its number."""
        return {name: number for number, name in enumerate(self.classes)}
