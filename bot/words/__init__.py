"""IN WHICH WORDS: from texts by key to Dutch and English. `locales/` holds the words themselves."""

from bot.words.render import Shown, ShownButton, ShownPart, numbered, pressed_by_typing, render
from bot.words.translate import Translator, language_name, load_translators

__all__ = [
    "Shown",
    "ShownButton",
    "ShownPart",
    "Translator",
    "language_name",
    "load_translators",
    "numbered",
    "pressed_by_typing",
    "render",
]
