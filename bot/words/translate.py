"""The words of `locales/`, read from the .po files at start: nothing to compile, nothing stale."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.lists import format_list
from babel.messages.pofile import read_po

from bot.catalogue import Catalogue
from bot.catalogue.days import AMSTERDAM
from bot.text import LANGUAGES, Arg, At, FromCatalogue, Language, On, Several, Text

# English as it is used in the Netherlands: 15:05, not 3:05 PM.
_LOCALES: Mapping[Language, Locale] = {"nl": Locale("nl"), "en": Locale("en", "GB")}
_DAY = "EEEE d MMMM"
_MOMENT = f"{_DAY}, HH:mm"
_LIST_STYLE: Mapping[str, Literal["standard", "or"]] = {"and": "standard", "or": "or"}


class Translator:
    """Turns texts into one language. Unknown keys raise KeyError: a test keeps them all known."""

    def __init__(self, language: Language, messages: Mapping[str, str]) -> None:
        self.language = language
        self._messages = messages

    def say(self, what: Arg, catalogue: Catalogue | None = None) -> str:
        """The text in this language; texts from the catalogue need the catalogue."""
        match what:
            case Text(key, args):
                values = {name: self.say(value, catalogue) for name, value in args.items()}
                return self._messages[key].format(**values)
            case At(moment):
                here = moment.astimezone(AMSTERDAM)
                return format_datetime(here, _MOMENT, locale=_LOCALES[self.language])
            case On(day):
                return format_date(day, _DAY, locale=_LOCALES[self.language])
            case FromCatalogue():
                if catalogue is None:
                    raise ValueError("this text needs the catalogue")
                return catalogue.words(what, self.language)
            case Several(items, joined):
                said = [self.say(item, catalogue) for item in items]
                locale = _LOCALES[self.language]
                return format_list(said, style=_LIST_STYLE[joined], locale=locale)
        return str(what)


def language_name(spoken: Language, said_in: Language) -> str:
    """How a language is called: Dutch is "Nederlands" in Dutch."""
    return str(Locale(said_in).languages[spoken])


def read_messages(path: Path) -> dict[str, str]:
    """Key → words of one .po file."""
    with path.open("rb") as file:
        catalog = read_po(file)
    return {str(message.id): str(message.string) for message in catalog if message.id}


def read_words(folder: Path, language: Language) -> dict[str, str]:
    """All words of one language: `<language>.po`, and `crisis.<language>.po`, which is apart."""
    ordinary, crisis = (folder / f"{language}.po", folder / f"crisis.{language}.po")
    return {**read_messages(ordinary), **read_messages(crisis)}


def load_translators(folder: Path) -> dict[Language, Translator]:
    """A translator for each language, from the .po files in the folder."""
    return {language: Translator(language, read_words(folder, language)) for language in LANGUAGES}
