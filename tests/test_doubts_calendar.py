"""Doubts about a school calendar: one planted mistake each, told where it is and what to do."""

from __future__ import annotations

import dataclasses
import datetime as dt
import time
from typing import Any

import pytest

from bot.catalogue import CalendarEntry, Problem, Reading, read
from bot.settings import read_settings
from bot.staff.doubts import calendar
from bot.words import load_translators

TODAY = dt.date(2026, 11, 23)
TRANSLATORS = load_translators(read_settings({}).locales)


@pytest.fixture(scope="module")
def shipped() -> Reading:
    return read(read_settings({}).catalogue)


def entry(id: str, begin: str, end: str | None = None, **more: Any) -> CalendarEntry:
    title = {"nl": f"Iets {id}", "en": f"Something {id}"}
    fields = {"id": id, "title": title, "kind": "other", "from": begin}
    return CalendarEntry.model_validate(fields | ({"to": end} if end else {}) | more)


def meets(id: str, begin: str, end: str | None = None, **more: Any) -> CalendarEntry:
    kind = {"kind": "activity", "offerings": ["vb-living-room"], "time": "12:30-13:30"}
    return entry(id, begin, end, **{**kind, **({"every": "week"} if end else {}), **more})


def matters(**more: Any) -> dict[str, Any]:
    return {"matters": {"nl": "Doe dit.", "en": "Do this."}, **more}


GOOD = (
    entry("exams", "2026-11-02", "2026-11-13", kind="exams"),
    entry("deadline", "2026-12-04", **matters(kind="deadline")),
    entry("holiday", "2026-12-19", "2027-01-03", kind="holiday"),
    entry("summer", "2027-07-17", "2027-08-29", kind="holiday"),
)
DINNER: dict[str, Any] = {"title": {"nl": "Samen eten", "en": "Dinner"}}


def found(
    shipped: Reading, entries: tuple[CalendarEntry, ...], today: dt.date = TODAY
) -> list[tuple[str, str]]:
    """Of a catalogue with this calendar only: keys, and the words, which can all be said."""
    school = dataclasses.replace(shipped.catalogue.schools["voorbeeld"], calendar=entries)
    national = dataclasses.replace(shipped.catalogue.national, calendar=())
    catalogue = dataclasses.replace(
        shipped.catalogue, schools={"voorbeeld": school}, national=national
    )
    reading = dataclasses.replace(shipped, catalogue=catalogue)
    problems = list(calendar.doubts(reading, today))
    for problem in problems:
        assert problem.severity == "warning"
        assert problem.file == "voorbeeld/calendar.yaml"
        for translator in TRANSLATORS.values():
            assert "{" not in translator.say(problem.text, catalogue)
    dutch = TRANSLATORS["nl"]
    return [(p.text.key.removeprefix("calendar-check."), dutch.say(p.text)) for p in problems]


def test_the_shipped_calendars_give_no_doubt(shipped: Reading) -> None:
    assert list(calendar.doubts(shipped, TODAY)) == []


def test_a_school_without_a_calendar_gives_none(shipped: Reading) -> None:
    assert found(shipped, ()) == []
    assert found(shipped, GOOD) == []


@pytest.mark.parametrize(
    ("more", "expected", "says"),
    [
        ((entry("enrol", "2026-12-01", kind="enrolment"),), "no-matters", "Schrijf dat bij matt"),
        ((entry("duo", "2026-12-01", kind="study-finance"),), "no-matters", "“duo”"),
        ((entry("far", "2206-12-01"),), "far", "Kijk of het jaar klopt"),
        ((entry("far", "2026-12-01", "2206-12-02"),), "far", "2206-12-02"),
        ((meets("far", "2026-12-01", "2206-12-01"),), "far closed", "Kijk of het jaar klopt"),
        ((meets("xmas", "2026-12-02", "2026-12-30"),), "closed", "2026-12-23 en 2026-12-30"),
        ((meets("king", "2027-04-27"),), "closed", "2027-04-27"),
        ((meets("long", "2026-12-21", "2027-08-30"),), "closed", "begin daarna een nieuwe"),
        ((meets("odd", "2026-12-02", time="16:00-15:00"),), "time-order", "eerst het begin"),
        ((meets("odd", "2026-12-02", time="16:00-16:00"),), "time-order", "16:00-16:00"),
        ((meets("once", "2026-12-01", "2026-12-08", every=None),), "once", "every: week"),
        ((entry("a", "2026-12-01", "2026-12-03", **DINNER),
          entry("b", "2026-12-03", **DINNER)), "twice", "Haal er een weg"),
        ((meets("a", "2026-12-01", "2026-12-15", **DINNER),
          meets("b", "2026-12-08", **DINNER)), "twice", "“a” en “b”"),
    ],
)  # fmt: skip
def test_a_mistake_is_told(
    shipped: Reading, more: tuple[CalendarEntry, ...], expected: str, says: str
) -> None:
    said = found(shipped, GOOD + more)
    assert [key for key, _ in said] == expected.split()
    assert says in said[0][1]


