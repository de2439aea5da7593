"""The notation in which keepers write when somebody is there: "ma-do 09:00-12:30, vr 9-12".

ma-do 09:00-12:30, 13:00-17:00   days, then the times on those days; a comma, a semicolon, "en" or
                                 "and" between
di en do 10.00-16.00 uur         a dot or a colon in a time, or no minutes at all: 10-16
maandag t/m vrijdag 9 tot 17     whole names or the start of one, in Dutch or in English
vr-ma, dagelijks, werkdagen      over the weekend; every day; Monday to Friday (also: weekend)
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Annotated, NamedTuple

from pydantic import BeforeValidator, WithJsonSchema
from pydantic_core import PydanticCustomError, PydanticKnownError
from rapidfuzz import fuzz, process

from bot.catalogue.problems import shown
from bot.text import Language, Text, text

MIDNIGHT = 24 * 60

_NAMES: Mapping[Language, tuple[str, ...]] = {
    "nl": ("maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag"),
    "en": ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"),
}
_GROUPS = {
    **dict.fromkeys(("dagelijks", "elke dag", "iedere dag", "daily", "every day"), range(7)),
    **dict.fromkeys(("werkdagen", "weekdays"), range(5)),
    **dict.fromkeys(("weekend", "weekends"), range(5, 7)),
}
_KNOWN = (*_NAMES["nl"], *_NAMES["en"], *_GROUPS)
_SHORT: Mapping[Language, tuple[str, ...]] = {
    "nl": ("ma", "di", "wo", "do", "vr", "za", "zo"),
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
}
_AND: Mapping[Language, str] = {"nl": " en ", "en": " and "}

_TO = r"\ ?(?:t/m|t\.?e\.?m\b\.?|tot\ en\ met\b|tot\b|to\b|through\b|until\b|[-‐‑‒–—−])\ ?"
_TIME = r"[0-9]+(?:[:.][0-9]+)?"
_DAY = r"(?:elke|iedere|every)\ da[gy]\b|[^\W\d_]+"
_PART = re.compile(
    rf"""
      (?P<start>{_TIME})(?:\ ?u(?:ur)?\b)? {_TO} (?P<end>{_TIME})
    | (?P<half>{_TIME})
    | [\s,;:.&+] | (?:en|and|uur|u)\b
    | (?P<first>{_DAY})\.? (?: {_TO} (?P<last>{_DAY}) )?
    | (?P<other>\S)
    """,
    re.IGNORECASE | re.VERBOSE,
)


class HoursError(ValueError):
    """It cannot be read as hours; `text` tells the keeper what is wrong and what to do."""

    def __init__(self, message: Text) -> None:
        super().__init__(message.key)
        self.text = message


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A part of one day: weekday 0 is Monday; minutes of the day; `end` is the first one after."""

    weekday: int
    start: int
    end: int

    def __post_init__(self) -> None:
        if not (0 <= self.weekday < 7 and 0 <= self.start < self.end <= MIDNIGHT):
            raise ValueError("not a part of one day")


@dataclass(frozen=True, slots=True)
class Hours:
    """A week of periods, sorted; those of one day may touch, but never overlap."""

    periods: tuple[Period, ...] = ()

    def __post_init__(self) -> None:
        if any(_day_and_end(one) > (two.weekday, two.start) for one, two in pairwise(self.periods)):
            raise ValueError("not sorted, or overlapping")

    def in_words(self, language: Language) -> str:
        """As short as the notation allows; `read_hours` reads it back. Empty where there are none.

        "ma-do 09:00-12:30 en 13:00-17:00, vr 09:00-12:00".
        """
        times: dict[str, list[int]] = {}  # the days on which somebody is there at these times
        for weekday, periods in groupby(self.periods, key=lambda period: period.weekday):
            written = _joined([_clock(period) for period in periods], language)
            times.setdefault(written, []).append(weekday)
        return ", ".join(f"{_in_a_row(days, language)} {at}" for at, days in times.items())


