"""The words in both languages: complete, with the same fields, and each in use."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from bot.app import App
from bot.settings import read_settings
from bot.text import LANGUAGES, FromCatalogue, Several, text
from bot.words.translate import read_words

ROOT = Path(__file__).parent.parent
LOCALES = read_settings({}).locales
WORDS = {language: read_words(LOCALES, language) for language in LANGUAGES}


def _keys_in_code() -> set[str]:
    """Every key written as `text("…")`, and those that one of two is chosen from."""
    found = extract_from_dir(ROOT / "bot", [("**.py", "python")], keywords={"text": None})
    keys = {str(message) for _, _, message, *_ in found}
    for path in (ROOT / "bot").rglob("*.py"):
        keys |= set(re.findall(r'"((?:catalogue|yaml|safety)\.[a-z0-9-]+)"', path.read_text()))
    return {key for key in keys if "." in key and not key.endswith(".yaml")}


def _fields(words: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(words) if name is not None}


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_missing_fuzzy_or_left_over(language: str) -> None:
    for name in (f"{language}.po", f"crisis.{language}.po"):
        with (LOCALES / name).open("rb") as file:
            catalog = read_po(file)
        assert not [m.id for m in catalog if m.id and (m.fuzzy or not m.string)]
        assert not catalog.obsolete
    keys = _keys_in_code()
    known = set(WORDS[language])  # type: ignore[index]
    assert not keys - known, "used in the code, but without words"
    dynamic = {"catalogue.ages-empty", "catalogue.ages-order", "catalogue.dates-order"}
    assert not known - keys - dynamic, "has words, but is not used in the code"


def test_both_languages_have_the_same_fields() -> None:
    assert set(WORDS["nl"]) == set(WORDS["en"])
    for key, words in WORDS["nl"].items():
        assert _fields(words) == _fields(WORDS["en"][key]), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_students_are_addressed_plainly(language: str) -> None:
    for key, words in WORDS[language].items():  # type: ignore[index]
        assert "!" not in words or key == "yaml.tag", key
        if language == "nl":
            assert not re.search(r"\b[Uu]w?\b", words), key
        if key.startswith("button."):
            assert len(words) <= 40, key


def test_lists_and_catalogue_texts_are_put_into_words(app: App) -> None:
    reasons = Several(("a", "b", FromCatalogue("need", "sleep")), "and")
    said = text("why.because", reasons=reasons, gives="rust")
    dutch = app.translators["nl"].say(said, app.catalogue)
    assert dutch == "Waarom dit? Omdat a, b en Slaap. Het geeft je: rust."
    english = app.translators["en"].say(said, app.catalogue)
    assert "a, b and Sleep" in english
