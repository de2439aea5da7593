"""IN WHICH WORDS: from texts by key to Dutch and English. `locales/` holds the words themselves."""

from bot.words.render import Shown, ShownButton, ShownPart, numbered, pressed_by_typing, render
from bot.words.translate import Translator, load_translators

__all__ = [
    "Shown",
    "ShownButton",
    "ShownPart",
    "Translator",
    "load_translators",
    "numbered",
    "pressed_by_typing",
    "render",
]
