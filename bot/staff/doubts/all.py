"""Every doubt about a catalogue whose form is right."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator

from bot.catalogue import Problem, Reading
from bot.staff.doubts import (
    ages,
    calendar,
    gaps,
    hidden,
    links,
    numbers,
    people,
    phrases,
    plain,
    similar,
    tips,
    translated,
)


def every_doubt(
    reading: Reading, changed: Callable[[], translated.Changed], today: dt.date
) -> Iterator[Problem]:
    """`changed`: for each file when its lines were last changed; empty where that is not known."""
    yield from ages.doubts(reading, today)
    yield from calendar.doubts(reading, today)
    yield from gaps.doubts(reading)
    yield from hidden.doubts(reading)
    yield from links.doubts(reading, today)
    yield from numbers.doubts(reading)
    yield from people.doubts(reading)
    yield from phrases.doubts(reading)
    yield from plain.doubts(reading)
    yield from similar.doubts(reading)
    yield from tips.doubts(reading)
    yield from translated.doubts(reading, changed())
