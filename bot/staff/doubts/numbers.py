"""Telephone numbers that nobody can call, in their own field and inside texts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

import phonenumbers
from phonenumbers import shortnumberinfo

from bot.catalogue import Problem, Reading
from bot.staff.doubts.translated import in_both_languages
from bot.text import LANGUAGES, Text, text

# Dutch short numbers that the library does not know: it knows 112, 116 xxx and 14 0xx.
_SHORT = frozenset(("113", "144"))
_FEWEST_DIGITS = 8
_DIGITS = 9  # of a Dutch number without its 0
_OF_ANY_LENGTH = ("800", "90", "97")  # free and paid services, and machines

_BETWEEN = r"(?:[ ()-]{0,3}\d)"
_SOME_DIGITS = re.compile(rf"\d{_BETWEEN}")  # most texts have none, and so no number
# Dates and bank accounts look like telephone numbers and are none.
_OTHER = re.compile(r"\b\d{1,2}-\d{1,2}-\d{4}\b|\b[A-Z]{2}\d\d ?[A-Z]{4}[ \d]{10,}")
# By its look: with 0 or + in front and long enough. Short ones only count behind “bel” or “call”.
_LONG = re.compile(rf"(?<![\w+.:/-])(?:\+\d|0\d){_BETWEEN}{{{_FEWEST_DIGITS - 2},14}}(?!\w)")
_CALLED = re.compile(
    rf"\b(?:bel|bellen|call|phone|dial)(?: naar| to)? (\+\d{_BETWEEN}+|0\d{_BETWEEN}+|1\d\d"
    rf"(?:[ -]?\d{{3}})?|14 ?0\d{{1,3}})(?![\w:.,]*\d)",
    re.IGNORECASE,
)


def doubts(reading: Reading) -> Iterator[Problem]:
    """Numbers that do not exist in the Netherlands, or abroad where they begin with +."""
    catalogue = reading.catalogue
    for school in catalogue.all_schools():
        file = f"{school.institution.id}/offerings.yaml"
        for index, offering in enumerate(school.offerings):
            for place, written in enumerate(offering.access.phone):
                if said := _wrong(written):
                    yield reading.doubt(file, (index, "access", "phone", place), said)
    for pair in in_both_languages(reading):
        for language in LANGUAGES:
            for written in numbers_in(pair.texts[language]):
                if said := _wrong(written):
                    yield reading.doubt(pair.file, (*pair.path, language), said)


def numbers_in(words: str) -> Iterator[str]:
    """What looks like a telephone number in a text, as written, each once."""
    if not _SOME_DIGITS.search(words):
        return
    rest = _OTHER.sub(" ", words)
    long = [match[0] for match in _LONG.finditer(rest)]
    called = [match[1] for match in _CALLED.finditer(rest)]
    yield from dict.fromkeys(long + called)


@lru_cache(1_000)  # a school's own number stands in many places
def _wrong(written: str) -> Text | None:
    """What is wrong with a number; None where it exists."""
    if re.sub(r"\D", "", written) in _SHORT:
        return None
    try:
        number = phonenumbers.parse(written, "NL")
    except phonenumbers.NumberParseException:
        return text("numbers.unknown", found=written)
    if phonenumbers.is_valid_number(number):
        return None
    if shortnumberinfo.is_valid_short_number_for_region(number, "NL"):
        return None
    digits = phonenumbers.national_significant_number(number)
    dutch = number.country_code == 31 and written.startswith(("0", "+"))
    if dutch and not digits.startswith(_OF_ANY_LENGTH):
        if len(digits) < _DIGITS:
            return text("numbers.short", found=written)
        if len(digits) > _DIGITS:
            return text("numbers.long", found=written)
    return text("numbers.unknown", found=written)
