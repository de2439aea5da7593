"""In which language? And the buttons that lead from one language to the other."""

from __future__ import annotations

from bot.conversation.message import Button, Message, Part
from bot.conversation.state import State
from bot.conversation.world import World
from bot.text import Language, Text, text

_TO: dict[Language, Text] = {"nl": text("button.to-dutch"), "en": text("button.to-english")}


def show(state: State, world: World) -> Message:
    return Message(
        "language",
        (Part(text("language.ask")),),
        (
            Button("language:nl", text("choice.dutch")),
            Button("language:en", text("choice.english")),
        ),
    )


def other(language: Language) -> Language:
    return "en" if language == "nl" else "nl"


def to_language(language: Language, id: str | None = None) -> Button:
    """The button that leads to this language; `id` where it shows something of its own in it."""
    return Button(id or f"language:{language}", _TO[language], "always")
