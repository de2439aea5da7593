"""When a tip goes out, and to whom: properties over a whole school year."""

from __future__ import annotations

import dataclasses
import datetime as dt
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest

from bot.advice import Student
from bot.advice.tips import (
    WINDOW,
    Look,
    Occasion,
    Row,
    Sent,
    Wishes,
    is_for,
    look,
    plan,
    row_from_json,
    row_to_json,
    tips_of,
)
from bot.catalogue import Catalogue, School, Tip
from bot.catalogue.days import AMSTERDAM
from bot.catalogue.models import CalendarEntry

START = dt.datetime(2026, 8, 10, 12, tzinfo=AMSTERDAM)
THEMES = ("studying", "programme", "feelings", "money-work", "people", "living")
ALL = Wishes(THEMES, 2)
STUDENT = Student(
    "voorbeeld",
    "hbo",
    "en",
    {},
    {"first-year": True, "job": True, "travel": False, "international": True},
    location="utrecht",
)


@dataclass(frozen=True)
class Got:
    chat: int
    at: dt.datetime
    occasion: Occasion


def a_year(
    catalogue: Catalogue, chat: int, wishes: Wishes, student: Student = STUDENT, days: int = 365
) -> Iterator[Got]:
    """All that a student gets, with the row kept and read again between any two looks."""
    at, row = plan(wishes, student, Row(), catalogue, START, chat)
    while at < START + dt.timedelta(days=days):
        seen = look(wishes, student, row_from_json(row_to_json(row)), catalogue, at, chat)
        if seen.now is not None:
            yield Got(chat, at, seen.now)
        assert seen.at > at, "time goes on"
        at, row = seen.at, seen.row


def with_calendar(catalogue: Catalogue, *entries: CalendarEntry) -> Catalogue:
    return _with_school(catalogue, calendar=entries)


def with_tips(catalogue: Catalogue, *tips: Tip) -> Catalogue:
    return _with_school(catalogue, tips=tips)


def _with_school(catalogue: Catalogue, **changes: object) -> Catalogue:
    school: School = dataclasses.replace(catalogue.schools["voorbeeld"], **changes)  # type: ignore[arg-type]
    schools = {**catalogue.schools, "voorbeeld": school}
    national = dataclasses.replace(catalogue.national, calendar=())
    return dataclasses.replace(catalogue, schools=schools, national=national)


def exams(day: dt.date, id: str = "exams") -> CalendarEntry:
    return CalendarEntry.model_validate(
        {"id": id, "title": {"nl": "Toetsen", "en": "Exams"}, "from": day, "kind": "exams"}
    )


def tip(id: str = "a-tip", **fields: object) -> Tip:
    return Tip.model_validate(
        {
            "id": id,
            "theme": "studying",
            "when": {"kind": "exams", "days_before": 10},
            "offering": "vb-study-together",
            "from": "vb-studieadvies",
            "text": {"nl": "Begin op tijd.", "en": "Start in time."},
            **fields,
        }
    )


# ---- a year of 200 students -------------------------------------------------------------------


@pytest.fixture(scope="module")
def year(catalogue: Catalogue) -> dict[int, tuple[Wishes, list[Got]]]:
    """200 made-up students, of whom each wishes and is something else."""
    chance = random.Random(7)
    found = {}
    for chat in range(200):
        wishes = Wishes(tuple(chance.sample(THEMES, chance.randint(1, 6))), chance.choice((1, 2)))
        facts = {name: chance.random() < 0.5 for name in STUDENT.facts}
        where = chance.choice(("utrecht", "amersfoort", None))
        student = replace(STUDENT, facts=facts, location=where)
        found[chat] = (wishes, list(a_year(catalogue, chat, wishes, student)))
    return found


def test_tips_come(year: dict[int, tuple[Wishes, list[Got]]]) -> None:
    assert sum(len(got) for _, got in year.values()) > 300


def test_never_at_night(year: dict[int, tuple[Wishes, list[Got]]]) -> None:
    for _, got in year.values():
        for one in got:
            assert dt.time(10) <= one.at.astimezone(AMSTERDAM).time() < dt.time(20)


def test_never_twice_the_same(year: dict[int, tuple[Wishes, list[Got]]]) -> None:
    for _, got in year.values():
        assert len({one.occasion for one in got}) == len(got)


def test_never_more_than_wished_and_one_a_day(year: dict[int, tuple[Wishes, list[Got]]]) -> None:
    for wishes, got in year.values():
        moments = [one.at.astimezone(dt.UTC) for one in got]
        for moment in moments:
            within = [m for m in moments if moment <= m < moment + dt.timedelta(days=30)]
            assert len(within) <= wishes.most
        assert len({one.at.date() for one in got}) == len(got)


