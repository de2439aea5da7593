"""What is close in time: what counts as close, in the ranking, in the reasons and in words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from bot.advice import Student, rank
from bot.advice.timing import close_for, deadlines, next_meeting
from bot.app import App
from bot.catalogue import CalendarEntry, Catalogue, School
from bot.catalogue.days import AMSTERDAM
from bot.conversation import Pressed, Started, State, World, from_json, respond, to_json
from bot.conversation.gone import without_what_is_gone
from bot.conversation.message import Message
from bot.conversation.steps.advice import because, show
from bot.text import LANGUAGES, At, FromCatalogue, Language, On
from bot.words import Translator, render

STUDENT = Student("voorbeeld", "hbo", "nl", {"fear-of-failure": 1.0})
NERVES = "vb-exam-nerves"  # needs: fear-of-failure, anxiety, stress
EXAMS: dict[str, Any] = {"id": "x-exams", "kind": "exams", "from": "2026-11-02", "to": "2026-11-13"}
TEA: dict[str, Any] = {
    "id": "x-tea",
    "kind": "activity",
    "from": "2026-10-01",
    "to": "2026-12-31",
    "every": "week",
    "time": "12:30-13:30",
    "offerings": ["vb-living-room"],
}


def _entry(form: dict[str, Any], **changes: Any) -> CalendarEntry:
    title = {"nl": "Toetsweken", "en": "Exam weeks"}
    return CalendarEntry.model_validate({"title": title, **form, **changes})


def _with(catalogue: Catalogue, *own: CalendarEntry, national: Any = ()) -> Catalogue:
    """The shipped catalogue, with these in the calendars and nothing else."""
    school = replace(catalogue.schools["voorbeeld"], calendar=own)
    schools: dict[str, School] = {**catalogue.schools, "voorbeeld": school}
    nation = replace(catalogue.national, calendar=tuple(national))
    return replace(catalogue, schools=schools, national=nation)


def _exams(**changes: Any) -> CalendarEntry:
    return _entry(EXAMS, **{"needs": ["fear-of-failure"], **changes})


@pytest.mark.parametrize(
    ("today", "close"),
    [
        ("2026-10-04", False),  # 29 days before
        ("2026-10-05", True),  # 28
        ("2026-10-24", True),  # 9, and the clock changes in between
        ("2026-11-01", True),  # tomorrow
        ("2026-11-02", True),  # today
        ("2026-11-05", True),  # going on
        ("2026-11-13", True),  # the last day
        ("2026-11-14", False),  # over
    ],
)
def test_how_close_is_close(today: str, close: bool, catalogue: Catalogue) -> None:
    known = _with(catalogue, _exams())
    found = close_for(known.offerings[NERVES], STUDENT, known, dt.date.fromisoformat(today))
    assert (found is not None) == close


@pytest.mark.parametrize(
    ("changes", "needs", "close"),
    [
        ({}, {"fear-of-failure": 1.0}, True),
        ({}, {"stress": 1.0}, False),  # the calendar does not say that it matters to stress
        ({"needs": ["stress"]}, {"fear-of-failure": 1.0}, False),
        ({"needs": ["grief"]}, {"fear-of-failure": 1.0, "grief": 1.0}, False),  # not this offering
        ({"needs": [], "offerings": [NERVES]}, {"stress": 1.0}, True),
        ({"needs": [], "offerings": [NERVES]}, {"complaint": 1.0}, False),  # it answers nothing
        ({"needs": [], "offerings": ["vb-sleep"]}, {"stress": 1.0}, False),
        ({"needs": []}, {"stress": 1.0}, False),
        ({"kind": "holiday"}, {"fear-of-failure": 1.0}, False),
        ({"kind": "dark-months"}, {"fear-of-failure": 1.0}, False),
        ({"kind": "deadline"}, {"fear-of-failure": 1.0}, True),
    ],
)
def test_for_whom_it_is_close(
    changes: dict[str, Any], needs: dict[str, float], close: bool, catalogue: Catalogue
) -> None:
    known = _with(catalogue, _exams(**changes))
    student = replace(STUDENT, needs=needs)
    found = close_for(known.offerings[NERVES], student, known, dt.date(2026, 10, 24))
    assert (found is not None) == close


def test_what_is_to_begin_goes_before_what_is_going_on(catalogue: Catalogue) -> None:
    later = _exams(id="x-later", **{"from": "2026-11-20"}, to="2026-11-21")
    soon = _exams(id="x-soon", **{"from": "2026-11-10"})
    on = _exams()
    known = _with(catalogue, later, on, soon)
    found = close_for(known.offerings[NERVES], STUDENT, known, dt.date(2026, 11, 5))
    assert found is not None
    assert found.entry is soon


def test_the_national_calendar_holds_for_every_student(catalogue: Catalogue) -> None:
    day = _exams(matters={"nl": "Doe iets.", "en": "Do something."})
    known = _with(catalogue, national=[day])
    for institution in ("voorbeeld", "leiden", None):
        student = replace(STUDENT, institution=institution)
        assert [time.entry for time in deadlines(student, known, dt.date(2026, 10, 24))] == [day]
    assert not deadlines(STUDENT, _with(catalogue, day), dt.date(2026, 11, 14))


# ---- ranking ----------------------------------------------------------------------------------


def _students() -> Iterator[Student]:
    for need in ("stress", "loneliness", "study-skills", "money"):
        yield replace(STUDENT, needs={need: 1.0, "fear-of-failure": 0.6})


def test_nothing_close_changes_nothing(catalogue: Catalogue) -> None:
    today = dt.date(2026, 9, 20)
    far = _exams(needs=["stress", "loneliness"])
    for student in _students():
        bare = rank(student, _with(catalogue), today)
        assert rank(student, _with(catalogue, far, _entry(TEA)), today) == bare


def test_what_is_close_weighs_but_excludes_nothing(catalogue: Catalogue) -> None:
    today = dt.date(2026, 10, 24)
    known = _with(catalogue, _exams())
    for student in _students():
        bare = {fit.offering.id: fit for fit in rank(student, _with(catalogue), today)}
        fits = {fit.offering.id: fit for fit in rank(student, known, today)}
        assert fits.keys() == bare.keys()
        for id, fit in fits.items():
            close = close_for(fit.offering, student, known, today) is not None
            assert fit.score == pytest.approx(bare[id].score * (1.1 if close else 1.0))
            assert (fit.sure, fit.answers) == (bare[id].sure, bare[id].answers)


def test_of_two_that_are_equal_the_one_in_time_goes_first(catalogue: Catalogue) -> None:
    nerves = catalogue.offerings[NERVES]
    twin = nerves.model_copy(update={"id": "vb-a-twin"})  # of equals the first by its id is named
    bare = _with(catalogue)
    school = replace(bare.schools["voorbeeld"], offerings=(twin, nerves))
    owner = {**bare.owner, twin.id: "voorbeeld"}
    known = replace(bare, schools={"voorbeeld": school}, owner=owner)
    today = dt.date(2026, 10, 24)
    assert rank(STUDENT, known, today)[0].offering is twin
    close = replace(school, calendar=(_exams(needs=[], offerings=[NERVES]),))
    known = replace(known, schools={"voorbeeld": close})
    assert rank(STUDENT, known, today)[0].offering is nerves


# ---- meetings ---------------------------------------------------------------------------------


def _at(moment: str) -> dt.datetime:
    return dt.datetime.fromisoformat(moment).replace(tzinfo=AMSTERDAM)


@pytest.mark.parametrize(
    ("now", "begins"),
    [
        ("2026-07-31T10:00", None),  # 62 days before the first
        ("2026-08-02T10:00", "2026-10-01T12:30:00+02:00"),  # 60 days
        ("2026-10-22T12:29", "2026-10-22T12:30:00+02:00"),
        ("2026-10-22T12:30", "2026-10-29T12:30:00+01:00"),  # after the change of the clock
        ("2026-12-31T12:29", "2026-12-31T12:30:00+01:00"),
        ("2026-12-31T12:31", None),
    ],
)
def test_the_next_meeting(now: str, begins: str | None, catalogue: Catalogue) -> None:
    known = _with(catalogue, _exams(offerings=["vb-living-room"]), _entry(TEA))
    room = known.offerings["vb-living-room"]
    found = next_meeting(room, "voorbeeld", known, _at(now))
    assert (found.begins.isoformat() if found and found.begins else None) == begins
    assert next_meeting(known.offerings[NERVES], "voorbeeld", known, _at(now)) is None
    assert next_meeting(room, "leiden", known, _at(now)) is None


def test_the_first_of_several_activities(catalogue: Catalogue) -> None:
    early = _entry(TEA, id="x-early", time="09:00-10:00")
    known = _with(catalogue, _entry(TEA), early)
    room = known.offerings["vb-living-room"]
    found = next_meeting(room, "voorbeeld", known, _at("2026-10-20T12:00"))
    assert found is not None
    assert found.entry is early


# ---- deadlines --------------------------------------------------------------------------------

MATTERS = {"nl": "Meld het vóór die dag.", "en": "Report it before that day."}


@pytest.mark.parametrize(
    ("today", "said"),
    [
        ("2026-09-02", False),  # 61 days before
        ("2026-09-03", True),  # 60
        ("2026-11-01", True),
        ("2026-11-02", True),  # the first day itself
        ("2026-11-03", False),  # past, though it goes on
    ],
)
def test_when_a_deadline_is_said(today: str, said: bool, catalogue: Catalogue) -> None:
    known = _with(catalogue, _exams(matters=MATTERS))
    assert bool(deadlines(STUDENT, known, dt.date.fromisoformat(today))) == said


def test_only_deadlines_of_the_students_needs_two_at_most_soonest_first(
    catalogue: Catalogue,
) -> None:
    days = [
        _exams(id="x-4", matters=MATTERS, **{"from": "2026-11-12"}),
        _exams(id="x-3", matters=MATTERS, **{"from": "2026-11-11"}),
        _exams(id="x-2", matters=MATTERS, **{"from": "2026-11-10"}),
        _exams(id="x-1", matters=MATTERS, needs=["money"]),
        _exams(id="x-0"),  # nothing to do before it
    ]
    found = deadlines(STUDENT, _with(catalogue, *days), dt.date(2026, 10, 24))
    assert [time.entry.id for time in found] == ["x-2", "x-3"]


# ---- in words ---------------------------------------------------------------------------------


def _advised(language: Language = "nl") -> State:
    """A student who chose fear of failure from the themes, after the questions."""
    answers = {"institution": "voorbeeld", "need": "fear-of-failure"}
    return State(language, answers, advised=True)


def _lines(message: Message, world: World, translator: Translator) -> list[str]:
    return [part.text for part in render(message, translator, world.catalogue).parts]


@pytest.mark.parametrize(
    ("today", "nl", "en"),
    [
        (
            "2026-10-24",
            "Toetsweken: over 9 dagen (maandag 2 november), dus je bent nog op tijd.",
            "Exam weeks: in 9 days (Monday 2 November), so you are still in time.",
        ),
        (
            "2026-11-01",
            "Toetsweken: morgen (maandag 2 november).",
            "Exam weeks: tomorrow (Monday 2 November).",
        ),
        (
            "2026-11-02",
            "Toetsweken: nu, tot en met vrijdag 13 november.",
            "Exam weeks: now. The last day is Friday 13 November.",
        ),
        (
            "2026-11-13",
            "Toetsweken: vandaag is de laatste dag.",
            "Exam weeks: today is the last day.",
        ),
        ("2026-11-14", None, None),
        ("2026-10-04", None, None),
    ],
)
def test_the_line_on_what_is_close(
    today: str, nl: str | None, en: str | None, world: World, app: App
) -> None:
    now = _at(f"{today}T10:00")
    there = replace(world, catalogue=_with(world.catalogue, _exams()), now=now)
    expected: dict[Language, str | None] = {"nl": nl, "en": en}
    for language, line in expected.items():
        state = _advised(language)
        lines = _lines(show(state, there), there, app.translators[language])
        said = [one for one in lines if one.startswith(("Toetsweken", "Exam weeks"))]
        assert said == ([line] if line else [])
        reasons = because(state, there, there.catalogue.offerings[NERVES])
        assert ("close:x-exams" in reasons) == (line is not None)


def test_a_single_day_is_said_as_today(world: World, app: App) -> None:
    known = _with(world.catalogue, _exams(to=None))
    there = replace(world, catalogue=known, now=_at("2026-11-02T23:59"))
    lines = _lines(show(_advised(), there), there, app.translators["nl"])
    assert "Toetsweken: vandaag." in lines


def test_one_day_is_said_once_and_in_both_languages(world: World, app: App) -> None:
    """What is close and is to be prepared for is one line: the one that says what to do."""
    known = _with(world.catalogue, _exams(matters=MATTERS), _exams(id="x-2", matters=MATTERS))
    there = replace(world, catalogue=known, now=_at("2026-10-24T10:00"))
    message = show(_advised(), there)
    expected: dict[Language, str] = {
        "nl": "Toetsweken: maandag 2 november. Meld het vóór die dag.",
        "en": "Exam weeks: Monday 2 November. Report it before that day.",
    }
    for language, line in expected.items():
        lines = _lines(message, there, app.translators[language])
        assert [one for one in lines if "ovember" in one] == [line]


def test_nothing_is_said_when_nothing_is_close(world: World) -> None:
    now = _at("2026-10-24T10:00")
    bare = replace(world, catalogue=_with(world.catalogue), now=now)
    other = _exams(needs=["money"], matters=MATTERS)
    there = replace(world, catalogue=_with(world.catalogue, other), now=now)
    assert show(_advised(), there) == show(_advised(), bare)


@pytest.mark.parametrize(
    ("place", "line"),
    [
        (None, "De eerstvolgende keer: donderdag 3 december, 12:30-13:30."),
        (
            {"nl": "Kamer 1.02", "en": "Room 1.02"},
            "De eerstvolgende keer: donderdag 3 december, 12:30-13:30, Kamer 1.02.",
        ),
    ],
)
def test_the_next_meeting_is_in_the_advice_and_in_the_promise(
    place: Any, line: str, world: World, app: App
) -> None:
    tea = _entry(TEA, offerings=[NERVES], place=place)
    there = replace(world, catalogue=_with(world.catalogue, tea), now=_at("2026-11-27T10:00"))
    assert line in _lines(show(_advised(), there), there, app.translators["nl"])
    turn = respond(State("nl"), Started("nl", "voorbeeld", offering=NERVES), there)
    promised = respond(turn.state, Pressed("take"), there)
    assert promised.say[-1].name == f"promised:{NERVES}"
    assert line in _lines(promised.say[-1], there, app.translators["nl"])


def test_an_entry_that_is_gone_does_not_break_the_conversation(world: World) -> None:
    """A keeper removes the day between two messages: its buttons are old, the talk goes on."""
    now = _at("2026-10-24T10:00")
    before = replace(world, catalogue=_with(world.catalogue, _exams()), now=now)
    after = replace(world, catalogue=_with(world.catalogue), now=now)
    state = _advised()
    state = from_json(to_json(replace(state, last=(show(state, before),))))
    assert without_what_is_gone(state, before) == state
    assert without_what_is_gone(state, after) == replace(state, last=())


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_day_is_the_date_of_a_moment(language: Any, app: App) -> None:
    translator = app.translators[language]
    moment = _at("2026-12-01T00:30")
    assert translator.say(At(moment)) == f"{translator.say(On(moment.date()))}, 00:30"


def test_a_national_day_can_be_named_without_a_school(catalogue: Catalogue) -> None:
    known = _with(catalogue, national=[_exams()])
    for school in ("national", "voorbeeld"):
        named = FromCatalogue("calendar", f"{school}/x-exams", "title")
        assert known.words(named, "en") == "Exam weeks"
