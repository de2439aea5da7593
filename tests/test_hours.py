"""Hours as keepers write them: what is read, what is told about a slip, and back into words."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, TypeAdapter, ValidationError

from bot.catalogue.hours import MIDNIGHT, Hours, HoursError, HoursField, Period, read_hours
from bot.text import Language, text

WRITTEN = [
    # as written; in Dutch; in English
    (
        "ma-do 09:00-12:30, 13:00-17:00",
        "ma-do 09:00-12:30 en 13:00-17:00",
        "Mon-Thu 09:00-12:30 and 13:00-17:00",
    ),
    ("Mon-Fri 9:30-12:30", "ma-vr 09:30-12:30", "Mon-Fri 09:30-12:30"),
    (
        "ma 13:00-17:00, wo 09:00-12:30; vr 9.00-12.00",
        "ma 13:00-17:00, wo 09:00-12:30, vr 09:00-12:00",
        "Mon 13:00-17:00, Wed 09:00-12:30, Fri 09:00-12:00",
    ),
    ("di en do 10:00-16:00", "di en do 10:00-16:00", "Tue and Thu 10:00-16:00"),
    ("ma t/m vr 9-17", "ma-vr 09:00-17:00", "Mon-Fri 09:00-17:00"),
    ("ma tot en met vr 9 tot 17", "ma-vr 09:00-17:00", "Mon-Fri 09:00-17:00"),
    ("Monday to Friday 9 to 17", "ma-vr 09:00-17:00", "Mon-Fri 09:00-17:00"),
    ("MAANDAG – VRIJDAG: 9.00 – 17.00 uur.", "ma-vr 09:00-17:00", "Mon-Fri 09:00-17:00"),
    ("ma. 9u-17u", "ma 09:00-17:00", "Mon 09:00-17:00"),
    ("ma 9:00 uur tot 17:00 uur", "ma 09:00-17:00", "Mon 09:00-17:00"),
    ("Tues & Thurs 9-12", "di en do 09:00-12:00", "Tue and Thu 09:00-12:00"),
    ("Mondays 9-12", "ma 09:00-12:00", "Mon 09:00-12:00"),
    ("Sat 9-12 Sun 9-12", "za en zo 09:00-12:00", "Sat and Sun 09:00-12:00"),
    ("vr-ma 9-12", "ma en vr-zo 09:00-12:00", "Mon and Fri-Sun 09:00-12:00"),
    ("ma, wo, vr 9-12", "ma, wo en vr 09:00-12:00", "Mon, Wed and Fri 09:00-12:00"),
    ("di, ma-wo 9-12", "ma-wo 09:00-12:00", "Mon-Wed 09:00-12:00"),
    ("ma-ma 9-12", "ma 09:00-12:00", "Mon 09:00-12:00"),
    ("dagelijks 0-24", "ma-zo 00:00-24:00", "Mon-Sun 00:00-24:00"),
    ("Elke dag 00:00-24:00", "ma-zo 00:00-24:00", "Mon-Sun 00:00-24:00"),
    ("every day 8-9", "ma-zo 08:00-09:00", "Mon-Sun 08:00-09:00"),
    ("daily 8-9", "ma-zo 08:00-09:00", "Mon-Sun 08:00-09:00"),
    ("werkdagen 8-9, weekend 9-10", "ma-vr 08:00-09:00, za en zo 09:00-10:00", None),
    ("ma 13-17, 9-12", "ma 09:00-12:00 en 13:00-17:00", None),
    ("ma 9-10\n  ma 10-11 \n", "ma 09:00-10:00 en 10:00-11:00", None),
    ("ma 9-10, 11-12, 13-14", "ma 09:00-10:00, 11:00-12:00 en 13:00-14:00", None),
    ("ma 9-12, di 9-10, wo 9-12", "ma en wo 09:00-12:00, di 09:00-10:00", None),
]


@pytest.mark.parametrize(("written", "dutch", "english"), WRITTEN)
def test_hours_are_read(written: str, dutch: str, english: str | None) -> None:
    hours = read_hours(written)
    assert hours.in_words("nl") == dutch
    assert hours.in_words("en") == english or english is None


def test_what_is_read() -> None:
    hours = read_hours("di 13-17 en 9:30-12, ma 22-24")
    assert hours.periods == (Period(0, 1320, 1440), Period(1, 570, 720), Period(1, 780, 1020))


WRONG = [
    ("", text("catalogue.hours-empty")),
    (" ; ", text("catalogue.hours-empty")),
    ("mandag 9-12", text("catalogue.hours-unknown", found="mandag", near="maandag")),
    ("Wendesday 9-12", text("catalogue.hours-unknown", found="Wendesday", near="wednesday")),
    ("ma-vrijdg 9-12", text("catalogue.hours-unknown", found="vrijdg", near="vrijdag")),
    ("dagelijk 9-12", text("catalogue.hours-unknown", found="dagelijk", near="dagelijks")),
    ("op afspraak", text("catalogue.hours-unknown-far", found="op")),
    ("ma 9-12, di gesloten", text("catalogue.hours-unknown-far", found="gesloten")),
    ("m 9-12", text("catalogue.hours-unknown-far", found="m")),
    ("ma 9-12 (kamer 3)", text("catalogue.hours-unknown-far", found="(")),
    ("ma 9-12-15", text("catalogue.hours-unknown-far", found="-")),
    ("ma- 9-12", text("catalogue.hours-unknown-far", found="-")),
    ("dagelijks-vr 9-12", text("catalogue.hours-unknown-far", found="dagelijks-vr")),
    ("9-12", text("catalogue.hours-no-day", found="9-12")),
    ("9-12 ma", text("catalogue.hours-no-day", found="9-12")),
    ("ma", text("catalogue.hours-no-time", found="ma")),
    ("ma 9-12, di en do", text("catalogue.hours-no-time", found="do")),
    ("ma-vr", text("catalogue.hours-no-time", found="ma-vr")),
    ("ma 9:00", text("catalogue.hours-no-end", found="9:00")),
    ("ma 9-", text("catalogue.hours-no-end", found="9")),
    ("ma 9am-5pm", text("catalogue.hours-no-end", found="9")),
    ("ma 9-25", text("catalogue.hours-no-clock", found="25")),
    ("ma 9:5-10", text("catalogue.hours-no-clock", found="9:5")),
    ("ma 9:60-10", text("catalogue.hours-no-clock", found="9:60")),
    ("ma 0900-1700", text("catalogue.hours-no-clock", found="0900")),
    ("ma 9-24:01", text("catalogue.hours-no-clock", found="24:01")),
    ("ma 12-9", text("catalogue.hours-order", found="12-9")),
    ("ma 9-9", text("catalogue.hours-order", found="9-9")),
    ("vr 22:00-02:00", text("catalogue.hours-order", found="22:00-02:00")),
    ("ma 24-24", text("catalogue.hours-order", found="24-24")),
    ("ma 9-12, 11-14", text("catalogue.hours-overlap", found="9-12", other="11-14")),
    ("ma-vr 9-17, wo 12-13", text("catalogue.hours-overlap", found="9-17", other="12-13")),
    ("ma 9-12, ma 9-12", text("catalogue.hours-overlap", found="9-12", other="9-12")),
]


@pytest.mark.parametrize(("written", "told"), WRONG)
def test_a_slip_is_told(written: str, told: object) -> None:
    with pytest.raises(HoursError) as raised:
        read_hours(written)
    assert raised.value.text == told


@st.composite
def some_hours(draw: st.DrawFn) -> Hours:
    """Any hours at all: up to four periods a day, which may touch."""
    # Two or three kinds of day, so that days share their times as they do in practice.
    edges = st.lists(st.integers(0, MIDNIGHT), max_size=8, unique=True).map(sorted)
    kinds = draw(st.lists(edges, min_size=1, max_size=3))
    periods: list[Period] = []
    for day in range(7):
        times = draw(st.sampled_from(kinds))
        step = draw(st.sampled_from([1, 2]))  # 1: they touch
        periods += [Period(day, *pair) for pair in list(pairwise(times))[::step]]
    return Hours(tuple(periods))


@given(some_hours(), st.sampled_from(["nl", "en"]))
def test_words_are_read_back(hours: Hours, language: Language) -> None:
    words = hours.in_words(language)
    if hours.periods:
        assert read_hours(words) == hours
        assert read_hours(words.upper()) == hours
    else:
        assert words == ""


NOTATION = (
    "ma di vrijdag mon 9 12:30 9.00 24 25 - – t/m tot en , ; dagelijks elke dag uur x (".split()
)


@given(st.one_of(st.text(), st.lists(st.sampled_from(NOTATION)).map(" ".join)))
def test_anything_is_read_or_told(written: str) -> None:
    try:
        hours = read_hours(written)
    except HoursError as error:
        assert error.text.key.startswith("catalogue.hours-")  # noqa: PT017
        return
    assert hours.periods
    assert read_hours(hours.in_words("en")) == hours


@pytest.mark.parametrize("weekday_start_end", [(7, 0, 1), (0, 5, 5), (0, 6, 5), (0, 0, 1441)])
def test_a_period_is_part_of_a_day(weekday_start_end: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="part of one day"):
        Period(*weekday_start_end)


def test_hours_are_sorted_and_apart() -> None:
    for periods in (
        (Period(1, 0, 60), Period(0, 0, 60)),
        (Period(0, 0, 60), Period(0, 59, 70)),
    ):
        with pytest.raises(ValueError, match="not sorted"):
            Hours(periods)
    assert Hours().in_words("nl") == ""


class Desk(BaseModel):
    hours: HoursField
    also: HoursField | None = None


def test_hours_in_a_model() -> None:
    assert Desk.model_validate({"hours": "ma 9-12"}).hours == read_hours("ma 9-12")
    assert Desk(hours=read_hours("ma 9-12")).also is None
    fields = TypeAdapter(Desk).json_schema()["properties"]
    assert fields["hours"]["type"] == "string"


def test_a_model_passes_on_what_is_told() -> None:
    with pytest.raises(ValidationError) as raised:
        Desk.model_validate({"hours": ["ma 9-12"], "also": "9-12"})
    first, second = raised.value.errors()
    assert first["type"] == "string_type"
    assert second["type"] == "hours"
    assert second["ctx"]["text"] == text("catalogue.hours-no-day", found="9-12")