def test_only_chosen_themes(
    year: dict[int, tuple[Wishes, list[Got]]], catalogue: Catalogue
) -> None:
    themes = {one.id: one.theme for one in tips_of("voorbeeld", catalogue)}
    for wishes, got in year.values():
        assert {themes[one.occasion.tip] for one in got} <= set(wishes.themes)


def test_within_the_window(year: dict[int, tuple[Wishes, list[Got]]], catalogue: Catalogue) -> None:
    when = {one.id: one.when for one in tips_of("voorbeeld", catalogue)}
    for _, got in year.values():
        for one in got:
            moment = when[one.occasion.tip]
            first = one.occasion.day + dt.timedelta(moment.days_after - moment.days_before)
            assert 0 <= (one.at.date() - first).days < WINDOW


# ---- the window -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "day", [dt.date(2026, 11, 4), dt.date(2027, 4, 7), dt.date(2027, 1, 20)], ids=str
)
def test_students_are_spread_evenly_over_the_window(catalogue: Catalogue, day: dt.date) -> None:
    """Also over the nights in which the clock goes back and forward: 25 October, 28 March."""
    there = with_tips(with_calendar(catalogue, exams(day)), tip())
    now = dt.datetime.combine(day - dt.timedelta(days=12), dt.time(9), AMSTERDAM)
    hours: Counter[tuple[dt.date, int]] = Counter()
    for chat in range(3000):
        at, row = plan(ALL, STUDENT, Row(), there, now, chat)
        assert row.planned is not None
        hours[at.date(), at.hour] += 1
    assert set(hours) == {
        (day - dt.timedelta(days=10 - late), hour) for late in range(3) for hour in range(10, 20)
    }
    assert 60 < min(hours.values()) <= max(hours.values()) < 140  # 100 in each hour


def test_a_place_is_fixed(catalogue: Catalogue) -> None:
    first = [plan(ALL, STUDENT, Row(), catalogue, START, chat) for chat in range(50)]
    assert first == [plan(ALL, STUDENT, Row(), catalogue, START, chat) for chat in range(50)]


def test_nothing_within_a_week_is_looked_at_again_in_a_week(catalogue: Catalogue) -> None:
    there = with_tips(with_calendar(catalogue, exams(dt.date(2027, 1, 20))), tip())
    at, row = plan(ALL, STUDENT, Row(), there, START, 1)
    assert (at, row.planned) == (START + dt.timedelta(days=7), None)
    nowhere = replace(STUDENT, institution=None)
    assert plan(ALL, nowhere, Row(), there, START, 1)[1].planned is None


# ---- who gets it ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("only", "changes", "gets"),
    [
        ({}, {}, True),
        ({"locations": ["utrecht"]}, {}, True),
        ({"locations": ["amersfoort"]}, {}, False),
        ({"locations": ["utrecht"]}, {"location": None}, False),
        ({"languages": ["nl"]}, {}, False),
        ({"languages": ["en"]}, {}, True),
        ({"years": ["first"]}, {}, True),
        ({"years": ["later"]}, {}, False),
        ({"years": ["later"]}, {"facts": {"first-year": False}}, True),
        ({"years": ["first", "later"]}, {"facts": {}}, False),
        ({"facts": ["job", "caring"]}, {}, True),
        ({"facts": ["travel"]}, {}, False),
        ({"facts": ["caring"]}, {}, False),
        ({"facts": ["job"], "locations": ["amersfoort"]}, {}, False),
    ],
)
def test_for_whom(
    catalogue: Catalogue, only: dict[str, object], changes: dict[str, object], gets: bool
) -> None:
    student = replace(STUDENT, **changes)  # type: ignore[arg-type]
    assert is_for(tip(only=only), ALL, student, catalogue) is gets


def test_not_of_another_theme_nor_in_a_language_that_is_of_no_use(catalogue: Catalogue) -> None:
    assert not is_for(tip(), Wishes(("people",), 2), STUDENT, catalogue)
    dutch = tip(offering="vb-nursing-circle")
    assert not is_for(dutch, ALL, STUDENT, catalogue)
    assert is_for(dutch, ALL, replace(STUDENT, language="nl", location=None), catalogue)


# ---- when its moment has come -----------------------------------------------------------------

DAY = dt.date(2026, 11, 4)


def _planned(catalogue: Catalogue) -> tuple[Catalogue, dt.datetime, Row]:
    there = with_tips(with_calendar(catalogue, exams(DAY)), tip())
    now = dt.datetime(2026, 10, 20, 12, tzinfo=AMSTERDAM)
    return there, *plan(ALL, STUDENT, Row(), there, now, 1)