@pytest.mark.parametrize(
    "more",
    [
        (meets("party", "2026-12-02", time="22:00-02:00"),),
        (meets("past", "2026-11-18", "2026-12-16"), entry("gone", "2026-11-04", kind="holiday")),
        # Twice a week, and two groups on one day.
        (meets("a", "2026-12-01", "2026-12-15", **DINNER),
         meets("b", "2026-12-02", "2026-12-16", **DINNER),
         meets("c", "2026-12-01", "2026-12-15", **DINNER, time="15:00-16:00")),
        (entry("a", "2026-12-01", **DINNER), entry("b", "2026-12-02", **DINNER)),
    ],
)  # fmt: skip
def test_what_can_be_meant_is_no_doubt(shipped: Reading, more: tuple[CalendarEntry, ...]) -> None:
    assert found(shipped, GOOD + more) == []


@pytest.mark.parametrize(
    ("without", "expected"), [("exams", "no-exams"), ("deadline", "no-deadline")]
)
def test_a_kind_that_is_missing(shipped: Reading, without: str, expected: str) -> None:
    rest = tuple(entry for entry in GOOD if entry.kind != without)
    assert [key for key, _ in found(shipped, rest)] == [expected]


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        ("2027-06-29", []),
        ("2027-06-30", ["ends"]),
        ("2027-08-29", ["ends"]),
        ("2027-08-30", ["over"]),
    ],
)
def test_the_end(shipped: Reading, today: str, expected: list[str]) -> None:
    day = dt.date.fromisoformat(today)
    assert [key for key, _ in found(shipped, GOOD, day)] == expected
    # A slip in a year does not hide it.
    with_slip = (*GOOD, entry("far", "2206-12-01"))
    assert [key for key, _ in found(shipped, with_slip, day)] == [*expected, "far"]


def test_the_national_holidays_count_at_a_school(shipped: Reading) -> None:
    """What is in the national calendar holds for every school."""
    holiday = entry("nat-day", "2026-12-02", kind="holiday")
    national = dataclasses.replace(shipped.catalogue.national, calendar=(holiday,))
    school = dataclasses.replace(
        shipped.catalogue.schools["voorbeeld"], calendar=(*GOOD, meets("a", "2026-12-02"))
    )
    catalogue = dataclasses.replace(
        shipped.catalogue, schools={"voorbeeld": school}, national=national
    )
    keys = {p.text.key: p.file for p in calendar.doubts(
        dataclasses.replace(shipped, catalogue=catalogue), TODAY)}  # fmt: skip
    assert keys["calendar-check.closed"] == "voorbeeld/calendar.yaml"
    assert "calendar-check.no-exams" not in keys


def test_a_timetable_of_one_title_is_looked_through_at_once(shipped: Reading) -> None:
    """Two thousand single meetings, as a school may import them, of which two are on one day."""
    first = dt.date(2026, 12, 1)
    days = [(first + dt.timedelta(days=at)).isoformat() for at in (*range(2000), 700)]
    many = tuple(meets(f"m{at}", day, **DINNER) for at, day in enumerate(days))
    begin = time.perf_counter()
    keys = [p.text.args["id"] for p in _twice_in(shipped, many)]
    assert keys == ["m2000"]
    assert time.perf_counter() - begin < 3


def _twice_in(shipped: Reading, entries: tuple[CalendarEntry, ...]) -> list[Problem]:
    school = dataclasses.replace(shipped.catalogue.schools["voorbeeld"], calendar=entries)
    catalogue = dataclasses.replace(shipped.catalogue, schools={"voorbeeld": school})
    reading = dataclasses.replace(shipped, catalogue=catalogue)
    found = calendar.doubts(reading, TODAY)
    return [problem for problem in found if problem.text.key == "calendar-check.twice"]
