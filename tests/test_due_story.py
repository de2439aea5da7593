"""The running bot says later what it was asked to say later: a check-in, a file, a tip; or not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bot_api import User
from tests.handover_story import Story, hears, story
from tests.process import labels_of, pressed, started, told, until

TABLE = "o-vb-neuro-table"  # it meets on Tuesdays
TALK = "o-vb-student-counsellor"  # by appointment


@pytest.fixture
def school(tmp_path: Path) -> Iterator[Story]:
    with story(tmp_path) as one:
        yield one


def asked_in(student: User) -> list[str]:
    return [said.text for said in student.messages if "Is het gelukt?" in said.text]


def test_a_check_in_in_its_time_and_once(school: Story) -> None:
    student = school.api.user(401, language_code="nl")
    started(student, TALK)
    asked = pressed(student, "Dit ga ik doen")
    assert "Eén keer, meer niet." in asked.text
    assert "donderdag 26 november" in pressed(student, "Ja, over 3 dagen").text

    # Down when it was due, and back in the night: it is said in the morning.
    school.end()
    school.at("2026-11-27 03:00")
    school.begin()
    told(student, "/help")
    assert not asked_in(student)
    school.at("2026-11-27 09:59:50")
    check_in = hears(student, "Is het gelukt?")
    assert check_in.labels[:3] == ["Ja, gelukt", "Nog niet", "Het past niet bij me"]
    told(student, "/help")  # answered, so what came before is known to have arrived
    school.restart()
    student.presses("Ja, gelukt", message=check_in)
    hears(student, "geholpen?")  # the last one before it may be said again
    until(lambda: labels_of(student, check_in) == ["✓ Ja, gelukt"], "what was chosen to stay")
    assert "niet meer naar" in pressed(student, "Een beetje").text
    school.at("2027-03-01 12:00")
    told(student, "/help")
    assert len(asked_in(student)) == 1


def test_the_next_time_for_a_calendar_and_the_day_before(school: Story) -> None:
    student = school.api.user(402, language_code="en")
    school.at("2026-12-10 10:00")
    started(student, TABLE)
    pressed(student, "I'll do this")
    pressed(student, "Into my calendar")
    until(lambda: any(message.file for message in student.messages), "a file")
    (file,) = [message.file for message in student.messages if message.file]
    assert file.name == "vb-neuro-table.ics"
    assert b"DTSTART;TZID=Europe/Amsterdam:20261215T" in file.content
    assert "Monday 14 December" in pressed(student, "Remind me the day before").text
    school.at("2026-12-14 17:00")
    assert "Tuesday 15 December" in hears(student, "It is tomorrow.").text


def test_who_blocks_or_stops_hears_nothing_more(school: Story) -> None:
    stops, blocks = (school.api.user(number, language_code="nl") for number in (403, 404))
    for student in (stops, blocks):
        started(student, TALK)
        pressed(student, "Dit ga ik doen")
        pressed(student, "Ja, volgende week")
    told(stops, "/saved")
    assert "niets meer uit mezelf" in pressed(stops, "Stuur me niets meer").text
    blocks.blocks()
    said = len(stops.messages), len(blocks.messages)
    school.at("2026-11-30 12:00")
    other = school.api.user(405, language_code="nl")
    started(other, TABLE)
    told(other, "/help")
    assert (len(stops.messages), len(blocks.messages)) == said
