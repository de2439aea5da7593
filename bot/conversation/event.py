"""What a student does, as every channel hands it in."""

from __future__ import annotations

from dataclasses import dataclass

from bot.text import Language


@dataclass(frozen=True, slots=True)
class Started:
    """The chat was opened, in this language; a link may name more."""

    language: Language
    institution: str | None = None
    offering: str | None = None
    need: str | None = None
    referrer: str | None = None  # the code of who of the staff gave the link, as it stood there


@dataclass(frozen=True, slots=True)
class Said:
    """Typed text, just as it was typed."""

    text: str


@dataclass(frozen=True, slots=True)
class Pressed:
    """A button was pressed; `button` is its id."""

    button: str


@dataclass(frozen=True, slots=True)
class Commanded:
    """A command without its slash: "help", "restart"."""

    name: str


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Something that is no text: a photo, a voice message, a sticker, a location."""


Event = Started | Said | Pressed | Commanded | Unreadable
