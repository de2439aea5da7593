"""A school calendar as an .ics file, and what the .ics file of another program gives."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from bot.catalogue import CalendarEntry, Catalogue
from bot.catalogue.days import AMSTERDAM
from bot.catalogue.ics import MAX_BYTES, MOST_EVENTS, as_ics, from_ics, one_event, same_id
from bot.settings import read_settings
from bot.text import LANGUAGES
from bot.words import load_translators

NOW = dt.datetime(2026, 11, 23, 10, 0, tzinfo=AMSTERDAM)
TRANSLATORS = load_translators(read_settings({}).locales)

IDS = st.from_regex(r"[a-z0-9]{1,8}(-[a-z0-9]{1,8}){0,3}", fullmatch=True)
# What the reader of the catalogue lets through, with all that needs an escape in these files.
WORDS = st.text(
    st.sampled_from('aé€ß,;:\\"\n\u2028😀') | st.characters(exclude_categories=["C", "Z"]),
    min_size=1,
    max_size=120,
).map(str.strip).filter(bool)  # fmt: skip
LOCALISED = st.fixed_dictionaries({"nl": WORDS, "en": WORDS})
DATES = st.dates(dt.date(1997, 1, 1), dt.date(2100, 1, 1))


@st.composite
def entries(draw: st.DrawFn) -> CalendarEntry:
    first = draw(DATES)
    fields: dict[str, Any] = {"id": draw(IDS), "title": draw(LOCALISED), "from": first}
    fields["needs"] = draw(st.lists(IDS, unique=True, max_size=3))
    fields["levels"] = draw(st.lists(st.sampled_from(["mbo", "hbo", "wo"]), unique=True))
    if draw(st.booleans()):
        fields["matters"] = draw(LOCALISED)
    last = first + dt.timedelta(draw(st.integers(1, 300)))
    if draw(st.booleans()):
        fields |= {"kind": "activity", "offerings": [draw(IDS)]}
        begin, end = draw(st.times()), draw(st.times())
        fields["time"] = f"{begin:%H:%M}-{end:%H:%M}"
        if every := draw(st.sampled_from([None, "week", "two-weeks", "month"])):
            fields |= {"every": every, "to": last}
        if draw(st.booleans()):
            fields["place"] = draw(LOCALISED)
    else:
        fields["kind"] = draw(st.sampled_from(["exams", "deadline", "holiday", "other"]))
        fields["offerings"] = draw(st.lists(IDS, unique=True, max_size=3))
        if draw(st.booleans()):
            fields["to"] = last
    return CalendarEntry.model_validate(fields)


@given(st.lists(entries(), max_size=4, unique_by=lambda entry: entry.id),
       st.sampled_from([*LANGUAGES, None]))  # fmt: skip
def test_what_goes_out_comes_back_whole(calendar: list[CalendarEntry], language: Any) -> None:
    found = from_ics(as_ics(calendar, language, NOW))
    assert found.entries == tuple(calendar)
    assert [problem.key for problem in found.problems] == ([] if calendar else ["ics.no-events"])
    assert not any(found.assumed.values())


def test_the_shipped_calendars_come_back_whole(catalogue: Catalogue) -> None:
    for school in catalogue.all_schools():
        for language in (*LANGUAGES, None):
            assert from_ics(as_ics(school.calendar, language, NOW)).entries == school.calendar


def entry(**more: Any) -> CalendarEntry:
    fields = {"id": "vb-x", "title": {"nl": "Iets, leuks", "en": "Something"}, "kind": "exams"}
    return CalendarEntry.model_validate({**fields, "from": "2026-10-14", **more})


def lines_of(content: bytes) -> list[str]:
    """The lines of a file, with those that were folded put together."""
    return content.decode().replace("\r\n ", "").split("\r\n")


def test_a_period_ends_on_the_day_after_it() -> None:
    lines = lines_of(as_ics([entry(to="2026-10-16")], "nl", NOW))
    assert "DTSTART;VALUE=DATE:20261014" in lines
    assert "DTEND;VALUE=DATE:20261017" in lines
    assert "UID:vb-x@wegwijs" in lines
    assert "DTSTAMP:20261123T090000Z" in lines
    assert "CATEGORIES:exams" in lines
    assert r"SUMMARY;LANGUAGE=nl:Iets\, leuks" in lines
    assert "BEGIN:VTIMEZONE" not in lines


def test_an_activity_is_at_the_time_of_a_clock_here() -> None:
    activity = entry(
        kind="activity", offerings=["vb-y"], time="12:30-13:30", every="two-weeks", to="2026-11-30"
    )
    lines = lines_of(as_ics([activity], None, NOW))
    assert "DTSTART;TZID=Europe/Amsterdam:20261014T123000" in lines
    assert "DTEND;TZID=Europe/Amsterdam:20261014T133000" in lines
    assert "RRULE:FREQ=WEEKLY;UNTIL=20261130T225959Z;INTERVAL=2" in lines
    assert r"SUMMARY:Iets\, leuks / Something" in lines
    assert lines.count("BEGIN:VTIMEZONE") == 1


def test_no_line_is_longer_than_75_bytes_and_each_ends_as_it_must() -> None:
    content = as_ics([entry(title={"nl": "é" * 200, "en": "😀" * 100})], None, NOW)
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
    assert content.endswith(b"END:VCALENDAR\r\n")
    assert b"\n" not in content.replace(b"\r\n", b"")


def test_the_time_zone_says_what_the_clock_does() -> None:
    """A program that does not know the name of the zone works with the rules in the file."""
    activity = entry(kind="activity", offerings=["y"], time="12:30-13:30")
    zones = Calendar.from_ical(as_ics([activity], None, NOW)).walk("VTIMEZONE")
    zone = zones[0].to_tz(lookup_tzid=False)  # type: ignore[attr-defined]
    for day in (dt.datetime(2026, month, 15, 12) for month in range(1, 13)):
        assert zone.utcoffset(day) == AMSTERDAM.utcoffset(day)


def test_one_appointment() -> None:
    begins = dt.datetime(2026, 11, 25, 13, 30, tzinfo=dt.UTC)
    saved = one_event(
        "Gesprek", "Kamer 2.14", begins, begins + dt.timedelta(hours=1), "a@b", NOW, "Neem mee"
    )
    lines = lines_of(saved)
    assert "DTSTART;TZID=Europe/Amsterdam:20261125T143000" in lines
    assert "DTEND;TZID=Europe/Amsterdam:20261125T153000" in lines
    assert {"SUMMARY:Gesprek", "LOCATION:Kamer 2.14", "UID:a@b", "DESCRIPTION:Neem mee"} <= {*lines}
    day = dt.date(2026, 11, 25)
    lines = lines_of(one_event("Open dag", None, day, day, "a@b", NOW, None))
    assert {"DTSTART;VALUE=DATE:20261125", "DTEND;VALUE=DATE:20261126"} <= {*lines}
    assert not any(line.startswith(("LOCATION", "DESCRIPTION")) for line in lines)


# What another program gives


def ics(*events: str) -> bytes:
    """A file with these events, whose lines are given with ` | ` in between."""
    inside = "".join(
        f"BEGIN:VEVENT\r\n{event.replace(' | ', chr(13) + chr(10))}\r\nEND:VEVENT\r\n"
        for event in events
    )
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{inside}END:VCALENDAR\r\n".encode()


def keys(content: bytes) -> list[str]:
    """What is said of a file; why an event is left out, in its place. All of it can be said."""
    found = from_ics(content, "vb")
    for problem in found.problems:
        for translator in TRANSLATORS.values():
            assert "{" not in translator.say(problem)
    return [getattr(p.args.get("why"), "key", p.key) for p in found.problems]


DAY = "UID:1 | SUMMARY:Toetsweek | CATEGORIES:exams | DTSTART;VALUE=DATE:20261102"
MEETS = (
    "UID:1 | SUMMARY:Lunch | CATEGORIES:Activity | X-WEGWIJS-OFFERINGS:vb-lunch | "
    "DTSTART;TZID=Europe/Amsterdam:20261005T123000 | DTEND;TZID=Europe/Amsterdam:20261005T133000"
)


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (DAY, {"from": "2026-11-02", "kind": "exams"}),
        (f"{DAY} | DTEND;VALUE=DATE:20261103", {"from": "2026-11-02"}),
        (f"{DAY} | DTEND;VALUE=DATE:20261107", {"from": "2026-11-02", "to": "2026-11-06"}),
        (f"{DAY} | DURATION:P5D", {"from": "2026-11-02", "to": "2026-11-06"}),
        (f"{DAY} | DTEND;VALUE=DATE:20261030", {"from": "2026-11-02"}),
        ("UID:1 | SUMMARY:Toets | DTSTART:20261102T233000Z | DTEND:20261103T003000Z",
         {"from": "2026-11-03", "kind": "other"}),
        ("UID:1 | SUMMARY:Toets | DTSTART:20261102T090000 | DTEND:20261104T000000",
         {"from": "2026-11-02", "to": "2026-11-03"}),
        # A day that ends at a time, and a time that ends with a day.
        (f"{DAY} | DTEND:20261103T100000", {"from": "2026-11-02", "to": "2026-11-03"}),
        (f"{DAY} | DTEND:20261104T000000", {"from": "2026-11-02", "to": "2026-11-03"}),
        (f"{DAY} | DTEND:20261101T100000Z", {"from": "2026-11-02"}),
        ("UID:1 | SUMMARY:Toets | DTSTART:20261102T090000 | DTEND;VALUE=DATE:20261105",
         {"from": "2026-11-02", "to": "2026-11-04"}),
        (MEETS, {"kind": "activity", "time": "12:30-13:30"}),
        (f"{MEETS} | LOCATION:Kamer 1", {"place": {"nl": "Kamer 1", "en": "Kamer 1"}}),
        (f"{MEETS} | RRULE:FREQ=WEEKLY;COUNT=3", {"every": "week", "to": "2026-10-19"}),
        (f"{MEETS} | RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=MO;COUNT=3",
         {"every": "two-weeks", "to": "2026-11-02"}),
        (f"{MEETS} | RRULE:FREQ=WEEKLY;INTERVAL=4;UNTIL=20261231",
         {"every": "month", "to": "2026-12-31"}),
        # Until the very moment at which the last one begins, and until just before it.
        (f"{MEETS} | RRULE:FREQ=WEEKLY;UNTIL=20261012T103000Z", {"to": "2026-10-12"}),
        (f"{MEETS} | RRULE:FREQ=WEEKLY;UNTIL=20261012T102959Z", {"to": "2026-10-11"}),
        (MEETS.replace("20261005T133000", "20261006T003000"), {"time": "12:30-00:30"}),
        (MEETS.replace("Europe/Amsterdam", "W. Europe Standard Time"), {"time": "12:30-13:30"}),
    ],
)  # fmt: skip
def test_events(event: str, expected: dict[str, Any]) -> None:
    found = from_ics(ics(event), "vb")
    assert len(found.entries) == 1
    written = found.entries[0].model_dump(by_alias=True, mode="json", exclude_none=True)
    assert {name: written.get(name) for name in expected} == expected
    assert "to" in expected or "to" not in written


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (DAY, "ics.no-english"),
        (DAY.replace("exams", "Roosters"), "ics.no-english ics.no-kind ics.lost"),
        (DAY.replace("SUMMARY", "SUMMARY;LANGUAGE=en-GB"), "ics.no-dutch"),
        (f"{DAY} | DESCRIPTION:Neem je pas mee | LOCATION:Hal", "ics.no-english ics.lost"),
        (f"{DAY} | URL:https://x.example | ATTENDEE:mailto:a@x.example", "ics.no-english ics.lost"),
        (f"{MEETS} | RRULE:FREQ=WEEKLY;COUNT=3 | EXDATE;TZID=Europe/Amsterdam:20261012T123000",
         "ics.no-english ics.lost"),
        (DAY.replace(";VALUE=DATE:20261102", ":20261102T090000"), "ics.no-english ics.lost"),
        (DAY.replace("Toetsweek", "a" * 700), "ics.no-english ics.lost"),
        (DAY.replace("SUMMARY:Toetsweek | ", ""), "ics.no-title"),
        (DAY.replace("DTSTART", "X-DTSTART"), "ics.no-day"),
        (DAY.replace("20261102", "2 november"), "ics.unreadable"),
        (f"{DAY} | DTEND;VALUE=DATE:7 november", "ics.unreadable"),
        (f"{DAY} | RRULE:FREQ=YEARLY", "ics.repeats-days"),
        (f"{DAY} | STATUS:CANCELLED", "ics.cancelled"),
        (f"{DAY} | RECURRENCE-ID;VALUE=DATE:20261102", "ics.moved"),
        (DAY.replace("exams", "activity"), "ics.no-offering"),
        (MEETS.replace("vb-lunch", "a b"), "ics.no-offering"),
        (MEETS.replace("vb-lunch", "A_B"), "ics.unreadable"),
        (MEETS.replace(" | DTEND;TZID=Europe/Amsterdam:20261005T133000", ""), "ics.no-time"),
        (MEETS.replace("T133000", "T113000"), "ics.odd-time"),
        (MEETS.replace("20261005T133000", "20261007T133000"), "ics.odd-time"),
        (f"{MEETS} | RRULE:FREQ=WEEKLY", "ics.no-end"),
        (f"{MEETS} | RRULE:FREQ=WEEKLY;COUNT=99999999", "ics.unreadable"),
        (f"{MEETS} | RRULE:FREQ=MONTHLY;COUNT=3", "ics.repeats"),
        (f"{MEETS} | RRULE:FREQ=WEEKLY;INTERVAL=3;COUNT=3", "ics.repeats"),
        (f"{MEETS} | RRULE:FREQ=WEEKLY;BYDAY=MO,WE;COUNT=3", "ics.repeats"),
        (f"{MEETS} | RRULE:FREQ=WEEKLY;BYMONTH=1;COUNT=3", "ics.repeats"),
        (f"{MEETS} | RRULE:elke week", "ics.repeats"),
        (f"{MEETS} | RRULE:FREQ=WEEKLY;COUNT=1 | RRULE:FREQ=WEEKLY;COUNT=2", "ics.repeats"),
        (f"{MEETS} | RRULE:INTERVAL=2;COUNT=2", "ics.repeats"),
        # In another zone it is at another time here when summer is over.
        ("UID:1 | SUMMARY:Lunch | CATEGORIES:activity | X-WEGWIJS-OFFERINGS:vb-lunch | "
         "DTSTART:20261005T103000Z | DTEND:20261005T113000Z | RRULE:FREQ=WEEKLY;COUNT=8",
         "ics.no-english ics.lost"),
    ],
)  # fmt: skip
def test_what_cannot_be_taken_over_is_said(event: str, expected: str) -> None:
    assert keys(ics(event)) == expected.split()


def test_what_is_said_has_the_name_of_the_event_and_what_was_lost() -> None:
    found = from_ics(ics(f"{DAY} | LOCATION:Hal 3 | URL:https://x.example"), "vb")
    said = TRANSLATORS["nl"].say(found.problems[-1])
    assert "Toetsweek" in said
    assert "LOCATION (Hal 3)" in said
    assert "https://x.example" in said


def test_an_event_that_is_there_twice_counts_once() -> None:
    found = from_ics(ics(DAY, DAY), "vb")
    assert len(found.entries) == 1
    assert keys(ics(DAY, DAY)) == ["ics.no-english", "ics.twice"]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "ics.no-events"),
        (b"hello", "ics.not-a-calendar"),
        (ics(DAY)[:-20], "ics.not-a-calendar"),
        (ics(DAY)[:-40], "ics.not-a-calendar"),
        (b"END:VCALENDAR", "ics.not-a-calendar"),
        (b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", "ics.no-events"),
        (ics("SUMMARY:Caf\u00e9").decode().encode("latin-1"), "ics.not-utf8"),
        (b"PK\x03\x04" + b"\xff" * 40, "ics.not-utf8"),
        (b" " * (MAX_BYTES + 1), "ics.too-large"),
        (ics(*["UID:1"] * (MOST_EVENTS + 1)), "ics.too-many"),
    ],
    ids=range(10),
)
def test_what_is_no_calendar_is_a_sentence(content: bytes, expected: str) -> None:
    assert keys(content) == [expected]


def test_a_file_with_far_too_many_events_is_not_read() -> None:
    begin = time.perf_counter()
    assert keys(ics(*["X:"] * 100_000)) == ["ics.too-many"]
    assert time.perf_counter() - begin < 2  # reading it takes three times as long at the least


@given(st.data())
def test_whatever_is_in_it_there_is_never_a_traceback(data: st.DataObject) -> None:
    whole = as_ics(
        [entry(), entry(id="y", kind="activity", offerings=["z"], time="12:30-13:30",
                        every="week", to="2026-12-01")], None, NOW
    ).decode()  # fmt: skip
    lines = whole.split("\r\n")
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(lines) - 1))
        column = data.draw(st.integers(0, len(lines[at])))
        bit = data.draw(st.sampled_from(["", ":", ";", "=", "\\", "99", "Z", "\x00", "é", '"']))
        lines[at] = lines[at][:column] + bit + lines[at][column + 1 :]
    keys("\r\n".join(lines).encode())


def test_the_same_event_has_the_same_id_also_under_another_title() -> None:
    one, other = (from_ics(ics(DAY.replace("week", w)), "vb").entries[0].id for w in ("en", "s"))
    assert one != other
    assert one.startswith("vb-toetsen-")
    assert same_id(one, other)
    assert not same_id(one, from_ics(ics(DAY.replace("UID:1", "UID:2")), "vb").entries[0].id)
    assert same_id("vb-2026-exams", "vb-2026-exams")
    assert not same_id("vb-2026-exams", "hz-2026-exams")


def test_the_library_is_not_got_before_it_is_used() -> None:
    code = "import bot.catalogue.ics, bot.keepers, sys; sys.exit('icalendar' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