def _look(there: Catalogue, row: Row, at: dt.datetime, wishes: Wishes = ALL) -> Look:
    return look(wishes, STUDENT, row, there, at, 1)


def test_it_is_said_once(catalogue: Catalogue) -> None:
    there, at, row = _planned(catalogue)
    said = _look(there, row, at)
    assert said.now == Occasion("a-tip", "exams", DAY)
    assert said.row.planned is None
    again = _look(there, replace(said.row, planned=said.now), at + dt.timedelta(hours=1))
    assert again.now is None


def test_missed_is_what_was_wished_and_whose_days_are_over(catalogue: Catalogue) -> None:
    there, at, row = _planned(catalogue)
    hour, day = dt.timedelta(hours=1), dt.timedelta(days=1)
    moments = [at + n * day for n in range(-WINDOW, WINDOW + 1)]
    last = max(moment for moment in moments if _look(there, row, moment).now)
    for moment in (at, last):
        assert not _look(there, row, moment).missed, "it is said"
    assert not _look(there, row, at - day).missed, "it is still to come"
    late = last + 20 * hour
    assert _look(there, row, late).missed
    assert _look(there, row, late).now is None
    assert not _look(there, row, late, Wishes(("people",), 2)).missed, "not wished any more"
    assert not _look(with_tips(there), row, late).missed, "it is gone"


@pytest.mark.parametrize(
    "changed",
    [
        lambda there: with_tips(there),
        lambda there: with_tips(there, tip(theme="people", only={"years": ["later"]})),
        lambda there: with_calendar(there),
        lambda there: with_calendar(there, exams(DAY + dt.timedelta(days=40))),
        lambda there: with_tips(there, tip(when={"kind": "resits"})),
        lambda there: dataclasses.replace(
            there,
            offerings={k: v for k, v in there.offerings.items() if k != "vb-study-together"},
        ),
    ],
    ids=["tip gone", "for others", "entry gone", "moved", "of something else", "hidden"],
)
def test_what_is_no_longer_right_is_not_said(catalogue: Catalogue, changed: object) -> None:
    there, at, row = _planned(catalogue)
    seen = _look(changed(there), row, at)  # type: ignore[operator]
    assert (seen.now, seen.row.planned, seen.row.sent) == (None, None, ())


def test_nor_what_is_no_longer_wished(catalogue: Catalogue) -> None:
    there, at, row = _planned(catalogue)
    assert _look(there, row, at, Wishes(("people",), 2)).now is None
    sent = Sent(Occasion("other", "x", DAY), at - dt.timedelta(days=20))
    assert _look(there, replace(row, sent=(sent,)), at, Wishes(THEMES, 1)).now is None


def test_looked_at_too_early_it_waits(catalogue: Catalogue) -> None:
    there, at, row = _planned(catalogue)
    seen = _look(there, row, at - dt.timedelta(hours=30))
    assert (seen.now, seen.at, seen.row) == (None, at, row)


def test_after_a_night_out_of_order_it_comes_the_next_day_within_the_window(
    catalogue: Catalogue,
) -> None:
    there, at, row = _planned(catalogue)
    night = at.replace(hour=23)
    seen = _look(there, row, night)
    assert seen.now is None
    if seen.row.planned is not None:
        assert seen.at == at + dt.timedelta(days=1)
    late = _look(there, row, at.replace(hour=19, minute=59))
    assert late.now is not None, "late on the day itself is in time"


def test_a_moved_entry_is_not_told_again_but_that_of_next_year_is(catalogue: Catalogue) -> None:
    there, at, row = _planned(catalogue)
    told = _look(there, row, at).row
    week = dt.timedelta(days=7)
    moved = with_calendar(there, exams(DAY + week))
    assert plan(ALL, STUDENT, told, moved, at + week, 1)[1].planned is None
    assert plan(ALL, STUDENT, Row(), moved, at + week - dt.timedelta(days=2), 1)[1].planned
    next_year = with_calendar(there, exams(DAY.replace(year=2027)))
    assert plan(ALL, STUDENT, told, next_year, at + dt.timedelta(days=363), 1)[1].planned


def test_what_was_sent_is_forgotten_after_thirteen_months(catalogue: Catalogue) -> None:
    there, at, row = _planned(catalogue)
    told = _look(there, row, at).row
    assert plan(ALL, STUDENT, told, there, at + dt.timedelta(days=390), 1)[1].sent == told.sent
    assert plan(ALL, STUDENT, told, there, at + dt.timedelta(days=400), 1)[1].sent == ()
