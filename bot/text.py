"""Text that is not yet in a language: what the rooms pass around instead of sentences.

The conversation, the advice and the catalogue say *which* text they mean and with which values.
Only `bot.words` turns that into Dutch or English, so a message can be said again in the other
language, and a test can look at the key instead of the copy.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Language = Literal["nl", "en"]
LANGUAGES: tuple[Language, ...] = ("nl", "en")


@dataclass(frozen=True, slots=True)
class FromCatalogue:
    """A text that staff wrote in the catalogue: `FromCatalogue("offering", "nat-gp", "title")`."""

    kind: Literal[
        "offering",
        "need",
        "theme",
        "small-talk",
        "institution",
        "element",
        "level",
        "part",
        "staff",
        "calendar",
        "tip",
    ]
    id: str
    field: str = "name"


@dataclass(frozen=True, slots=True)
class At:
    """A moment inside a sentence: "Tuesday 1 December, 12:00"."""

    moment: dt.datetime


@dataclass(frozen=True, slots=True)
class On:
    """A day inside a sentence: "Tuesday 1 December"."""

    day: dt.date


@dataclass(frozen=True, slots=True)
class Several:
    """A list inside a sentence: "a, b and c"."""

    items: tuple[Arg, ...]
    joined: Literal["and", "or"] = "and"


@dataclass(frozen=True, slots=True)
class Text:
    """A message of `locales/`, by key, with the values for its {fields}."""

    key: str
    args: Mapping[str, Arg] = field(default_factory=dict)


Arg = str | int | FromCatalogue | At | On | Several | Text


def text(key: str, /, **args: Arg) -> Text:
    """`text("advice.step", step=...)`: short to write, and what the extraction looks for."""
    return Text(key, args)