def read_hours(written: str) -> Hours:
    """The hours that a keeper wrote. Raises HoursError."""
    found: list[_Written] = []
    days: set[int] = set()  # those named last: a period belongs to them
    timeless = ""  # how they are written, as long as no period has followed
    for part in _PART.finditer(" ".join(written.split())):
        if part["first"]:
            named = _named(part)
            days = {*days, *named} if timeless else {*named}
            timeless = part[0]
        elif part["end"]:
            if not days:
                raise HoursError(text("catalogue.hours-no-day", found=shown(part[0])))
            found += _on_each(days, part)
            timeless = ""
        elif part["half"]:
            raise HoursError(text("catalogue.hours-no-end", found=shown(part[0])))
        elif part["other"]:
            raise HoursError(text("catalogue.hours-unknown-far", found=shown(part[0])))
    if timeless:
        raise HoursError(text("catalogue.hours-no-time", found=shown(timeless)))
    if not found:
        raise HoursError(text("catalogue.hours-empty"))
    return _without_overlap(found)


class _Written(NamedTuple):
    period: Period
    words: str


def _named(part: re.Match[str]) -> Iterable[int]:
    """The days of "ma", "ma-do" or "dagelijks"."""
    first = _weekdays(part["first"])
    if not part["last"]:
        return first
    last = _weekdays(part["last"])
    if len(first) > 1 or len(last) > 1:  # dagelijks-vr
        raise HoursError(text("catalogue.hours-unknown-far", found=shown(part[0])))
    return [day % 7 for day in range(first[0], first[0] + (last[0] - first[0]) % 7 + 1)]


def _weekdays(word: str) -> range:
    """One day or more by name: no start of two letters is that of two days, in both languages."""
    folded = word.casefold()
    if folded in _GROUPS:
        return _GROUPS[folded]
    if len(folded) > 1:
        for names in _NAMES.values():
            for day, name in enumerate(names):
                if name.startswith(folded) or folded == f"{name}s":
                    return range(day, day + 1)
    near = process.extractOne(folded, _KNOWN, scorer=fuzz.ratio, score_cutoff=65)
    if near is None:
        raise HoursError(text("catalogue.hours-unknown-far", found=shown(word)))
    raise HoursError(text("catalogue.hours-unknown", found=shown(word), near=near[0]))


def _on_each(days: Iterable[int], part: re.Match[str]) -> Iterator[_Written]:
    start, end = _minutes(part["start"]), _minutes(part["end"])
    if end <= start:
        raise HoursError(text("catalogue.hours-order", found=shown(part[0])))
    for day in days:
        yield _Written(Period(day, start, end), part[0])


def _minutes(written: str) -> int:
    time = re.fullmatch(r"([0-9]{1,2})(?:[:.]([0-5][0-9]))?", written)
    minutes = int(time[1]) * 60 + int(time[2] or 0) if time else MIDNIGHT + 1
    if minutes > MIDNIGHT:
        raise HoursError(text("catalogue.hours-no-clock", found=shown(written)))
    return minutes


def _without_overlap(found: list[_Written]) -> Hours:
    found.sort()
    for one, two in pairwise(found):
        if _day_and_end(one.period) > (two.period.weekday, two.period.start):
            first, second = shown(one.words), shown(two.words)
            raise HoursError(text("catalogue.hours-overlap", found=first, other=second))
    return Hours(tuple(period for period, _ in found))


def _day_and_end(period: Period) -> tuple[int, int]:
    return period.weekday, period.end


# Back into words


def _in_a_row(days: list[int], language: Language) -> str:
    """Three days or more in a row are a range: ma-wo en vr."""
    short, rows = _SHORT[language], list[list[int]]()
    for day in days:
        if rows and rows[-1][-1] == day - 1:
            rows[-1].append(day)
        else:
            rows.append([day])
    said: list[str] = []
    for row in rows:
        long = len(row) > 2
        said += [f"{short[row[0]]}-{short[row[-1]]}"] if long else [short[day] for day in row]
    return _joined(said, language)


def _joined(items: list[str], language: Language) -> str:
    return _AND[language].join([*filter(None, [", ".join(items[:-1])]), items[-1]])


def _clock(period: Period) -> str:
    return "-".join(f"{at // 60:02}:{at % 60:02}" for at in (period.start, period.end))


# As a field of a model


def _from_field(value: object) -> Hours:
    if isinstance(value, Hours):
        return value
    if not isinstance(value, str):
        raise PydanticKnownError("string_type")
    try:
        return read_hours(value)
    except HoursError as error:
        raise PydanticCustomError(
            "hours", "cannot be read as hours", {"text": error.text}
        ) from error


# The message for the keeper is in the context of the complaint, as `text`.
HoursField = Annotated[Hours, BeforeValidator(_from_field), WithJsonSchema({"type": "string"})]
