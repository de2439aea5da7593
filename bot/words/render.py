"""A message in one language, ready for a channel to lay out; and typed words that name a button."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from bot.catalogue import Catalogue
from bot.conversation.message import Message, Style
from bot.understanding.normalise import fold
from bot.words.translate import Translator


@dataclass(frozen=True, slots=True)
class ShownPart:
    text: str
    style: Style


@dataclass(frozen=True, slots=True)
class ShownButton:
    id: str
    label: str
    kind: Literal["choice", "link", "always"]
    url: str | None


@dataclass(frozen=True, slots=True)
class Shown:
    """A message in words."""

    name: str
    parts: tuple[ShownPart, ...]
    buttons: tuple[ShownButton, ...]

    @property
    def text(self) -> str:
        return "\n\n".join(part.text for part in self.parts)


def render(message: Message, translator: Translator, catalogue: Catalogue) -> Shown:
    """The message in the translator's language."""
    return Shown(
        message.name,
        tuple(ShownPart(translator.say(p.text, catalogue), p.style) for p in message.parts),
        tuple(
            ShownButton(b.id, translator.say(b.label, catalogue), b.kind, b.url)
            for b in message.buttons
        ),
    )


def numbered(shown: Iterable[Shown]) -> list[ShownButton]:
    """The buttons as they are numbered: choices first, then what always works."""
    buttons = [b for message in shown for b in message.buttons if b.kind != "link"]
    return sorted(buttons, key=lambda button: button.kind == "always")


def pressed_by_typing(typed: str, shown: Iterable[Shown]) -> str | None:
    """The id of the button that somebody typed: its number or its label."""
    buttons = numbered(shown)
    typed = fold(typed).strip()
    if typed.isdecimal() and 1 <= int(typed) <= len(buttons):
        return buttons[int(typed) - 1].id
    for button in buttons:
        if fold(button.label).strip() == typed:
            return button.id
    return None
